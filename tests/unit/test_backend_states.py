"""Backends as the components declare them: states, names, places and ports, in both objects."""

from typing import Any

import pytest

from components import BackendState, EndpointApi, ExternalService, IpFamily, ValidationError
from components.testing import render
from tests.unit.outputs import later

PORT = {"name": "pg", "port": 5432, "protocol": "TCP"}
READY = {"ready": True, "serving": True, "terminating": False}
DRAINING = {"ready": False, "serving": True, "terminating": True}
DISABLED = {"ready": False, "serving": False, "terminating": False}
CONDITIONS = {"Active": READY, "Draining": DRAINING, "Disabled": DISABLED}


def declared(
    *backends: dict[str, Any], preview: bool = False, **args: Any
) -> dict[str, dict[str, Any]]:
    """Return what is declared beside the Service, by kind and name."""
    given: Any = {
        "ports": [{"name": "pg", "port": 5432}],
        "backends": list(backends),
        "endpoint_api": EndpointApi.BOTH,
        **args,
    }
    made = render(lambda: ExternalService("db", given), preview=preview)
    return {f"{part['kind']} {part['metadata']['name']}": part for part in made[1:]}


def backend(**settings: Any) -> dict[str, Any]:
    return {"address": "192.0.2.1", **settings}


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("state", [None, *BackendState, *CONDITIONS])
def test_a_state_makes_conditions_and_in_endpoints_a_list(state: Any, preview: bool) -> None:
    made = declared(backend(state=state), preview=preview)
    name = "Active" if state is None else str(state)
    assert made["EndpointSlice db-ipv4"]["endpoints"] == [
        {"addresses": ["192.0.2.1"], "conditions": CONDITIONS[name]}
    ]
    ready = "addresses" if name == "Active" else "notReadyAddresses"
    assert made["Endpoints db"]["subsets"] == [{ready: [{"ip": "192.0.2.1"}], "ports": [PORT]}]


def test_backends_of_all_states_share_one_slice_and_one_subset() -> None:
    states = ["Disabled", "Active", "Draining", "Active"]
    made = declared(
        *(
            backend(address=f"192.0.2.{number}", state=state)
            for number, state in enumerate(states, 1)
        )
    )
    assert [
        (endpoint["addresses"][0], endpoint["conditions"])
        for endpoint in made["EndpointSlice db-ipv4"]["endpoints"]
    ] == [
        ("192.0.2.1", DISABLED),
        ("192.0.2.2", READY),
        ("192.0.2.3", DRAINING),
        ("192.0.2.4", READY),
    ]
    assert made["Endpoints db"]["subsets"] == [
        {
            "addresses": [{"ip": "192.0.2.2"}, {"ip": "192.0.2.4"}],
            "notReadyAddresses": [{"ip": "192.0.2.1"}, {"ip": "192.0.2.3"}],
            "ports": [PORT],
        }
    ]


