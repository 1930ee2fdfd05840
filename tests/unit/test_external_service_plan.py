"""What an `ExternalService` declares: exact objects for plain values and for unknown ones."""

from hashlib import sha256
from typing import Any

import pytest

from components.core.external_service import ExternalServicePlan
from components.core.unknown import Unknown
from tests.unit.plans import external, texts

ACTIVE = {"ready": True, "serving": True, "terminating": False}
OWN_LABELS = {
    "kubernetes.io/service-name": "db",
    "endpointslice.kubernetes.io/managed-by": "k8s-endpoints.pulumi",
}
HEADLESS = {"service.kubernetes.io/headless": ""}
PG = {"name": "pg", "port": 5432}
PORT = {"name": "pg", "port": 5432, "protocol": "TCP"}
LATE = Unknown("addresses")


def plan(
    unknown: frozenset[str] = frozenset(), **args: Any
) -> tuple[ExternalServicePlan, list[str]]:
    made, findings = external({"ports": [PG], **args}, "db", unknown)
    return made, texts(findings)


def planned(**args: Any) -> ExternalServicePlan:
    made, findings = plan(**args)
    assert findings == []
    return made


def service(metadata: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "db", **(metadata or {})},
        "spec": {"type": "ClusterIP", "ports": [{**PORT, "targetPort": 5432}], **spec},
    }


def slice_of(
    name: str,
    *addresses: str,
    metadata: dict[str, Any] | None = None,
    labels: dict[str, str] | None = None,
    port: int = 5432,
) -> dict[str, Any]:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": name, **(metadata or {}), "labels": {**OWN_LABELS, **(labels or {})}},
        "addressType": "IPv6" if "ipv6" in name else "IPv4",
        "endpoints": [{"addresses": [text], "conditions": ACTIVE} for text in addresses],
        "ports": [{**PORT, "port": port}],
    }


def sizes(made: ExternalServicePlan) -> dict[str, int]:
    return {part["metadata"]["name"]: len(part["endpoints"]) for part in made.slices}


def test_a_single_family_is_rendered() -> None:
    made = planned(addresses=["192.0.2.2", "192.0.2.1"])
    assert made.service == service()
    assert made.slices == [slice_of("db-ipv4", "192.0.2.1", "192.0.2.2")]
    assert made.endpoints is None
    assert made.addresses == ["192.0.2.1", "192.0.2.2"]


def test_both_families_are_rendered() -> None:
    made = planned(addresses=["2001:db8::1", "192.0.2.1"])
    assert made.service == service(ipFamilyPolicy="PreferDualStack")
    assert made.slices == [slice_of("db-ipv4", "192.0.2.1"), slice_of("db-ipv6", "2001:db8::1")]


def test_declared_families_are_kept() -> None:
    made = planned(addresses=["2001:db8::1", "192.0.2.1"], ip_families=["IPv6", "IPv4"])
    assert made.service == service(ipFamilies=["IPv6", "IPv4"], ipFamilyPolicy="PreferDualStack")


def test_a_headless_service_is_rendered() -> None:
    made = planned(addresses=["192.0.2.1"], headless=True)
    assert made.service == service(clusterIP="None")
    assert made.slices == [slice_of("db-ipv4", "192.0.2.1", labels=HEADLESS)]


def test_headless_leaves_the_families_to_the_cluster() -> None:
    made = planned(addresses=["192.0.2.1", "2001:db8::1"], headless=True)
    assert "ipFamilyPolicy" not in made.service["spec"]
    assert [part["addressType"] for part in made.slices] == ["IPv4", "IPv6"]


def test_names_labels_and_annotations() -> None:
    made = planned(
        addresses=["192.0.2.1"],
        namespace="shop",
        labels={"team": "a"},
        annotations={"note": "b"},
    )
    assert made.service == service(
        {"namespace": "shop", "labels": {"team": "a"}, "annotations": {"note": "b"}}
    )
    assert made.slices == [
        slice_of("db-ipv4", "192.0.2.1", metadata={"namespace": "shop"}, labels={"team": "a"})
    ]


def test_the_service_name_names_everything() -> None:
    made = planned(addresses=["192.0.2.1"], service_name="orders", endpoint_api="Both")
    parts = [made.service, *made.slices, made.endpoints or {}]
    assert [part["metadata"]["name"] for part in parts] == ["orders", "orders-ipv4", "orders"]
    assert made.slices[0]["metadata"]["labels"]["kubernetes.io/service-name"] == "orders"


