"""Routes of the Gateway API on a real API server: its schema and CEL rules, and live objects."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from components.core.arguments import typed
from components.core.findings import is_within
from components.core.http_ingress import plan_http_ingress
from components.core.route_arguments import HttpIngressArgs, TcpRouteArgs
from components.core.tcp_route import plan_tcp_route
from components.core.versions import rules_of
from components.validation.rendered import validate_rendered
from testbed.agreement.server import ApiServer
from testbed.cluster import get, names, uids
from testbed.stack import Stack
from tests.support import accounts
from tests.support.gateway import HTTP_VARIANTS, TCP_VARIANTS, gateway_cluster
from tools.cluster import Cluster
from tools.providers import Provider

KINDS = "httproutes,tcproutes,referencegrants,backendtlspolicies"
HTTP: dict[str, Any] = {
    "api": "Gateway",
    "gateways": [{"name": "web"}],
    "namespace": "edge",
    "rules": [{"host": "a.example.com", "backend": {"service_name": "web", "port": 80}}],
}


@pytest.fixture(scope="module")
def gateway() -> Iterator[Cluster]:
    """A control plane with the custom resources of Gateway API, and two namespaces."""
    with gateway_cluster("gateway-routes") as made:
        made.kubectl("create", "namespace", "edge")
        made.kubectl("create", "namespace", "data")
        yield made


@pytest.fixture
def gateway_stack(gateway: Cluster, provider: Provider, tmp_path: Path) -> Stack:
    return Stack(tmp_path / "stack", provider.among(gateway.parts), gateway.kubeconfig)


@pytest.mark.parametrize("variant", HTTP_VARIANTS.values(), ids=HTTP_VARIANTS)
def test_validation_of_http_routes_agrees_with_the_server(
    gateway: Cluster, variant: dict[str, Any]
) -> None:
    plan = plan_http_ingress(typed(HttpIngressArgs, {**HTTP, **variant}), "web", [])
    _compare(gateway, plan.objects)


@pytest.mark.parametrize("variant", TCP_VARIANTS.values(), ids=TCP_VARIANTS)
def test_validation_of_tcp_routes_agrees_with_the_server(
    gateway: Cluster, variant: dict[str, Any]
) -> None:
    given = {"backend": {"service_name": "db", "port": 5432}, **variant}
    args = {"gateways": [{"name": "web"}], "namespace": "edge", **given}
    _compare(gateway, plan_tcp_route(typed(TcpRouteArgs, args), "db", []).objects)


def _compare(gateway: Cluster, objects: Sequence[Any]) -> None:
    """Compare our verdict on objects with the server's: what is refused, and for which fields."""
    rules = rules_of("1.36")
    with ApiServer(gateway.kubeconfig) as server:
        for manifest in objects:
            namespace = manifest["metadata"]["namespace"]
            if namespace not in {"edge", "data"}:  # a namespace of this name cannot exist
                continue
            findings = validate_rendered(rules, manifest)
            ours = {one.path for one in findings if one.severity == "error"}
            answer = server.create(manifest, manifest["kind"], namespace, dry=True)
            theirs = {one.field for one in answer.causes} - {_RULES_THAT_WERE_NOT_RUN}
            assert answer.accepted == (not ours), answer.message
            assert all(any(is_within(one, field) for field in theirs) for one in ours), theirs
            assert all(any(is_within(one, field) for one in ours) for field in theirs), theirs


_RULES_THAT_WERE_NOT_RUN = "<nil>"
"""The field of a cause that says that CEL rules were left out, because the schema is broken."""


