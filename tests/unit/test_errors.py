"""A `ValidationError` reads well whatever was given: escaped, and never endless."""

from typing import Any

import pulumi
import pytest
from pulumi_kubernetes import core

from components import ExternalService, ExternalServiceSet, SelectorService, ValidationError
from components.core.findings import Finding, invalid, required
from components.testing import render
from tests.unit.outputs import later

PORTS: dict[str, Any] = {"ports": [{"port": 80}]}


def error_of(args: Any, kind: Any = ExternalService, name: str = "db") -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        render(lambda: kind(name, args))
    return caught.value


NAMES = {
    "a terminal's escape": ("a\x1b[31mb", r'"a\x1b[31mb"'),
    "a text that is reversed": ("a\u202eb", r'"a\u202eb"'),
    "a newline": ("a\nb", r'"a\nb"'),
    "a quote": ('a"b', r'"a\"b"'),
    "letters of any language": ("Größe", '"Größe"'),
    "a plain name": ("orders-db", '"orders-db"'),
    "an endless name": ("a" * 100_000, '"' + "a" * 999 + "..."),
}


@pytest.mark.parametrize(("name", "shown"), NAMES.values(), ids=NAMES)
def test_the_name_of_a_component_is_quoted(name: str, shown: str) -> None:
    error = ValidationError("ExternalService", name, [required("ports")])
    assert str(error) == f"ExternalService {shown}: ports: Required value"
    assert error.name == name


FOREIGN = "\x1b[31m\u202e\n"
WHERE: dict[str, Any] = {
    "a key": {"labels": {FOREIGN: "a"}},
    "a key in the path": {"labels": {FOREIGN: 7}},
    "a value": {"labels": {"a": FOREIGN}},
    "an unknown field": {FOREIGN: 1},
    "a list for a choice": {"type": [FOREIGN]},
    "an address": {"addresses": [FOREIGN]},
}


@pytest.mark.parametrize("change", WHERE.values(), ids=WHERE)
def test_no_finding_moves_a_cursor(change: dict[str, Any]) -> None:
    error = error_of({"addresses": ["192.0.2.1"], **PORTS, **change})
    assert str(error).replace("\n  ", "").isprintable()


def test_a_key_of_a_set_moves_no_cursor() -> None:
    error = error_of({"services": {FOREIGN: {}}}, ExternalServiceSet)
    assert str(error).replace("\n  ", "").isprintable()


def test_many_errors_are_counted_and_the_first_are_shown() -> None:
    error = error_of({"addresses": ["x"] * 20_000, **PORTS})
    lines = str(error).splitlines()
    assert lines[0] == 'ExternalService "db": 20000 errors'
    assert [line.partition(":")[0] for line in lines[1:-1]] == [
        f"  addresses[{index}]" for index in range(50)
    ]
    assert lines[-1] == "  … and 19950 more"
    assert len(error.findings) == 20_000
    assert len(str(error)) < 10_000


def test_fifty_errors_are_all_shown() -> None:
    error = error_of({"addresses": ["x"] * 50, **PORTS})
    lines = str(error).splitlines()
    assert lines[0] == 'ExternalService "db": 50 errors'
    assert len(lines) == 51
    assert lines[-1].startswith("  addresses[49]: ")


@pytest.mark.parametrize("count", [1, 2, 50, 51, 5000])
def test_long_values_and_paths_make_no_endless_error(count: int) -> None:
    long = "x" * 100_000
    one = invalid(f"labels[{long}]", long, long, "the remedy")
    error = ValidationError("ExternalService", "db", [one] * count)
    text = str(error)
    assert len(text) < 25_000
    assert "labels[xxx" in text
    assert text.count("the remedy)") >= 1
    shown = text.count("the remedy)")
    assert shown == count or text.endswith(f"… and {count - shown} more")


def test_an_error_about_a_late_list_has_a_bounded_size() -> None:
    def args() -> Any:
        return {"addresses": later(["x"] * 20_000), "slice_count": 1, **PORTS}

    with pytest.raises(ValidationError) as caught:
        render(lambda: ExternalService("db", args()))
    error = caught.value
    assert len(error.findings) == 20_000
    assert len(str(error)) < 10_000