SETTINGS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "a hostname": ({"hostname": "db-1"}, {"hostname": "db-1"}, {"hostname": "db-1"}),
    "a zone": ({"zone": "eu-1a"}, {"zone": "eu-1a"}, {}),
    "a zone to serve": (
        {"for_zones": ["eu-1b"]},
        {"hints": {"forZones": [{"name": "eu-1b"}]}},
        {},
    ),
    "zones to serve, in their order": (
        {"for_zones": ["b", "a"]},
        {"hints": {"forZones": [{"name": "b"}, {"name": "a"}]}},
        {},
    ),
    "no zones to serve": ({"for_zones": []}, {}, {}),
    "a node": ({"node_name": "node-1"}, {"nodeName": "node-1"}, {"nodeName": "node-1"}),
    "an id": ({"id": "M\u00fcnchen 1"}, {}, {}),
    "its family": ({"family": IpFamily.IPV4}, {}, {}),
    "everything": (
        {
            "id": "a",
            "family": "IPv4",
            "hostname": "h",
            "zone": "z",
            "for_zones": ["z"],
            "node_name": "n",
            "state": "Active",
            "ports": {"pg": 5432},
        },
        {"hostname": "h", "zone": "z", "nodeName": "n", "hints": {"forZones": [{"name": "z"}]}},
        {"hostname": "h", "nodeName": "n"},
    ),
}


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(("settings", "endpoint", "address"), SETTINGS.values(), ids=SETTINGS)
def test_settings_are_in_the_slice_and_as_far_as_it_has_them_in_endpoints(
    settings: Any, endpoint: Any, address: Any, preview: bool
) -> None:
    made = declared(backend(**settings), preview=preview)
    assert made["EndpointSlice db-ipv4"]["endpoints"] == [
        {"addresses": ["192.0.2.1"], "conditions": READY, **endpoint}
    ]
    assert made["Endpoints db"]["subsets"] == [
        {"addresses": [{"ip": "192.0.2.1", **address}], "ports": [PORT]}
    ]


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(
    ("field", "wire", "is_legacy"),
    [("hostname", "hostname", True), ("zone", "zone", False), ("node_name", "nodeName", True)],
)
def test_settings_may_be_outputs(field: str, wire: str, is_legacy: bool, preview: bool) -> None:
    def program() -> None:
        args: Any = {"ports": [{"name": "pg", "port": 5432}], "endpoint_api": "Both"}
        ExternalService("db", {**args, "backends": [backend(**{field: later("a")})]})

    _, slice_, endpoints = render(program, preview=preview)
    assert slice_["endpoints"][0][wire] == "a"
    (address,) = endpoints["subsets"][0]["addresses"]
    assert address == {"ip": "192.0.2.1", **({wire: "a"} if is_legacy else {})}


def test_backends_with_ports_of_their_own_have_separate_slices_and_subsets() -> None:
    made = declared(
        backend(ports={"pg": 6432}, state="Draining"),
        backend(address="192.0.2.2"),
        backend(address="2001:db8::1", ports={"pg": 6432}),
    )
    assert {
        name: (part["ports"][0]["port"], [one["addresses"][0] for one in part["endpoints"]])
        for name, part in made.items()
        if name.startswith("EndpointSlice")
    } == {
        "EndpointSlice db-ipv4": (5432, ["192.0.2.2"]),
        "EndpointSlice db-ipv4-p53e1df7f": (6432, ["192.0.2.1"]),
        "EndpointSlice db-ipv6-p53e1df7f": (6432, ["2001:db8::1"]),
    }
    assert made["Endpoints db"]["subsets"] == [
        {"addresses": [{"ip": "192.0.2.2"}], "ports": [PORT]},
        {
            "addresses": [{"ip": "2001:db8::1"}],
            "notReadyAddresses": [{"ip": "192.0.2.1"}],
            "ports": [{**PORT, "port": 6432}],
        },
    ]


def addresses(made: dict[str, dict[str, Any]]) -> list[str]:
    return [
        endpoint["addresses"][0]
        for name, part in made.items()
        if name.startswith("EndpointSlice")
        for endpoint in part["endpoints"]
    ]


ONE: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "a backend twice": ([backend(zone="a"), backend(zone="a")], {}),
    "a backend and an address": ([backend()], {"addresses": ["192.0.2.1"]}),
    "what is the default, said once": ([backend(state="Active"), backend(for_zones=[])], {}),
    "an override that is none": ([backend(ports={"pg": 5432}), backend()], {}),
    "the address for an id": ([backend(id="192.0.2.1"), backend()], {}),
    "one id twice": ([backend(id="a"), backend(id="a")], {}),
}


@pytest.mark.parametrize(("backends", "args"), ONE.values(), ids=ONE)
def test_a_repeated_backend_counts_once(backends: Any, args: Any) -> None:
    assert addresses(declared(*backends, **args)) == ["192.0.2.1"]