PROGRAM = """
    from components import ExternalService, HttpIngress, TcpRoute, route_backend

    ports = [{{"name": "http", "port": 80, "target_port": 8123}}]
    services = [
        ExternalService(name, {{
            "namespace": "{backends}", "addresses": ["192.0.2.40"], "ports": ports
        }})
        for name in ("old", "new")
    ]
    backends = [{{**route_backend(one), "weight": at}} for at, one in enumerate(services, {weight})]
    tls = {{"hostname": "old.example.com", "ca_config_map": "ca"}}
    HttpIngress("{name}", {{
        "api": "Gateway",
        "namespace": "edge",
        "ingress_name": "web",
        "gateways": [{{"name": "web", "namespace": "gateways", "section_name": "https"}}],
        "rules": [
            {{"host": "a.example.com", "backends": backends}},
            {{"host": "*.example.com", "backend": {{**route_backend(services[0]), "tls": tls}}}},
        ],
    }})
    TcpRoute("{name}", {{
        "namespace": "edge",
        "route_name": "db",
        "gateways": [{{"name": "web", "section_name": "postgres"}}],
        "backends": backends,
    }})
"""


@pytest.mark.both_kinds
def test_routes_are_granted_updated_in_place_and_survive_a_rename(
    gateway: Cluster, gateway_stack: Stack
) -> None:
    def program(**changed: Any) -> str:
        return PROGRAM.format(**{"name": "a", "weight": 1, "backends": "data", **changed})

    stack = gateway_stack
    stack.write(program()).up()
    before = uids(gateway, KINDS, "edge")
    assert set(before) == {"web-a.example.com", "web-wildcard.example.com", "db"}
    assert set(uids(gateway, KINDS, "data")) == {
        "web-http-from-edge",
        "web-old-http",
        "db-tcp-from-edge",
    }
    route = get(gateway, "httproutes", "edge", "web-a.example.com")["spec"]
    assert [
        (one["name"], one["namespace"], one["port"], one["weight"])
        for one in route["rules"][0]["backendRefs"]
    ] == [("old", "data", 80, 1), ("new", "data", 80, 2)]
    grant = get(gateway, "referencegrants", "data", "web-http-from-edge")["spec"]
    assert [one["name"] for one in grant["to"]] == ["old", "new"]

    stack.write(program(name="b", weight=5, backends="edge")).up()
    route = get(gateway, "httproutes", "edge", "web-a.example.com")["spec"]
    assert [("namespace" in one, one["weight"]) for one in route["rules"][0]["backendRefs"]] == [
        (False, 5),
        (False, 6),
    ]
    assert names(gateway, KINDS, "data") == []
    assert uids(gateway, KINDS, "edge").items() >= before.items()
    stack.destroy()
    assert names(gateway, f"{KINDS},services", "edge") == []


SMALL = """
    import pulumi
    from components import HttpIngress
    from pulumi_kubernetes import core

    other = core.v1.ConfigMap("other", metadata={{"name": "other", "namespace": "{namespace}"}})
    HttpIngress(
        "web",
        {{
            "api": "Gateway",
            "namespace": "{namespace}",
            "gateways": [{{"name": "web"}}],
            "default_backend": {{"service_name": "web", "port": 80}},
        }},
        pulumi.ResourceOptions({options}),
    )
"""


@pytest.mark.both_kinds
def test_a_cluster_without_the_kind_is_refused_at_preview(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    assert "httproutes" not in cluster.kubectl("api-resources", "-o", "name")
    done = stack.write(SMALL.format(namespace=namespace, options="")).run("preview")
    assert done.returncode != 0
    assert (
        'HttpIngress "web": HTTPRoute[web]: Forbidden: the cluster does not serve HTTPRoute of'
        " gateway.networking.k8s.io/v1 (install the CustomResourceDefinitions of Gateway API"
    ) in done.stdout
    options = "depends_on=[other]"
    assert stack.write(SMALL.format(namespace=namespace, options=options)).preview()


def test_missing_permissions_on_routes_are_not_mistaken_for_a_missing_kind(
    gateway: Cluster, gateway_stack: Stack, tmp_path: Path
) -> None:
    accounts.grant(gateway, "edge", [accounts.rule("", "configmaps")])
    gateway_stack.kubeconfig = accounts.kubeconfig(gateway, "edge", tmp_path / "config")
    done = gateway_stack.write(SMALL.format(namespace="edge", options="")).run("preview")
    assert done.returncode == 0, done.stdout
    assert "does not serve" not in done.stdout
