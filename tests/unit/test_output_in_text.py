"""An Output that became text, as in an f-string, is one short error wherever text is taken."""

import copy
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any, is_typeddict

import pulumi
import pytest

import components
from components import (
    ExternalNameService,
    ExternalNameServiceArgs,
    ExternalService,
    ExternalServiceArgs,
    ExternalServiceSet,
    SelectorService,
    SelectorServiceArgs,
    ValidationError,
)
from components._runtime.inputs import _fields, _Shape, read
from components.core.unknown import contains_output
from components.testing import render
from tests.unit.outputs import later

OLD_SDK = """\
Calling __str__ on an Output[T] is not supported.

To get the value of an Output[T] as an Output[str] consider:
1. o.apply(lambda v: f"prefix{v}suffix")

See https://www.pulumi.com/docs/concepts/inputs-outputs for more details.
This function may throw in a future version of Pulumi."""
NODE = (
    "Calling [toString] on an [Output<T>] is not supported.\n\nTo get the value of an Output<T> as"
)
TEXT = f"db-{OLD_SDK}"

FROM_OUTPUT = "Invalid value: contains an Output"
TAKES = "; use `pulumi.Output.concat` or `.apply` (this field takes an Output)"
PLAIN = "must be plain: use only values that are known when the program runs"


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the SDK make text of an Output, as it does by default."""
    monkeypatch.delenv("PULUMI_ERROR_OUTPUT_STRING")


@pytest.mark.usefixtures("lenient")
def test_text_that_the_sdk_makes_is_recognized() -> None:
    made: list[str] = []

    def program() -> None:
        output = later("a")
        made.extend((f"x{output}y", f"{output!r}", str([output]), f"{output}".lower()[:40]))

    render(program)
    assert all(map(contains_output, made))
    assert made[0] == f"x{OLD_SDK}y"


@pytest.mark.parametrize("text", [OLD_SDK, TEXT, OLD_SDK.upper(), OLD_SDK[:30], NODE])
def test_such_text_is_recognized_in_all_languages(text: str) -> None:
    assert contains_output(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Output",
        "Output[T]",
        "the Output of the database, which is not supported any more, since 2020",
        "Calling __str__ is not supported",
        "Calling the operator on an Outputs page is supported from 9 to 5",
        "<pulumi.output.Unknown object at 0x7f0000000000>",
    ],
)
def test_ordinary_text_is_not_mistaken_for_it(text: str) -> None:
    assert not contains_output(text)
    args: Any = {"addresses": ["192.0.2.1"], "ports": [{"port": 80}], "annotations": {"a": text}}
    render(lambda: ExternalService("db", args))


GOOD: dict[type, tuple[Any, dict[str, Any]]] = {
    ExternalServiceArgs: (
        ExternalService,
        {"addresses": ["192.0.2.10"], "ports": [{"name": "pg", "port": 5432}]},
    ),
    SelectorServiceArgs: (SelectorService, {"selector": {"a": "b"}, "ports": [{"port": 80}]}),
    ExternalNameServiceArgs: (ExternalNameService, {"external_name": "db.example.com"}),
}
"""The components, with arguments that are right but for the text that is put in."""

MINIMAL: dict[str, Any] = {"port": 80, "address": "192.0.2.20", "kind": "Service"}


def places(shape: _Shape, path: str) -> Iterator[tuple[str, bool, Callable[[str], Any]]]:
    """Return each place of text: its path, whether it takes an Output, and what makes a value."""
    if shape.item is not None and shape.plain is Mapping:
        yield path, False, lambda text: {text: _good(shape.item)}
        for inner, takes, make in places(shape.item, f"{path}[k]"):
            yield inner, takes, lambda text, make=make: {"k": make(text)}
    elif shape.item is not None:
        for inner, takes, make in places(shape.item, f"{path}[0]"):
            yield inner, takes, lambda text, make=make: [make(text)]
    elif is_typeddict(shape.plain):
        fields, needed = _fields(shape.plain)
        for name, field in fields.items():
            others = {one: MINIMAL[one] for one in needed if one != name and one in MINIMAL}
            for inner, takes, make in places(field, f"{path}.{name}" if path else name):
                yield (
                    inner,
                    takes,
                    lambda text, make=make, name=name, others=others: {**others, name: make(text)},
                )
    elif shape.plain is str or (isinstance(shape.plain, type) and issubclass(shape.plain, Enum)):
        yield path, shape.may_be_output, lambda text: text


def _good(shape: _Shape | None) -> Any:
    assert shape is not None
    return 80 if shape.plain is int else "x"


EVERY = [
    pytest.param(kind, path, takes, make, id=f"{kind.__name__}-{path or 'itself'}")
    for kind in vars(components).values()
    if is_typeddict(kind) and kind.__name__.endswith("Args") and "Set" not in kind.__name__
    for path, takes, make in places(_Shape(kind), "")
]


@pytest.mark.parametrize(("kind", "path", "takes", "make"), EVERY)
def test_an_output_in_text_is_one_error_in_every_field(
    kind: type, path: str, takes: bool, make: Callable[[str], Any]
) -> None:
    found = [one for one in read(kind, make(TEXT)).findings if one.type == "Invalid value"]
    assert [one.path for one in found] == [path]
    assert str(found[0]).startswith(f"{path}: Invalid value: ")
    assert "contains an Output" in str(found[0])
    assert ("takes an Output" in str(found[0])) is takes
    assert (PLAIN in str(found[0])) is not takes
    assert "Calling" not in str(found[0])
    assert len(str(found[0])) < 250
    if kind in GOOD:
        component, good = GOOD[kind]
        with pytest.raises(ValidationError) as caught:
            render(lambda: component("db", {**copy.deepcopy(good), **make(TEXT)}))
        texts = [str(one) for one in caught.value.findings if one.type != "Forbidden"]
        assert texts == [str(found[0])]


def test_the_table_holds_many_fields() -> None:
    assert len(EVERY) > 50
    assert {param.values[0] for param in EVERY} >= GOOD.keys()


ALONE: dict[str, tuple[Any, dict[str, Any], str]] = {
    "an address": (ExternalService, {"addresses": [TEXT]}, f"addresses[0]: {FROM_OUTPUT}{TAKES}"),
    "an address among many": (
        ExternalService,
        {"addresses": [*(f"192.0.2.{n}" for n in range(1, 9)), TEXT], "max_endpoints_per_slice": 2},
        f"addresses[8]: {FROM_OUTPUT}{TAKES}",
    ),
    "an annotation": (
        ExternalService,
        {"annotations": {"a": TEXT}},
        f"annotations[a]: {FROM_OUTPUT}{TAKES}",
    ),
    "the key of a label": (
        ExternalService,
        {"labels": {TEXT: "a"}},
        f"labels: Invalid value: a key contains an Output (keys {PLAIN})",
    ),
    "a zone": (
        ExternalService,
        {"backends": [{"address": "192.0.2.1", "zone": TEXT}]},
        f"backends[0].zone: {FROM_OUTPUT}{TAKES}",
    ),
    "the zone of a hint": (
        ExternalService,
        {"backends": [{"address": "192.0.2.1", "for_zones": ["a", TEXT]}]},
        f"backends[0].for_zones[1]: {FROM_OUTPUT} (this field {PLAIN})",
    ),
    "a node, which traffic depends on": (
        ExternalService,
        {
            "addresses": [],
            "backends": [{"address": "192.0.2.1", "node_name": TEXT}],
            "internal_traffic_policy": "Local",
        },
        f"backends[0].node_name: {FROM_OUTPUT}{TAKES}",
    ),
    "an id of an address that is an Output": (
        ExternalService,
        {
            "max_endpoints_per_slice": 1,
            "backends": [
                {"address": pulumi.Output, "id": TEXT},
                {"address": "192.0.2.2"},
                {"address": "192.0.2.3"},
            ],
        },
        f"backends[0].id: {FROM_OUTPUT} (this field {PLAIN})",
    ),
    "the Service's name": (
        ExternalService,
        {"service_name": TEXT},
        f"service_name: {FROM_OUTPUT} (this field {PLAIN})",
    ),
    "a choice": (
        ExternalService,
        {"session_affinity": TEXT},
        f"session_affinity: {FROM_OUTPUT} (this field {PLAIN})",
    ),
    "all addresses": (ExternalService, {"addresses": TEXT}, f"addresses: {FROM_OUTPUT}{TAKES}"),
    "the only selector": (
        SelectorService,
        {"selector": {"app": TEXT}},
        f"selector[app]: {FROM_OUTPUT}{TAKES}",
    ),
    "the external name": (
        ExternalNameService,
        {"external_name": TEXT},
        f"external_name: {FROM_OUTPUT}{TAKES}",
    ),
    "an unknown field": (
        ExternalNameService,
        {TEXT: 1},
        f"Invalid value: a key contains an Output (keys {PLAIN})",
    ),
}


def _late(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _late(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_late(item) for item in value]
    return later("192.0.2.1") if value is pulumi.Output else value


@pytest.mark.parametrize(("component", "change", "text"), ALONE.values(), ids=ALONE)
def test_an_output_in_text_causes_no_second_error(
    component: Any, change: dict[str, Any], text: str
) -> None:
    good = dict(GOOD.values())[component]
    with pytest.raises(ValidationError) as caught:
        render(
            lambda: component("Db" if "service_name" in change else "db", _late({**good, **change}))
        )
    name = "Db" if "service_name" in change else "db"
    assert str(caught.value) == f'{component.__name__} "{name}": {text}'


LATE: dict[str, tuple[Callable[[Any], dict[str, Any]], str]] = {
    "an address": (lambda new: {"addresses": [new]}, "addresses[0]"),
    "the namespace": (lambda new: {"namespace": new}, "namespace"),
    "an annotation": (lambda new: {"annotations": {"a": new}}, "annotations[a]"),
    "a label": (lambda new: {"labels": {"a": new}}, "labels[a]"),
    "a zone": (
        lambda new: {"backends": [{"address": "192.0.2.1", "zone": new}]},
        "backends[0].zone",
    ),
}


@pytest.mark.usefixtures("lenient")
@pytest.mark.parametrize(("change", "path"), LATE.values(), ids=LATE)
def test_a_late_value_that_holds_an_output_in_text_is_one_error(
    change: Callable[[Any], dict[str, Any]], path: str
) -> None:
    good = GOOD[ExternalServiceArgs][1]

    def program() -> None:
        other = later("a")
        ExternalService("db", {**good, **change(other.apply(lambda _: f"db-{other}"))})  # type: ignore[typeddict-item]

    with pytest.raises(ValidationError) as caught:
        render(program)
    assert str(caught.value) == f'ExternalService "db": {path}: {FROM_OUTPUT}{TAKES}'


def test_a_list_that_arrives_with_it_names_the_element() -> None:
    good = GOOD[ExternalServiceArgs][1]
    with pytest.raises(ValidationError) as caught:
        render(
            lambda: ExternalService(
                "db", {**good, "addresses": later(["192.0.2.1", TEXT]), "slice_count": 2}
            )
        )
    assert str(caught.value) == f'ExternalService "db": addresses[1]: {FROM_OUTPUT}{TAKES}'


@pytest.mark.parametrize(("component", "good"), GOOD.values())
def test_a_component_whose_name_is_made_of_it_is_named_by_its_class(
    component: Any, good: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as caught:
        render(lambda: component(TEXT, good))
    name = f"name: {FROM_OUTPUT} (a component's name {PLAIN})"
    assert str(caught.value) == f"{component.__name__}: {name}"


@pytest.mark.parametrize(("component", "good"), GOOD.values())
def test_a_component_whose_name_is_an_output(component: Any, good: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        render(lambda: component(later("a"), good))
    name = f"name: Invalid value: must be a string, not Output (a component's name {PLAIN})"
    assert str(caught.value) == f"{component.__name__}: {name}"


SETS: dict[str, tuple[Any, Any, str]] = {
    "a key": (
        "all",
        {TEXT: GOOD[ExternalServiceArgs][1]},
        (
            'ExternalServiceSet "all": services: Invalid value: a key contains an Output'
            f" (keys {PLAIN})"
        ),
    ),
    "a value": (
        "all",
        {"db": {**GOOD[ExternalServiceArgs][1], "namespace": TEXT}},
        f'ExternalServiceSet "all": services[db].namespace: {FROM_OUTPUT}{TAKES}',
    ),
    "all arguments": (
        "all",
        {"db": TEXT},
        f'ExternalServiceSet "all": services[db]: {FROM_OUTPUT} (this field {PLAIN})',
    ),
    "its name": (
        TEXT,
        {"db": GOOD[ExternalServiceArgs][1]},
        f"ExternalServiceSet: name: {FROM_OUTPUT} (a component's name {PLAIN})",
    ),
}


@pytest.mark.parametrize(("name", "services", "text"), SETS.values(), ids=SETS)
def test_a_set_reports_the_same_error(name: str, services: Any, text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        render(lambda: ExternalServiceSet(name, {"services": services}))
    assert str(caught.value) == text