def suffix(text: str) -> str:
    return f"-p{sha256(text.encode()).hexdigest()[:8]}"


def test_backends_that_listen_elsewhere_have_slices_of_their_own() -> None:
    made = planned(
        addresses=["192.0.2.1"],
        backends=[
            {"address": "192.0.2.2", "ports": {"pg": 6432}},
            {"address": "192.0.2.3", "ports": {"pg": 6432}},
            {"address": "192.0.2.4", "ports": {"pg": 7432}},
            {"address": "192.0.2.5", "ports": {"pg": 5432}},
            {"address": "2001:db8::1", "ports": {"pg": 6432}},
        ],
    )
    assert made.slices == [
        slice_of("db-ipv4", "192.0.2.1", "192.0.2.5"),
        slice_of("db-ipv4-p53e1df7f", "192.0.2.2", "192.0.2.3", port=6432),
        slice_of("db-ipv4-p872c9a8c", "192.0.2.4", port=7432),
        slice_of("db-ipv6-p53e1df7f", "2001:db8::1", port=6432),
    ]
    assert (suffix("pg=6432"), suffix("pg=7432")) == ("-p53e1df7f", "-p872c9a8c")


def test_a_set_of_ports_is_named_whatever_its_order() -> None:
    ports = [PG, {"name": "admin", "port": 8080}]
    elsewhere = {"pg": 6432, "admin": 9090}
    for given in (elsewhere, dict(reversed(elsewhere.items()))):
        made = planned(ports=ports, backends=[{"address": "192.0.2.1", "ports": given}])
        (part,) = made.slices
        assert part["metadata"]["name"] == "db-ipv4" + suffix("admin=9090,pg=6432")
        assert [port["port"] for port in part["ports"]] == [6432, 9090]


SUBSET = {"addresses": [{"ip": "192.0.2.1"}], "ports": [PORT]}


def endpoints(mode: str, **labels: str) -> dict[str, Any]:
    made = planned(addresses=["192.0.2.1"], endpoint_api=mode, labels=labels)
    assert made.endpoints is not None
    return made.endpoints


def test_endpoints_alone() -> None:
    assert endpoints("Endpoints") == {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {"name": "db"},
        "subsets": [SUBSET],
    }
    assert planned(addresses=["192.0.2.1"], endpoint_api="Endpoints").slices == []


def test_endpoints_beside_slices_are_kept_from_being_mirrored() -> None:
    assert endpoints("Both")["metadata"] == {
        "name": "db",
        "labels": {"endpointslice.kubernetes.io/skip-mirror": "true"},
    }
    assert endpoints("Endpoints", team="a")["metadata"]["labels"] == {"team": "a"}
    assert planned(addresses=["192.0.2.1"], endpoint_api="Both").slices == [
        slice_of("db-ipv4", "192.0.2.1")
    ]


def test_endpoints_have_a_subset_for_each_set_of_ports_and_know_who_is_ready() -> None:
    made = planned(
        endpoint_api="Endpoints",
        backends=[
            {"address": "192.0.2.1", "hostname": "a"},
            {"address": "192.0.2.2", "state": "Draining"},
            {"address": "192.0.2.3", "state": "Disabled", "node_name": "n"},
            {"address": "2001:db8::1", "ports": {"pg": 6432}, "state": "Disabled"},
        ],
    )
    assert made.endpoints is not None
    assert made.endpoints["subsets"] == [
        {
            "addresses": [{"ip": "192.0.2.1", "hostname": "a"}],
            "notReadyAddresses": [{"ip": "192.0.2.2"}, {"ip": "192.0.2.3", "nodeName": "n"}],
            "ports": [PORT],
        },
        {"notReadyAddresses": [{"ip": "2001:db8::1"}], "ports": [{**PORT, "port": 6432}]},
    ]


def many(count: int) -> list[str]:
    return [f"10.0.{number >> 8}.{number & 255}" for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("count", "limit", "names"),
    [
        (100, None, ["db-ipv4"]),
        (101, None, ["db-ipv4-0", "db-ipv4-1"]),
        (1000, 1000, ["db-ipv4"]),
        (1001, 1000, ["db-ipv4-0", "db-ipv4-1"]),
    ],
)
def test_backends_are_spread_over_slices(count: int, limit: int | None, names: list[str]) -> None:
    made = planned(addresses=many(count), max_endpoints_per_slice=limit)
    assert list(sizes(made)) == names
    assert sum(sizes(made).values()) == count


