"""What `render` shortens in the SDK stays as it was: types are unwrapped alike, and engines get the
stack traces of resources.
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Optional, Union

import pulumi
import pytest
from pulumi.runtime import resource, settings
from pulumi.runtime.proto import resource_pb2
from pulumi_kubernetes import core

from components.testing import _shortcuts, render

types: Any = pulumi._types

# Equal, but for the order, in which the SDK looks for a class of arguments.
UNION = Union[dict[str, str], core.v1.ServiceSpecArgs, None]  # noqa: UP007
REVERSED = Union[core.v1.ServiceSpecArgs, dict[str, str], None]  # noqa: UP007
HINTS = [
    int,
    Optional[int],
    int | None,
    pulumi.Output[Mapping[str, int]],
    pulumi.Output[int | None],
    REVERSED,
    UNION,
    *(types.input_type_types(core.v1.ServiceSpecArgs).values()),
    *(types.input_type_types(core.v1.ServicePortArgs).values()),
    *(types.resource_types(core.v1.Service).values()),
    *(types.output_type_types(core.v1.outputs.ServiceSpec).values()),
]


@pytest.fixture(autouse=True)
def taken() -> None:
    render(lambda: None)


@pytest.mark.parametrize("name", ["unwrap_type", "unwrap_optional_type"])
def test_types_are_unwrapped_as_the_sdk_does_each_time(name: str) -> None:
    unwrap = getattr(types, name)
    for _ in range(2):
        assert [unwrap(hint) for hint in HINTS] == [unwrap.__wrapped__(hint) for hint in HINTS]
    assert types.unwrap_type(REVERSED) is core.v1.ServiceSpecArgs
    assert types.unwrap_type(UNION) is UNION


def test_no_more_types_are_kept_than_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_shortcuts, "_MOST_TYPES", 1)
    asked: list[Any] = []

    def unwrap_once(annotation: Any) -> Any:
        asked.append(annotation)
        return annotation

    unwrap = _shortcuts._remembered(unwrap_once)
    for annotation in (int, str, int, str):
        assert unwrap(annotation) is annotation
    assert asked == [int, str, str]


def test_a_module_without_the_function_is_left_alone() -> None:
    module = SimpleNamespace()
    _shortcuts._replace(module, "unwrap_type", _shortcuts._remembered)
    assert vars(module) == {}


def test_engines_get_stack_traces_and_our_mocks_none(monkeypatch: pytest.MonkeyPatch) -> None:
    trace: Any = getattr(resource, "_get_stack_trace", None)
    if trace is None:  # the oldest SDKs send none to engines either
        assert "stackTrace" not in resource_pb2.RegisterResourceRequest.DESCRIPTOR.fields_by_name
        return
    found: list[int] = []

    class Asked(pulumi.CustomResource):
        def __init__(self) -> None:
            super().__init__("a:b:C", "asked", {})
            found.append(len(trace().frames))

    render(Asked)
    assert found == [0]

    monkeypatch.setattr(settings, "get_monitor", object)
    assert within_three_constructors(trace) > 0


def within_three_constructors(trace: Any) -> int:
    """Return how many frames are found where the SDK expects the constructors of a resource."""

    class A:
        def __init__(self) -> None:
            self.frames = len(trace().frames)

    class B(A):
        def __init__(self) -> None:
            super().__init__()

    class C(B):
        def __init__(self) -> None:
            super().__init__()

    return C().frames
