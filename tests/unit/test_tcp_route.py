"""`TcpRoute`: its route, its grants, and what is wrong with its arguments."""

from typing import Any

import pulumi
import pytest

from components import ExternalService, TcpRoute, ValidationError, route_backend
from components.core.arguments import typed
from components.core.failures import explain
from components.core.findings import Finding
from components.core.ownership import refused_owners
from components.core.route_arguments import TcpRouteArgs
from components.core.tcp_route import TcpRoutePlan, plan_tcp_route
from components.core.versions import rules_of
from components.testing import render
from components.validation.hazards import hazards as hazards_of_manifests
from components.validation.rendered import RENDERED, validate_rendered
from tests.support.gateway import TCP_TAKEN, TCP_VARIANTS
from tests.unit.outputs import later

BOTH = pytest.mark.parametrize("preview", [False, True], ids=["up", "preview"])
DB: dict[str, Any] = {"service_name": "db", "port": 5432}
GATEWAYS: list[dict[str, Any]] = [{"name": "databases", "section_name": "postgres"}]


def plan(**args: Any) -> tuple[TcpRoutePlan, list[str]]:
    findings: list[Finding] = []
    given = typed(TcpRouteArgs, {"gateways": GATEWAYS, **args})
    return plan_tcp_route(given, "db", findings), [str(finding) for finding in findings]


def test_a_listener_leads_to_a_service() -> None:
    made, wrong = plan(backend=DB, namespace="data")
    assert wrong == []
    assert made.objects == [
        {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "TCPRoute",
            "metadata": {"name": "db", "namespace": "data"},
            "spec": {
                "parentRefs": [{"name": "databases", "sectionName": "postgres"}],
                "rules": [{"backendRefs": [{"name": "db", "port": 5432}]}],
            },
        }
    ]


def test_several_services_share_connections_and_one_elsewhere_is_granted() -> None:
    far = {**DB, "namespace": "old", "weight": 1}
    made, wrong = plan(backends=[{**DB, "weight": 3}, far], namespace="data", route_name="pg")
    assert wrong == []
    route, grant = made.objects
    assert route["spec"]["rules"][0]["backendRefs"] == [
        {"name": "db", "port": 5432, "weight": 3},
        {"name": "db", "namespace": "old", "port": 5432, "weight": 1},
    ]
    assert grant["metadata"] == {"name": "pg-tcp-from-data", "namespace": "old"}
    assert grant["spec"]["from"][0]["kind"] == "TCPRoute"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({}, "backend: Required value: where connections go (give `backend`"),
        ({"backend": DB, "gateways": []}, "gateways: Required value: the Gateways of the route"),
        ({"backend": DB, "backends": [DB]}, "backends: Forbidden: may not be given with `backend`"),
        ({"backend": {**DB, "port": 0}}, "backend.port: Invalid value: 0"),
        ({"backends": [{**DB, "weight": -1}]}, "backends[0].weight: Invalid value: -1"),
        (
            {"backend": {"service_name": "db", "port_name": "postgres"}},
            "backend.port: Required value: a route names the port of a Service by its number",
        ),
        (
            {"backend": {**DB, "is_external_name": True}},
            "backend: Forbidden: a Gateway does not lead to an ExternalName Service",
        ),
        (
            {"backend": {**DB, "tls": {"hostname": "db.example.com"}}},
            "backend.tls: Forbidden: a TCPRoute passes TLS on as clients send it",
        ),
        ({"backend": DB, "route_name": "A_"}, 'route_name: Invalid value: "A_"'),
        ({"backend": DB, "labels": {"a b": "c"}}, 'labels: Invalid value: "a b"'),
    ],
)
def test_an_error_names_its_argument_once(args: dict[str, Any], said: str) -> None:
    (found,) = plan(**args)[1]
    assert found.startswith(said)


def test_variants_break_rules_and_those_that_come_near_break_none() -> None:
    def judged(variant: dict[str, Any]) -> set[str]:
        given = {"gateways": GATEWAYS, "backend": DB, "namespace": "edge", **variant}
        made = plan_tcp_route(typed(TcpRouteArgs, given), "db", [])
        return {
            one.code
            for manifest in made.objects
            for one in validate_rendered(rules_of(None), manifest)
        }

    broken = {name: judged(one) for name, one in TCP_VARIANTS.items()}
    assert {name for name, found in broken.items() if not found} == TCP_TAKEN
    rules = set(RENDERED["gateway.networking.k8s.io/v1", "TCPRoute"].rules)
    assert rules - set().union(*broken.values()) == set()


def program(**args: Any) -> None:
    database = ExternalService(
        "db", {"addresses": ["192.0.2.10"], "preset": "postgres", "namespace": "data"}
    )
    given: Any = {"gateways": GATEWAYS, "backend": route_backend(database), **args}
    made = TcpRoute("db", given)
    pulumi.Output.all(made.route_name, made.namespace, made.hazards).apply(SEEN.append)
    assert len(made.grants) == (args["namespace"] != "data")


SEEN: list[Any] = []


@BOTH
@pytest.mark.parametrize("namespace", ["data", "edge"])
def test_a_component_is_a_backend(preview: bool, namespace: str) -> None:
    SEEN.clear()
    made = render(lambda: program(namespace=namespace), preview=preview)
    (route,) = [one for one in made if one["kind"] == "TCPRoute"]
    (backend,) = route["spec"]["rules"][0]["backendRefs"]
    assert backend == {
        "name": "db",
        "port": 5432,
        **({} if namespace == "data" else {"namespace": "data"}),
    }
    assert [["db", namespace, []]] == SEEN
    assert hazards_of_manifests(made) == []


def test_a_late_port_is_rendered() -> None:
    given: list[Any] = []

    def late() -> None:
        args: Any = {"gateways": GATEWAYS, "backend": {**DB, "port": later(5433)}}
        given.append(TcpRoute("db", args).route)

    (route,) = render(late)
    assert route["spec"]["rules"][0]["backendRefs"] == [{"name": "db", "port": 5433}]


def test_two_components_may_not_declare_one_route() -> None:
    def twice() -> None:
        for name in ("a", "b"):
            args: Any = {"gateways": GATEWAYS, "backend": DB, "route_name": "db"}
            TcpRoute(name, args)

    with pytest.raises(ValidationError, match="route_name: Duplicate value"):
        render(twice)


def grant(kind: str) -> dict[str, Any]:
    source = {"group": "gateway.networking.k8s.io", "kind": kind, "namespace": "a"}
    return {"kind": "ReferenceGrant", "metadata": {"name": "a"}, "spec": {"from": [source]}}


@pytest.mark.parametrize(
    ("component", "kind", "argument"),
    [("TcpRoute", "TCPRoute", "route_name"), ("HttpIngress", "HTTPRoute", "ingress_name")],
)
def test_remedies_of_a_grant_name_the_routes_argument(
    component: str, kind: str, argument: str
) -> None:
    urn = f"urn:pulumi:s::p::k8s-endpoints:index:{component}$kubernetes:a:ReferenceGrant::a"
    owned = refused_owners(["k8s-endpoints/a/b"], "ReferenceGrant", "a", urn)
    said = [
        explain(grant(kind), "create", ['Apply failed with 1 conflict: conflict with "kubectl"']),
        explain(grant(kind), "create", ['referencegrants "a" already exists']),
        *map(str, owned),
    ]
    assert len(said) == 3
    for text in said:
        assert f"choose another `{argument}`" in text
