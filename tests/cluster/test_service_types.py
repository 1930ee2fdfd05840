"""Types and fields of Services on a real control plane."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from testbed.cluster import get, throw_away_cluster
from testbed.stack import Stack
from tests.support.programs import component, external_service
from tools.cluster import Cluster

BASE = {"addresses": ["192.0.2.10", "192.0.2.11"], "ports": [{"name": "http", "port": 80}]}

FIELDS = {
    "node port": (
        {"type": "NodePort", "ports": [{"name": "http", "port": 80, "node_port": 30031}]},
        {"type": "NodePort"},
    ),
    "load balancer": (
        {
            "type": "LoadBalancer",
            "load_balancer_class": "example.com/lb",
            "load_balancer_source_ranges": ["192.0.2.0/24"],
        },
        {
            "type": "LoadBalancer",
            "loadBalancerClass": "example.com/lb",
            "loadBalancerSourceRanges": ["192.0.2.0/24"],
        },
    ),
    "addresses of a load balancer": (
        {
            "type": "LoadBalancer",
            "load_balancer_ip": "203.0.113.77",
            "allocate_load_balancer_node_ports": False,
            "external_ips": ["198.51.100.7"],
        },
        {
            "type": "LoadBalancer",
            "loadBalancerIP": "203.0.113.77",
            "allocateLoadBalancerNodePorts": False,
            "externalIPs": ["198.51.100.7"],
        },
    ),
    "external IPs": (
        {"external_ips": ["198.51.100.7", "2001:DB8::7"], "external_traffic_policy": "Cluster"},
        {"externalIPs": ["198.51.100.7", "2001:db8::7"], "externalTrafficPolicy": "Cluster"},
    ),
    "affinity": (
        {"session_affinity": "ClientIP", "session_affinity_timeout": 600},
        {
            "sessionAffinity": "ClientIP",
            "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 600}},
        },
    ),
    "distribution": (
        {
            "traffic_distribution": "PreferSameZone",
            "internal_traffic_policy": "Cluster",
            "kubernetes_version": "1.36",
        },
        {"trafficDistribution": "PreferSameZone", "internalTrafficPolicy": "Cluster"},
    ),
    "external policy": (
        {"type": "NodePort", "external_traffic_policy": "Cluster"},
        {"externalTrafficPolicy": "Cluster"},
    ),
}


@pytest.mark.parametrize(("args", "spec"), FIELDS.values(), ids=FIELDS)
def test_fields_are_deployed_and_have_no_diff(
    cluster: Cluster,
    stack: Stack,
    namespace: str,
    args: dict[str, object],
    spec: dict[str, object],
) -> None:
    stack.write(external_service("web", namespace=namespace, **{**BASE, **args})).up()

    live = get(cluster, "service", namespace, "web")["spec"]
    assert {key: live[key] for key in spec} == spec
    assert stack.up("--refresh") == {"unchanged": 4}


def test_a_type_can_change_in_place(cluster: Cluster, stack: Stack, namespace: str) -> None:
    stack.write(external_service("web", namespace=namespace, **BASE)).up()
    address = get(cluster, "service", namespace, "web")["spec"]["clusterIP"]

    for kind in ("NodePort", "LoadBalancer", "ClusterIP"):
        stack.write(external_service("web", namespace=namespace, type=kind, **BASE)).up()

        live = get(cluster, "service", namespace, "web")["spec"]
        assert (live["type"], live["clusterIP"]) == (kind, address)


def test_await_ready_waits_for_the_load_balancer(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    args = {**BASE, "type": "LoadBalancer", "await_ready": True}
    stack.write(external_service("web", namespace=namespace, **args))

    assert stack.up() == {"created": 4}
    status = get(cluster, "service", namespace, "web")["status"]
    assert status["loadBalancer"]["ingress"][0]["ip"].startswith("203.0.113.")


@pytest.fixture(scope="module")
def without_controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack on a cluster where nothing plays the load-balancer controller."""
    folder: Path = tmp_path_factory.mktemp("stack")
    with throw_away_cluster(name="k8s-endpoints-no-lb", load_balancer=False) as made:
        yield Stack(folder, made.parts, made.kubeconfig)


def test_a_load_balancer_without_a_controller_does_not_hang(without_controller: Stack) -> None:
    args = {**BASE, "type": "LoadBalancer"}
    stack = without_controller.write(external_service("web", namespace="default", **args))

    done = stack.run("up", "--yes", "--skip-preview")

    assert done.returncode == 0, done.stdout
    assert "warning: load-balancer-pending: nothing waits for the load balancer" in done.stdout
    assert "set `await_ready`" in done.stdout


def test_a_selector_service_and_an_alias_are_deployed_as_declared(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    selector = component(
        "SelectorService",
        "web",
        namespace=namespace,
        selector={"app": "web"},
        headless=True,
        publish_not_ready_addresses=True,
        await_ready=False,
        ports=[{"name": "http", "port": 80, "target_port_name": "http"}],
    )
    alias = component(
        "ExternalNameService", "saas", namespace=namespace, external_name="api.example.com"
    )
    stack.write(selector + alias.replace("'hazards'", "'hazards of saas'"))

    assert stack.up() == {"created": 5}

    web = get(cluster, "service", namespace, "web")["spec"]
    assert (web["clusterIP"], web["publishNotReadyAddresses"]) == ("None", True)
    assert web["ports"][0]["targetPort"] == "http"
    saas = get(cluster, "service", namespace, "saas")["spec"]
    assert (saas["type"], saas["externalName"]) == ("ExternalName", "api.example.com")
    assert stack.up("--refresh") == {"unchanged": 5}
