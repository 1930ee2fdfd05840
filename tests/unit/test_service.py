"""The spec of a Service: families, affinity, load balancers, policies; ExternalName."""

from typing import Any

import pytest

from components.core.unknown import Unknown
from tests.unit.plans import alias as aliased
from tests.unit.plans import external, selector, texts

LATE = Unknown("x")
ONLY_LB = "Forbidden: may only be used when `type` is 'LoadBalancer'"
TIMEOUT = "must be greater than 0 and at most 86400"
PORT = {"name": "tcp-80", "port": 80, "protocol": "TCP", "targetPort": 80}
SUB253 = ".".join(["a" * 63] * 3 + ["a" * 61])


def spec(**args: Any) -> tuple[dict[str, Any], list[str]]:
    made, findings = external({"ports": [{"port": 80}], "allow_empty": True, **args})
    return made.service["spec"], texts(findings)


RENDERED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing": ({}, {"type": "ClusterIP"}),
    "headless": ({"headless": True}, {"type": "ClusterIP", "clusterIP": "None"}),
    "not headless": ({"headless": False}, {"type": "ClusterIP"}),
    "a node port": ({"type": "NodePort"}, {"type": "NodePort"}),
    "one family": ({"ip_families": ["IPv6"]}, {"type": "ClusterIP", "ipFamilies": ["IPv6"]}),
    "both families": (
        {"ip_families": ["IPv6", "IPv4"]},
        {
            "type": "ClusterIP",
            "ipFamilies": ["IPv6", "IPv4"],
            "ipFamilyPolicy": "PreferDualStack",
        },
    ),
    "no family": ({"ip_families": []}, {"type": "ClusterIP"}),
    "affinity": (
        {"session_affinity": "ClientIP"},
        {"type": "ClusterIP", "sessionAffinity": "ClientIP"},
    ),
    "affinity for a second": (
        {"session_affinity": "ClientIP", "session_affinity_timeout": 1},
        {
            "type": "ClusterIP",
            "sessionAffinity": "ClientIP",
            "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 1}},
        },
    ),
    "affinity for a day": (
        {"session_affinity": "ClientIP", "session_affinity_timeout": 86400},
        {
            "type": "ClusterIP",
            "sessionAffinity": "ClientIP",
            "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 86400}},
        },
    ),
    "affinity for a time not known yet": (
        {"session_affinity": "ClientIP", "session_affinity_timeout": LATE},
        {
            "type": "ClusterIP",
            "sessionAffinity": "ClientIP",
            "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": LATE}},
        },
    ),
    "a load balancer": (
        {
            "type": "LoadBalancer",
            "load_balancer_class": "example.com/lb",
            "load_balancer_source_ranges": ["192.0.2.0/24", "2001:db8::/32", LATE],
            "external_traffic_policy": "Local",
        },
        {
            "type": "LoadBalancer",
            "loadBalancerClass": "example.com/lb",
            "loadBalancerSourceRanges": ["192.0.2.0/24", "2001:db8::/32", LATE],
            "externalTrafficPolicy": "Local",
        },
    ),
    "an outer policy of a node port": (
        {"type": "NodePort", "external_traffic_policy": "Cluster"},
        {"type": "NodePort", "externalTrafficPolicy": "Cluster"},
    ),
    "an inner policy": (
        {"internal_traffic_policy": "Local"},
        {"type": "ClusterIP", "internalTrafficPolicy": "Local"},
    ),
    "a distribution": (
        {"traffic_distribution": "PreferClose"},
        {"type": "ClusterIP", "trafficDistribution": "PreferClose"},
    ),
    "a distribution that 1.34 has": (
        {"traffic_distribution": "PreferSameZone", "kubernetes_version": "1.34"},
        {"type": "ClusterIP", "trafficDistribution": "PreferSameZone"},
    ),
    "a distribution that 1.33 has": (
        {"traffic_distribution": "PreferClose", "kubernetes_version": "1.33"},
        {"type": "ClusterIP", "trafficDistribution": "PreferClose"},
    ),
}


@pytest.mark.parametrize(("args", "expected"), RENDERED.values(), ids=RENDERED)
def test_a_spec_is_rendered(args: Any, expected: Any) -> None:
    assert spec(**args) == ({**expected, "ports": [PORT]}, [])


def _balanced(*ranges: str) -> dict[str, Any]:
    return {"type": "LoadBalancer", "load_balancer_source_ranges": list(ranges)}


REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "headless with node ports": (
        {"type": "NodePort", "headless": True},
        ["headless: Forbidden: `clusterIP` may not be set to 'None' for NodePort services"],
    ),
    "a headless load balancer": (
        {"type": "LoadBalancer", "headless": True},
        ["headless: Forbidden: `clusterIP` may not be set to 'None' for LoadBalancer services"],
    ),
    "no family that there is": (
        {"ip_families": ["IPv5"]},
        ['ip_families[0]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"'],
    ),
    "one family twice": (
        {"ip_families": ["IPv4", "IPv4"]},
        ['ip_families[1]: Duplicate value: "IPv4"'],
    ),
    "a timeout of 0": (
        {"session_affinity": "ClientIP", "session_affinity_timeout": 0},
        [f"session_affinity_timeout: Invalid value: 0: {TIMEOUT}"],
    ),
    "a timeout of more than a day": (
        {"session_affinity": "ClientIP", "session_affinity_timeout": 86401},
        [f"session_affinity_timeout: Invalid value: 86401: {TIMEOUT}"],
    ),
    "a timeout of no affinity": (
        {"session_affinity": "None", "session_affinity_timeout": 60},
        ["session_affinity_timeout: Forbidden: needs `session_affinity` to be 'ClientIP'"],
    ),
    "what load balancers have": (
        {"load_balancer_class": "a", "load_balancer_source_ranges": ["192.0.2.0/24"]},
        [f"load_balancer_source_ranges: {ONLY_LB}", f"load_balancer_class: {ONLY_LB}"],
    ),
    "a class that is not a qualified name": (
        {"type": "LoadBalancer", "load_balancer_class": "/a"},
        ['load_balancer_class: Invalid value: "/a": prefix part must be non-empty'],
    ),
    "a range that is none": (
        _balanced("192.0.2.0/24", "x"),
        [
            (
                'load_balancer_source_ranges[1]: Invalid value: "x":'
                " must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
            )
        ],
    ),
    "a range with host bits": (
        _balanced("10.0.0.1/8"),
        [
            (
                'load_balancer_source_ranges[0]: Invalid value: "10.0.0.1/8":'
                " must not have bits set beyond the prefix length"
            )
        ],
    ),
    "an outer policy of a ClusterIP": (
        {"external_traffic_policy": "Cluster"},
        [
            (
                'external_traffic_policy: Invalid value: "Cluster":'
                " may only be set for externally-accessible services"
            )
        ],
    ),
    "a distribution that 1.33 does not know": (
        {"traffic_distribution": "PreferSameZone", "kubernetes_version": "1.33"},
        [
            (
                'traffic_distribution: Unsupported value: "PreferSameZone":'
                ' supported values: "PreferClose"'
                " (requires Kubernetes 1.34: set `kubernetes_version`)"
            )
        ],
    ),
}


@pytest.mark.parametrize(("args", "found"), REFUSED.values(), ids=REFUSED)
def test_a_spec_is_refused(args: Any, found: list[str]) -> None:
    assert spec(**args)[1] == found


def test_the_default_type_is_cluster_ip() -> None:
    types = [None, "ClusterIP", "NodePort", "LoadBalancer"]
    given = ["ClusterIP", "ClusterIP", "NodePort", "LoadBalancer"]
    assert [spec(type=kind)[0]["type"] for kind in types] == given
    assert spec()[0]["type"] == "ClusterIP"


@pytest.mark.parametrize("kind", ["ClusterIP", "NodePort", "LoadBalancer"])
def test_node_ports_belong_to_types_other_than_cluster_ip(kind: str) -> None:
    made, findings = spec(type=kind, ports=[{"port": 80, "node_port": 30080}])
    if kind == "ClusterIP":
        assert findings == [
            "ports[0].node_port: Forbidden: may not be used when `type` is 'ClusterIP'"
        ]
    else:
        assert findings == []
        assert made["ports"] == [{**PORT, "nodePort": 30080}]


def alias(name: object, **args: Any) -> tuple[dict[str, Any], list[str]]:
    made, findings = aliased({"external_name": name, **args})
    return made.service, texts(findings)


@pytest.mark.parametrize(
    "name", ["api.example.com", "db.example.com.", "db", "10.0.0.1", SUB253, f"{'a' * 64}.b", LATE]
)
def test_an_external_name_is_kept_unchanged(name: object) -> None:
    assert alias(name, namespace="shop") == (
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "api", "namespace": "shop"},
            "spec": {"type": "ExternalName", "externalName": name},
        },
        [],
    )


@pytest.mark.parametrize(
    "name",
    [
        "db.example.com..",
        "DB.example.com",
        "a_b.example.com",
        "*.example.com",
        "db.example.com\n",
        "db\u3002example.com",
        "https://db.example.com",
        f"{SUB253}a",
        "",
        ".",
    ],
)
def test_an_external_name_is_refused(name: str) -> None:
    (found,) = alias(name)[1]
    if name in {"", "."}:
        assert found == "external_name: Required value"
    else:
        assert found.startswith("external_name: Invalid value: ")


def test_an_external_name_may_have_ports() -> None:
    made, findings = alias("api.example.com", ports=[{"port": 80}])
    assert findings == []
    assert made["spec"]["ports"] == [PORT]


def selected(**args: Any) -> tuple[dict[str, Any], list[str]]:
    made, findings = selector({"selector": {"app": "web"}, **args})
    return made.service["spec"], texts(findings)


def test_a_selector_service_may_name_a_target_and_publish_pods_that_are_not_ready() -> None:
    ports = [{"port": 80, "target_port_name": "http"}]
    assert selected(ports=ports, publish_not_ready_addresses=True) == (
        {
            "type": "ClusterIP",
            "ports": [{**PORT, "targetPort": "http"}],
            "selector": {"app": "web"},
            "publishNotReadyAddresses": True,
        },
        [],
    )


def test_a_headless_selector_service_needs_no_ports() -> None:
    made, findings = selected(headless=True)
    assert findings == []
    assert made == {
        "type": "ClusterIP",
        "ports": [],
        "clusterIP": "None",
        "selector": {"app": "web"},
    }