def other(field: str) -> str:
    return (
        f'{field}: Duplicate value: "192.0.2.1": two backends with the same address have different'
        " settings"
    )


def same_id(index: int, key: str = "a") -> str:
    return f'backends[{index}].id: Duplicate value: "{key}": two backends with the same id differ'


DIFFERENT: dict[str, tuple[list[dict[str, Any]], dict[str, Any], list[str]]] = {
    "another state": (
        [backend(), backend(state="Disabled")],
        {},
        [other("backends[1].address")],
    ),
    "another zone than an address": (
        [backend(zone="a")],
        {"addresses": ["192.0.2.1"]},
        [other("backends[0].address")],
    ),
    "another port": ([backend(), backend(ports={"pg": 1})], {}, [other("backends[1].address")]),
    "zones in another order": (
        [backend(for_zones=["a", "b"]), backend(for_zones=["b", "a"])],
        {},
        [other("backends[1].address")],
    ),
    "another id": ([backend(id="a"), backend(id="b")], {}, [other("backends[1].address")]),
    "one id of two addresses": (
        [backend(id="a"), backend(address="192.0.2.2", id="a")],
        {},
        [same_id(1)],
    ),
    "one id of two families": (
        [backend(id="a"), backend(address="2001:db8::1", id="a")],
        {},
        [same_id(1)],
    ),
    "an id that is another's address": (
        [backend(address="192.0.2.2"), backend(id="192.0.2.2")],
        {},
        [same_id(1, "192.0.2.2")],
    ),
    "each of three": (
        [backend(), backend(zone="a"), backend(zone="b")],
        {},
        [other("backends[1].address"), other("backends[2].address")],
    ),
}


@pytest.mark.parametrize(("backends", "args", "found"), DIFFERENT.values(), ids=DIFFERENT)
def test_backends_that_contradict_each_other_are_refused(
    backends: Any, args: Any, found: list[str]
) -> None:
    with pytest.raises(ValidationError) as caught:
        declared(*backends, **args)
    assert [str(finding) for finding in caught.value.findings] == found


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("zone", ["a", None])
def test_a_late_address_given_twice_counts_once_or_is_refused(
    zone: str | None, preview: bool
) -> None:
    settings = {} if zone is None else {"zone": zone}

    def program() -> None:
        backends: Any = [backend(address=later("192.0.2.1"), **settings)]
        args: Any = {"ports": [{"name": "pg", "port": 5432}], "addresses": ["192.0.2.1"]}
        ExternalService("db", {**args, "backends": backends})

    if zone is None:
        _, slice_ = render(program, preview=preview)
        assert [endpoint["addresses"] for endpoint in slice_["endpoints"]] == [["192.0.2.1"]]
    else:
        with pytest.raises(
            ValidationError, match="two backends with the same address have different"
        ):
            render(program, preview=preview)


def test_an_id_keeps_a_backend_in_its_slice_whatever_its_address() -> None:
    def slices(address: str) -> dict[str, list[str]]:
        made = declared(
            backend(address=address, id="db-1"), backend(address="192.0.2.9"), slice_count=4
        )
        return {
            name: [endpoint["addresses"][0] for endpoint in part.get("endpoints", [])]
            for name, part in made.items()
            if name.startswith("EndpointSlice")
        }

    before, after = slices("192.0.2.1"), slices("198.51.100.7")
    changed = {name for name in before if before[name] != after[name]}
    assert len(before) == 4
    assert changed == {name for name in before if "192.0.2.1" in before[name]}
    assert changed == {name for name in after if "198.51.100.7" in after[name]}


def test_backends_are_sorted_by_id_in_whatever_order_they_are_given() -> None:
    backends = [backend(address=f"192.0.2.{n}", id=name) for n, name in enumerate("cab", 1)]
    for given in (backends, backends[::-1]):
        assert addresses(declared(*given)) == ["192.0.2.2", "192.0.2.3", "192.0.2.1"]
