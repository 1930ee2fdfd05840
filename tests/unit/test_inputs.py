"""Arguments of components: their structure, their Outputs, and secrets in these."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import (
    BackendState,
    ExternalService,
    ExternalServiceArgs,
    Protocol,
    ServiceType,
    ValidationError,
)
from components._runtime.inputs import Inputs, read, substitute
from components.core.findings import Finding
from components.core.unknown import Unknown, is_known
from components.testing import render
from tests.unit.factories import EXTERNAL as GOOD
from tests.unit.outputs import later

NOT_PLAIN = "Forbidden: must be a plain value, an Output cannot be used here"


def secret(value: Any) -> pulumi.Output[Any]:
    return pulumi.Output.secret(value)


PORT = "ports[0].port: Invalid value"

STRUCTURE: dict[str, tuple[Any, list[str]]] = {
    "nothing at all": ({}, []),
    "a string for a list": (
        {"addresses": "192.0.2.1"},
        ['addresses: Invalid value: "192.0.2.1": must be a list, not str'],
    ),
    "a number for a mapping": (
        {"ports": [80]},
        ["ports[0]: Invalid value: 80: must be a mapping, not int"],
    ),
    "a field is missing": ({"ports": [{"name": "a"}]}, ["ports[0].port: Required value"]),
    "None is missing": ({"ports": [{"port": None}]}, ["ports[0].port: Required value"]),
    "text for a number": (
        {"ports": [{"port": "80"}]},
        [f'{PORT}: "80": must be a whole number, not str'],
    ),
    "a broken number": (
        {"ports": [{"port": 80.5}]},
        [f"{PORT}: 80.5: must be a whole number, not float"],
    ),
    "not a number": (
        {"ports": [{"port": float("nan")}]},
        [f"{PORT}: NaN: must be a whole number, not float"],
    ),
    "a truth value for a number": (
        {"ports": [{"port": True}]},
        [f"{PORT}: true: must be a whole number, not bool"],
    ),
    "bytes for text": (
        {"namespace": b"shop"},
        ["namespace: Invalid value: must be a string, not bytes"],
    ),
    "labels of numbers": (
        {"labels": {"a": 1, 2: "b"}},
        [
            "labels: Invalid value: 2: must be a mapping with strings for keys, not int",
            "labels[a]: Invalid value: 1: must be a string, not int",
        ],
    ),
    "a choice in the wrong case": (
        {"ports": [{"port": 80, "protocol": "tcp"}]},
        ['ports[0].protocol: Unsupported value: "tcp": supported values: "TCP", "UDP", "SCTP"'],
    ),
    "a list for a choice": (
        {"ports": [{"port": 80, "protocol": ["TCP"]}]},
        ['ports[0].protocol: Unsupported value: ["TCP"]: supported values: "TCP", "UDP", "SCTP"'],
    ),
    "a typo": (
        {"headles": True},
        ["headles: Forbidden: unknown field (did you mean `headless`?)"],
    ),
    "a typo for a required field": (
        {"backends": [{"adress": "192.0.2.1"}]},
        [
            "backends[0].address: Required value",
            "backends[0].adress: Forbidden: unknown field (did you mean `address`?)",
        ],
    ),
    "everything at once": (
        {"backends": [{"address": 1, "id": 2}, 3], "type": "x", "slice_count": 1.5},
        [
            "backends[0].address: Invalid value: 1: must be a string, not int",
            "backends[0].id: Invalid value: 2: must be a string, not int",
            "backends[1]: Invalid value: 3: must be a mapping, not int",
            "slice_count: Invalid value: 1.5: must be a whole number, not float",
            (
                'type: Unsupported value: "x": supported values: "ClusterIP", "NodePort",'
                ' "LoadBalancer"'
            ),
        ],
    ),
}


@pytest.mark.parametrize(("args", "found"), STRUCTURE.values(), ids=STRUCTURE)
def test_errors_of_structure_are_listed_at_once(args: Any, found: list[str]) -> None:
    assert sorted(str(finding) for finding in read(ExternalServiceArgs, args).findings) == found


def test_an_unknown_field_lists_the_known_ones() -> None:
    (finding,) = read(ExternalServiceArgs, {"qqq": 1}).findings
    assert finding.remedy == f"known: {', '.join(ExternalServiceArgs.__annotations__)}"


def test_values_from_other_languages_and_enums_are_converted() -> None:
    args = {
        "ports": ({"port": 80.0, "protocol": Protocol.UDP},),
        "type": ServiceType.NODE_PORT,
        "backends": [{"address": "192.0.2.1", "state": "Draining", "ports": {"a": 1.0}}],
        "max_endpoints_per_slice": 5.0,
        "namespace": None,
    }
    inputs = read(ExternalServiceArgs, args)
    assert (inputs.findings, inputs.outputs) == ([], {})
    assert inputs.values == {
        "ports": [{"port": 80, "protocol": "UDP"}],
        "type": "NodePort",
        "backends": [{"address": "192.0.2.1", "state": "Draining", "ports": {"a": 1}}],
        "max_endpoints_per_slice": 5,
    }
    assert type(inputs.values["ports"][0]["port"]) is int
    assert type(inputs.values["ports"][0]["protocol"]) is str
    assert BackendState("Draining") is BackendState.DRAINING


def in_program(body: Callable[[], Any]) -> Any:
    results: list[Any] = []
    render(lambda: results.append(body()))
    return results[0]


PLACES: dict[str, tuple[Callable[[], Any], Any]] = {
    "a scalar": (lambda: {"namespace": later("a")}, {"namespace": Unknown("namespace")}),
    "an element": (
        lambda: {"addresses": ["192.0.2.1", later("a")]},
        {"addresses": ["192.0.2.1", Unknown("addresses[1]")]},
    ),
    "a list": (lambda: {"addresses": later([])}, {"addresses": Unknown("addresses")}),
    "a field further down": (
        lambda: {"ports": [{"port": later(1)}]},
        {"ports": [{"port": Unknown("ports[0].port")}]},
    ),
    "a label": (lambda: {"labels": {"a": later("b")}}, {"labels": {"a": Unknown("labels[a]")}}),
}


@pytest.mark.parametrize(("make", "values"), PLACES.values(), ids=PLACES)
def test_outputs_are_recorded_by_their_paths(make: Callable[[], Any], values: Any) -> None:
    inputs: Inputs = in_program(lambda: read(ExternalServiceArgs, make()))
    assert inputs.findings == []
    assert inputs.values == values
    assert len(inputs.outputs) == 1
    assert not is_known(inputs.values)


STRUCTURAL: dict[str, tuple[Callable[[], Any], str]] = {
    "a name": (lambda: {"service_name": later("a")}, "service_name"),
    "the ports": (lambda: {"ports": later([])}, "ports"),
    "the backends": (lambda: {"backends": later([])}, "backends"),
    "a backend": (lambda: {"backends": [later({})]}, "backends[0]"),
    "an id": (lambda: {"backends": [{"address": "192.0.2.1", "id": later("")}]}, "backends[0].id"),
    "the type": (lambda: {"type": later("ClusterIP")}, "type"),
    "headless": (lambda: {"headless": later(value=True)}, "headless"),
    "the labels": (lambda: {"labels": later({})}, "labels"),
    "a count": (lambda: {"slice_count": later(1)}, "slice_count"),
}


@pytest.mark.parametrize(("make", "path"), STRUCTURAL.values(), ids=STRUCTURAL)
def test_an_output_where_structure_must_be_plain_is_refused(
    make: Callable[[], Any], path: str
) -> None:
    inputs: Inputs = in_program(lambda: read(ExternalServiceArgs, make()))
    assert [str(finding) for finding in inputs.findings] == [f"{path}: {NOT_PLAIN}"]


def test_an_awaitable_counts_as_an_output() -> None:
    async def namespace() -> str:
        return "shop"

    manifests = render(lambda: ExternalService("db", {**GOOD, "namespace": namespace()}))
    assert [found["metadata"]["namespace"] for found in manifests] == ["shop", "shop"]


def test_late_values_are_checked_and_put_in_place() -> None:
    found: list[Finding] = []
    value = {"addresses": Unknown("addresses"), "ports": [{"port": Unknown("ports[0].port")}]}
    arrived = {"addresses": ["192.0.2.1"], "ports[0].port": 80.0}
    assert substitute(value, arrived, ExternalServiceArgs, found) == {
        "addresses": ["192.0.2.1"],
        "ports": [{"port": 80}],
    }
    assert found == []
    substitute(value, {**arrived, "addresses": [7]}, ExternalServiceArgs, found)
    assert [str(finding) for finding in found] == [
        "addresses[0]: Invalid value: 7: must be a string, not int"
    ]


SECRETS: dict[str, tuple[Callable[[], Any], str, str]] = {
    "an address": (lambda: {"addresses": [secret("127.7.7.7")]}, "addresses[0]", "127.7.7.7"),
    "all addresses": (
        lambda: {"addresses": secret(["192.0.2.1", "127.7.7.7"]), "slice_count": 1},
        "addresses[1]",
        "127.7.7.7",
    ),
    "a port": (lambda: {"ports": [{"name": "a", "port": secret(77777)}]}, "ports[0].port", "77777"),
    "two ports of one number": (
        lambda: {"ports": [{"name": name, "port": secret(5777)} for name in "ab"]},
        "ports[1]",
        "5777",
    ),
    "two ports of one number, as numbers arrive from a provider": (
        lambda: {"ports": [{"name": name, "port": secret(5777.0)} for name in "ab"]},
        "ports[1]",
        "5777",
    ),
    "the namespace": (lambda: {"namespace": secret("Geheim")}, "namespace", "Geheim"),
    "a label": (lambda: {"labels": {"a": secret("Gehe im")}}, "labels[a]", "Gehe im"),
    "a hostname": (
        lambda: {"backends": [{"address": "192.0.2.1", "hostname": secret("Geheim")}]},
        "backends[0].hostname",
        "Geheim",
    ),
    "a value of the wrong type": (lambda: {"namespace": secret(7777)}, "namespace", "7777"),
}


@pytest.mark.parametrize(("make", "path", "text"), SECRETS.values(), ids=SECRETS)
def test_a_secret_is_never_shown(make: Callable[[], Any], path: str, text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        render(lambda: ExternalService("db", {**GOOD, **make()}))
    assert path in str(caught.value)
    assert "[secret]" in str(caught.value)
    assert text not in repr((str(caught.value), caught.value.findings))


New = Callable[[Any], pulumi.Output[Any]]

UNKNOWN: dict[str, Callable[[New], dict[str, Any]]] = {
    "an address": lambda new: {"addresses": [new("192.0.2.7"), "192.0.2.9"]},
    "all addresses": lambda new: {
        "addresses": new(["192.0.2.7", "2001:db8::7"]),
        "slice_count": 4,
        "ip_families": ["IPv4", "IPv6"],
    },
    "a backend": lambda new: {"backends": [{"address": new("192.0.2.7"), "zone": new("a")}]},
    "backends in several slices": lambda new: {
        "max_endpoints_per_slice": 1,
        "backends": [{"address": new(f"2001:db8::{n}"), "id": n, "family": "IPv6"} for n in "78"],
    },
    "the namespace": lambda new: {"namespace": new("shop")},
    "a label": lambda new: {"labels": {"a": new("b")}, "annotations": {"c": new("d")}},
    "a port": lambda new: {"ports": [{"name": "pg", "port": new(80)}]},
    "a target port": lambda new: {"ports": [{"port": 1, "target_port": new(80)}]},
    "Endpoints": lambda new: {"addresses": [new("192.0.2.7")], "endpoint_api": "Both"},
    "all Endpoints": lambda new: {
        "addresses": new(["192.0.2.7"]),
        "endpoint_api": "Endpoints",
        "slice_count": 1,
    },
    "a timeout": lambda new: {
        "session_affinity": "ClientIP",
        "session_affinity_timeout": new(60),
    },
}


@pytest.mark.parametrize("change", UNKNOWN.values(), ids=UNKNOWN)
def test_an_unknown_at_preview_gives_the_objects_of_the_update(
    change: Callable[[New], dict[str, Any]], unknown: Callable[[], Any], recorder: Any
) -> None:
    recorder(lambda: ExternalService("db", {**GOOD, **change(lambda _: unknown())}), preview=True)
    previewed = recorder.names()
    recorder.requests.clear()
    recorder(lambda: ExternalService("db", {**GOOD, **change(later)}))
    assert sorted(previewed) == sorted(recorder.names())
    assert len(previewed) >= 3
