"""Hazards of routes of the Gateway API: backends that the Services of the set do not have."""

from typing import Any

import pytest

from tests.unit.validation.hazard_tables import Hit, Quiet, ids, ingress, service

WEB = {"app": "web"}
HTTP = {"name": "http", "port": 80, "targetPort": 8080}
BACKEND = "spec.rules[0].backendRefs[0]"


def web(*ports: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return service("web", *(ports or (HTTP,)), selector=WEB, **fields)


def route(
    port: int | None = 80,
    to: str = "web",
    kind: str = "HTTPRoute",
    namespace: str | None = None,
    **backend: Any,
) -> dict[str, Any]:
    if port is not None:
        backend["port"] = port
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": "web", **({} if namespace is None else {"namespace": namespace})},
        "spec": {
            "parentRefs": [{"name": "gateway"}],
            "rules": [{"backendRefs": [{"name": to, **backend}]}],
        },
    }


def far(one: dict[str, Any], namespace: str) -> dict[str, Any]:
    """Return a route whose backend is in another namespace."""
    one["spec"]["rules"][0]["backendRefs"][0]["namespace"] = namespace
    return one


def gateway(class_name: str) -> dict[str, Any]:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "gateway"},
        "spec": {"gatewayClassName": class_name},
    }


ALIAS = service("web", HTTP, type="ExternalName", externalName="web.example.com")

HITS = [
    Hit(
        "route-service-missing",
        1,
        f"{BACKEND}.name",
        'there is no Service of that name, but "web-a"',
        [service("web-a", HTTP, selector=WEB), route(to="web-b")],
    ),
    Hit(
        "route-service-missing",
        1,
        f"{BACKEND}.name",
        'in namespace "shop"',
        [web(namespace="shop"), route(namespace="edge")],
    ),
    Hit("route-port-missing", 1, f"{BACKEND}.port", "no port 81 (it has 80)", [web(), route(81)]),
    Hit(
        "route-port-missing",
        1,
        f"{BACKEND}.port",
        "no port 8080 (it has 80)",
        [web(), route(8080, kind="TCPRoute")],
    ),
    Hit("route-external-name", 1, f"{BACKEND}.name", "many Gateway", [ALIAS, route()]),
    Hit(
        "route-external-name",
        2,
        f"{BACKEND}.name",
        "many Gateway",
        [ALIAS, gateway("cilium"), route()],
    ),
]

QUIETS = [
    Quiet("the port is there", [web(), route()]),
    Quiet("a listener of TCP", [web(), route(kind="TCPRoute")]),
    Quiet("in the namespace that it names", [web(namespace="a"), far(route(namespace="b"), "a")]),
    Quiet("a Service of a chart", [service("api", HTTP, selector=WEB), route(to="web")]),
    Quiet(
        "another namespace, with unknown contents",
        [web(namespace="a"), route(to="x", namespace="b")],
    ),
    Quiet("namespaces, one of them unknown", [web(), route(81, to="other", namespace="edge")]),
    Quiet("the only namespace is that of the route", [web(), route(namespace="edge")]),
    Quiet("a namespace that a tool gives", [web(), far(route(81), "shop")]),
    Quiet("no port", [web(), route(None)]),
    Quiet("a Gateway that resolves names", [ALIAS, gateway("nginx"), route()]),
    Quiet(
        "a template",
        [service("a_b", HTTP, type="ExternalName", externalName="a.example"), route(to="a_b")],
    ),
    Quiet("another kind of backend", [web(), route(81, kind="HTTPRoute", group="example.com")]),
    Quiet("another kind of object", [web(), route(81, kind="BackendTLSPolicy")]),
    Quiet(
        "a headless Service whose controller dials its endpoints", [web(clusterIP="None"), route()]
    ),
    Quiet("an Ingress beside it", [web(), ingress({"number": 80}), route()]),
]


@pytest.mark.parametrize("hit", HITS, ids=ids(HITS))
def test_a_backend_that_leads_nowhere_is_a_hazard(hit: Hit) -> None:
    hit.check()


@pytest.mark.parametrize("quiet", QUIETS, ids=ids(QUIETS))
def test_a_near_miss_has_no_hazard(quiet: Quiet) -> None:
    quiet.check()