def test_each_slice_that_is_too_large_is_named() -> None:
    addresses = [f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(256, 3000)]
    error = error_of(
        {"addresses": addresses, "slice_count": 256, "max_endpoints_per_slice": 5, **PORTS}
    )
    paths = [finding.path for finding in error.findings]
    assert len(paths) > 200
    assert len(set(paths)) == len(paths)
    assert all(len(path) == len("slices[db-ipv4-01234567]") for path in paths)


RESOURCES: dict[str, tuple[Any, str]] = {
    "a namespace": (
        {"namespace": "Namespace"},
        (
            "namespace: Invalid value: must be a string, not Namespace"
            " (that is a resource: use its `.metadata.name`)"
        ),
    ),
    "an address": (
        {"addresses": ["Server"]},
        (
            "addresses[0]: Invalid value: must be a string, not Server"
            " (that is a resource: use one of its outputs, such as `.name`)"
        ),
    ),
    "a label": (
        {"labels": {"a": "Team"}},
        (
            "labels[a]: Invalid value: must be a string, not Team"
            " (that is a resource: use one of its outputs)"
        ),
    ),
    "a plain name": (
        {"service_name": "Namespace"},
        (
            "service_name: Invalid value: must be a string, not Namespace"
            " (that is a resource: use its `.metadata.name`)"
        ),
    ),
}


class Server(pulumi.ComponentResource):
    def __init__(self) -> None:
        super().__init__("acme:index:Server", "a")

    @property
    def name(self) -> Any:
        raise AssertionError


class Team(pulumi.ComponentResource):
    def __init__(self) -> None:
        super().__init__("acme:index:Team", "a")


def _with_resources(value: Any) -> Any:
    made: dict[str, Any] = {
        "Namespace": lambda: core.v1.Namespace("shop"),
        "Server": Server,
        "Team": Team,
    }
    if isinstance(value, dict):
        return {key: _with_resources(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_resources(item) for item in value]
    return made[value]() if isinstance(value, str) and value in made else value


@pytest.mark.parametrize(("change", "text"), RESOURCES.values(), ids=RESOURCES)
def test_a_resource_for_a_string_is_answered_with_its_output(change: Any, text: str) -> None:
    args = {"addresses": ["192.0.2.1"], **PORTS, **change}
    with pytest.raises(ValidationError) as caught:
        render(lambda: ExternalService("db", _with_resources(args)))
    assert str(caught.value) == f'ExternalService "db": {text}'


NAMED = 'ports[0].target_port: Invalid value: "http": must be a whole number, not str'


def test_the_name_of_a_port_is_answered_with_the_field_that_takes_it() -> None:
    ports = {"ports": [{"port": 80, "target_port": "http"}]}
    error = error_of({"selector": {"app": "a"}, **ports}, SelectorService)
    remedy = "to give the name of a container's port, use `target_port_name`"
    assert str(error) == f'SelectorService "db": {NAMED} ({remedy})'


def test_a_port_name_of_external_backends_is_an_error_with_the_reason() -> None:
    args = {"addresses": ["192.0.2.1"], "ports": [{"port": 80, "target_port": "http"}]}
    remedy = "give the number: only Pods have named ports"
    assert str(error_of(args)) == f'ExternalService "db": {NAMED} ({remedy})'
    (found,) = error_of({"services": {"a": args}}, ExternalServiceSet).findings
    assert found.remedy == remedy


HOSTS = {
    "a host name": ("db.example.com", True),
    "a host name in capitals": ("DB.Example.com", True),
    "a host name with its root": ("db.example.com.", True),
    "a label": ("db", False),
    "an address with a part too many": ("192.0.2.1.5", False),
    "an address with a port": ("192.0.2.1:5432", False),
    "an address with a newline": ("192.0.2.1\n", False),
    "a URL": ("https://db.example.com", False),
    "an underscore": ("db_1.example.com", False),
}


@pytest.mark.parametrize(("text", "is_host"), HOSTS.values(), ids=HOSTS)
def test_a_host_name_as_address_names_the_right_component(text: str, is_host: bool) -> None:
    for change in ({"addresses": [text]}, {"backends": [{"address": text}]}):
        (found,) = error_of({**change, **PORTS}).findings
        assert ("ExternalNameService" in found.remedy) is is_host


def test_a_finding_of_a_bad_name_is_not_repeated_for_its_default() -> None:
    (found,) = error_of(
        {"service_name": 7, "addresses": ["192.0.2.1"], **PORTS}, name="Db"
    ).findings
    assert found == Finding("service_name", "Invalid value", "must be a string, not int", 7)
