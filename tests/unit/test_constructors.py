"""An editor shows what a constructor takes, at the call and not only at the class."""

import inspect

import pulumi
import pytest

import components

COMPONENTS = [
    one
    for name in components.__all__
    if isinstance(one := getattr(components, name), type) and issubclass(one, pulumi.Resource)
]


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda one: one.__name__)
def test_constructors_describe_each_argument(component: type[pulumi.Resource]) -> None:
    constructor = vars(component)["__init__"]
    shown = inspect.getdoc(constructor) or ""

    _, *parameters = inspect.signature(constructor).parameters
    assert [name for name in parameters if f"    {name}: " not in shown] == []
    assert f"`{component.__name__}Args`" in shown
    assert "ValidationError: " in shown


def test_all_components_are_looked_at() -> None:
    assert len(COMPONENTS) == 9