def test_a_pinned_count_declares_empty_slices_for_the_families_that_are_there() -> None:
    made = planned(addresses=["192.0.2.10", "2001:db8::10"], slice_count=2)
    assert sizes(made) == {"db-ipv4-0": 1, "db-ipv4-1": 0, "db-ipv6-0": 1, "db-ipv6-1": 0}
    assert made.slices[1] == slice_of("db-ipv4-1")


def test_a_late_address_keeps_its_place() -> None:
    late = Unknown("addresses[0]")
    made = planned(addresses=[late, "192.0.2.1"])
    (part,) = made.slices
    assert [endpoint["addresses"] for endpoint in part["endpoints"]] == [[late], ["192.0.2.1"]]
    assert made.addresses == [late, "192.0.2.1"]


def test_a_late_list_fills_all_slices_of_the_declared_families() -> None:
    made = planned(addresses=LATE, slice_count=2, ip_families=["IPv4", "IPv6"])
    names = [f"db-{family}-{bit}" for family in ("ipv4", "ipv6") for bit in "01"]
    assert [part["metadata"]["name"] for part in made.slices] == names
    assert all(part["endpoints"] == LATE for part in made.slices)
    assert made.addresses == LATE
    arrived, findings = plan(
        frozenset({"addresses"}),
        addresses=["192.0.2.10"],
        slice_count=2,
        ip_families=["IPv4", "IPv6"],
    )
    assert findings == []
    assert sizes(arrived) == {"db-ipv4-0": 1, "db-ipv4-1": 0, "db-ipv6-0": 0, "db-ipv6-1": 0}


def test_each_object_is_at_its_place_in_the_whole_plan() -> None:
    first = planned(addresses=LATE, slice_count=2, endpoint_api="Both")
    late = frozenset({"addresses"})
    args: Any = {"slice_count": 2, "endpoint_api": "Both"}
    whole, _ = plan(late, addresses=["192.0.2.10"], **args)
    assert [one["metadata"]["name"] for one in first.objects] == [
        one["metadata"]["name"] for one in whole.objects
    ]
    assert [one["kind"] for one in whole.objects] == [
        "Service",
        "EndpointSlice",
        "EndpointSlice",
        "Endpoints",
    ]


POWER = "must be a power of two, 4096 at most"
RANGE = "must be between 1 and 1000, inclusive"
LATE_ID = "an address that is an Output needs an id where there are several slices"

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a count of 0": ({"slice_count": 0}, f"slice_count: Invalid value: 0: {POWER}"),
    "a count of 3": ({"slice_count": 3}, f"slice_count: Invalid value: 3: {POWER}"),
    "a count of 8192": ({"slice_count": 8192}, f"slice_count: Invalid value: 8192: {POWER}"),
    "a limit of 0": (
        {"max_endpoints_per_slice": 0},
        f"max_endpoints_per_slice: Invalid value: 0: {RANGE}",
    ),
    "a limit of 1001": (
        {"max_endpoints_per_slice": 1001},
        f"max_endpoints_per_slice: Invalid value: 1001: {RANGE}",
    ),
    "more than the pinned slices hold": (
        {"addresses": many(101), "slice_count": 1},
        (
            "slices[db-ipv4]: Too many: 101: must have at most 100 items"
            " (raise `slice_count` or `max_endpoints_per_slice`)"
        ),
    ),
    "an unknown list without a count": (
        {"addresses": LATE},
        (
            "slice_count: Required value: a list of addresses that is an Output is spread over a"
            " fixed number of slices (1 holds up to 100 of each family)"
        ),
    ),
    "an unknown address without an id, among slices": (
        {"addresses": [Unknown("addresses[0]")], "slice_count": 2},
        f"addresses[0].id: Required value: {LATE_ID} (give it as one of `backends`, with an `id`)",
    ),
}


@pytest.mark.parametrize(("args", "found"), REFUSED.values(), ids=REFUSED)
def test_a_plan_is_refused(args: Any, found: str) -> None:
    assert plan(**{"addresses": ["192.0.2.1"], **args})[1] == [found]
