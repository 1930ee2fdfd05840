"""What objects claim, and that slices of two Services never have one name."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core.arguments import ExternalServiceArgs, typed
from components.core.declarations import (
    UNKNOWN,
    ChildName,
    Claim,
    ClusterIP,
    Context,
    Declarations,
    NodePort,
    Object,
    claims_of,
)
from components.core.unknown import Unknown
from tests.unit.plans import external

CONTEXT = Context(
    parent=0,
    component="ExternalService",
    cluster=3,
    default_namespace="default",
    stated_namespace=None,
)


def service(spec: Any = None, **metadata: Any) -> Any:
    return {"kind": "Service", "metadata": {"name": "db", **metadata}, "spec": spec or {}}


def claims(
    manifest: Any, context: Context = CONTEXT, late: Any = (), **args: Any
) -> dict[Claim, str]:
    return dict(claims_of([manifest], typed(ExternalServiceArgs, args), context, late))


def child(namespace: str, scope: str | None = None) -> ChildName:
    return ChildName(0, "ExternalService", "Service", scope, namespace, "db")


def test_an_object_claims_its_place_and_its_pulumi_name() -> None:
    found = claims(service(namespace="shop"), logical_name="west")
    assert found == {
        Object(3, "Service", "shop", "db"): "service_name",
        child("shop", "west"): "service_name",
    }
    assert next(iter(found)).is_plain  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("stated", "shown", "namespace", "name"),
    [
        (None, "default", None, "default"),
        ("shop", "shop", "shop", "shop"),
        (None, None, None, UNKNOWN),
    ],
)
def test_an_object_without_a_namespace_claims_that_of_the_provider(
    stated: str | None, shown: str | None, namespace: str | None, name: str
) -> None:
    context = Context(0, "ExternalService", 3, shown, stated)
    found = claims(service(), context)
    assert list(found) == [Object(3, "Service", namespace, "db"), child(name)]
    assert not next(iter(found)).is_plain  # type: ignore[union-attr]


def test_an_object_in_a_late_namespace_claims_its_place_later() -> None:
    late = Unknown("namespace")
    assert list(claims(service(namespace=late))) == [child(UNKNOWN)]
    found = list(claims(service(namespace="shop"), late={"namespace"}))
    assert found == [Object(3, "Service", "shop", "db"), child(UNKNOWN)]
    assert not found[0].is_plain  # type: ignore[union-attr]


def test_other_kinds_claim_their_place() -> None:
    manifest = {"kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}}
    assert Object(3, "Deployment", "shop", "web") in claims(manifest)
    assert Object(3, "Service", "shop", "web") not in claims(manifest)


def asked(spec: Any, **args: Any) -> dict[Claim, str]:
    found = claims(service(spec), **args)
    return {claim: path for claim, path in found.items() if isinstance(claim, NodePort | ClusterIP)}


IPV6 = "2001:db8::1"
ASKED: dict[str, tuple[Any, dict[Any, str]]] = {
    "a cluster IP": ({"clusterIP": "10.96.0.9"}, {"10.96.0.9": "cluster_ip"}),
    "several": (
        {"clusterIP": "10.96.0.9", "clusterIPs": ["10.96.0.9", "2001:DB8:0::1"]},
        {"10.96.0.9": "cluster_ip", IPV6: "cluster_ip"},
    ),
    "headless": ({"clusterIP": "None", "clusterIPs": ["None"]}, {}),
    "the cluster's choice": ({"clusterIP": "", "clusterIPs": []}, {}),
    "no address": ({"clusterIP": "x"}, {}),
    "a late one": ({"clusterIP": Unknown("cluster_ip")}, {}),
    "node ports": (
        {"ports": [{"nodePort": 30001}, {}, {"nodePort": Unknown("x")}, {"nodePort": 30002}]},
        {30001: "ports[0].node_port", 30002: "ports[3].node_port"},
    ),
    "no node port": ({"ports": [{"nodePort": 0}, {}, {}, {}], "healthCheckNodePort": 0}, {}),
    "a health check's": ({"healthCheckNodePort": 30001}, {30001: "health_check_node_port"}),
}


@pytest.mark.parametrize(("spec", "expected"), ASKED.values(), ids=ASKED)
def test_a_service_claims_its_node_ports_and_addresses(spec: Any, expected: dict[Any, str]) -> None:
    found = asked(spec, ports=[{"port": 1}] * 4)
    assert found == {
        NodePort(3, key) if isinstance(key, int) else ClusterIP(3, key): path
        for key, path in expected.items()
    }


def test_a_preset_moves_the_paths_of_ports() -> None:
    spec = {"ports": [{}, {"nodePort": 30001}]}
    found = asked(spec, preset="postgres", ports=[{"name": "metrics", "port": 9187}])
    assert list(found.values()) == ["ports[0].node_port"]


WORDS: list[tuple[Claim, str, str, str]] = [
    (
        ClusterIP(0, "10.96.0.9"),
        '"10.96.0.9"',
        "already asks for this cluster IP",
        "choose another, or leave it out",
    ),
    (
        NodePort(0, 30001),
        "30001",
        "already asks for this node port",
        "choose another, or leave it out",
    ),
    (
        Object(0, "Deployment", "shop", "web"),
        '"web"',
        "already declares the Deployment shop/web",
        "choose another `field`, or declare it in one place",
    ),
]


@pytest.mark.parametrize(("claim", "value", "reason", "remedy"), WORDS)
def test_the_error_names_both_declarations(
    claim: Claim, value: str, reason: str, remedy: str
) -> None:
    program = Declarations()
    assert program.component('ExternalService "a"').declare([(claim, "field")]) == []
    (finding,) = program.component('SelectorService "b"').declare([(claim, "field")])
    text = f'field: Duplicate value: {value}: ExternalService "a" {reason} ({remedy})'
    assert str(finding) == text


def test_one_declares_the_same_again_and_takes_back_only_its_own() -> None:
    program = Declarations()
    mine: Claim = NodePort(0, 30001)
    first, second = program.component("a"), program.component("b")
    assert first.declare([(mine, "p")]) == first.declare([(mine, "p")]) == []
    assert len(second.declare([(mine, "p"), (NodePort(0, 30002), "q")])) == 1
    second.withdraw()
    assert len(program.component("c").declare([(mine, "p")])) == 1
    first.withdraw()
    assert program.component("d").declare([(mine, "p"), (NodePort(0, 30002), "q")]) == []


def test_entries_of_one_component_are_named_by_path() -> None:
    one = Declarations().component('ExternalServiceSet "s"')
    mine: Claim = Object(0, "Service", "shop", "db")
    assert one.declare([(mine, "service_name")], "services[a]") == []
    assert one.declare([(mine, "service_name")], "services[a]") == []
    (finding,) = one.declare([(mine, "service_name")], "services[b]")
    assert finding.detail == "services[a] already declares the Service shop/db"


def test_of_two_that_declare_one_object_nothing_more_is_said() -> None:
    program = Declarations()
    twin = Object(0, "Service", "shop", "db"), NodePort(0, 30001)
    other = NodePort(0, 30002)
    program.component("a").declare([(claim, "p") for claim in twin])
    program.component("b").declare([(other, "p")])
    found = program.component("c").declare([(claim, "p") for claim in (*twin, other)])
    assert [finding.value for finding in found] == ["db", 30002]


@pytest.mark.parametrize("repeats", [False, True])
def test_a_component_may_take_the_place_of_a_former_one(repeats: bool) -> None:
    program = Declarations(repeats=repeats)
    mine: Claim = NodePort(0, 30001)
    program.component("a").declare([(mine, "p"), (NodePort(0, 30002), "p")])
    assert bool(program.component("a").declare([(mine, "p")])) is not repeats
    assert bool(program.component("b").declare([(NodePort(0, 30002), "p")])) is not repeats


def test_what_a_former_component_says_later_does_not_count() -> None:
    program = Declarations(repeats=True)
    mine: Claim = NodePort(0, 30001)
    former = program.component("a")
    program.component("a").declare([(mine, "p")])
    assert former.declare([(mine, "p"), (NodePort(0, 30002), "p")]) == []
    assert program.component("b").declare([(NodePort(0, 30002), "p")]) == []


NAMES = st.from_regex(r"[a-c](-?(ipv[46]|p[0-9a-f]{8}|[01]{1,2})){0,3}", fullmatch=True)
PORTS = [{"name": "pg", "port": 5432}]
BACKENDS: list[Any] = [
    {"address": f"{stem}{at}", "id": f"{stem}{at}", "ports": {"pg": 5433} if at > 2 else {}}
    for stem in ("192.0.2.", "2001:db8::")
    for at in (1, 2, 3, 4)
]
"""Of both families, and of two sets of ports each."""


def slice_names(service_name: str, count: int | None) -> set[str]:
    args: dict[str, Any] = {"ports": PORTS, "backends": BACKENDS}
    args |= {"slice_count": count} if count else {"max_endpoints_per_slice": 1}
    plan, findings = external(args, service_name)
    assert findings == []
    return {one["metadata"]["name"] for one in plan.slices}


@given(
    names=st.lists(NAMES, min_size=2, max_size=2, unique=True),
    counts=st.lists(st.sampled_from([None, 1, 2, 4]), min_size=2, max_size=2),
)
def test_slices_of_two_services_never_have_one_name(
    names: list[str], counts: list[int | None]
) -> None:
    """Which is why only Services are compared."""
    first, second = map(slice_names, names, counts)
    assert len(first) >= 4
    assert first.isdisjoint(second)
