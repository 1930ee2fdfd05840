"""Types and fields of Services as the components declare them, at preview and at up."""

from collections.abc import Callable
from typing import Any

import pytest

from components import (
    ExternalNameService,
    ExternalService,
    SelectorService,
    ServiceType,
    SessionAffinity,
    TrafficDistribution,
    TrafficPolicy,
    ValidationError,
)
from components.testing import render
from tests.unit.outputs import later

PORT = {"name": "tcp-80", "port": 80, "protocol": "TCP", "targetPort": 80}
COMMON: dict[str, Any] = {"service_name": "web", "ports": [{"port": 80}]}
EXTERNAL = {**COMMON, "addresses": ["192.0.2.1"]}
PODS = {**COMMON, "selector": {"app": "web"}}


def external(**args: Any) -> object:
    return ExternalService("any", {**EXTERNAL, **args})  # type: ignore[typeddict-item]


def selector(**args: Any) -> object:
    return SelectorService("any", {**PODS, **args})  # type: ignore[typeddict-item]


def alias(**args: Any) -> object:
    return ExternalNameService("any", {"external_name": "api.example.com", **args})  # type: ignore[typeddict-item]


BUILD: dict[str, Callable[..., object]] = {"external": external, "selector": selector}


def service(build: Callable[[], object], *, preview: bool) -> dict[str, Any]:
    (found,) = [made for made in render(build, preview=preview) if made["kind"] == "Service"]
    return found


LB = {"type": "LoadBalancer"}
STICKY = {"sessionAffinity": "ClientIP"}
FIELDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "no type": ({}, {"type": "ClusterIP"}),
    "a type of None": ({"type": None}, {"type": "ClusterIP"}),
    "a cluster IP": ({"type": ServiceType.CLUSTER_IP}, {"type": "ClusterIP"}),
    "a node port": ({"type": ServiceType.NODE_PORT}, {"type": "NodePort"}),
    "a load balancer": ({"type": ServiceType.LOAD_BALANCER}, LB),
    "a type as text": ({"type": "NodePort"}, {"type": "NodePort"}),
    "a node port of a number": (
        {"type": "NodePort", "ports": [{"port": 80, "node_port": 30080}]},
        {"type": "NodePort", "ports": [{**PORT, "nodePort": 30080}]},
    ),
    "a load balancer's node port of a number": (
        {**LB, "ports": [{"port": 80, "node_port": 30080}]},
        {**LB, "ports": [{**PORT, "nodePort": 30080}]},
    ),
    "a node port and a target": (
        {"type": "NodePort", "ports": [{"port": 80, "target_port": 8080, "node_port": 30080}]},
        {"type": "NodePort", "ports": [{**PORT, "targetPort": 8080, "nodePort": 30080}]},
    ),
    "a class": (
        {**LB, "load_balancer_class": "example.com/lb"},
        {**LB, "loadBalancerClass": "example.com/lb"},
    ),
    "source ranges, in their order": (
        {**LB, "load_balancer_source_ranges": ["203.0.113.0/24", "192.0.2.0/24"]},
        {**LB, "loadBalancerSourceRanges": ["203.0.113.0/24", "192.0.2.0/24"]},
    ),
    "headless": ({"headless": True}, {"type": "ClusterIP", "clusterIP": "None"}),
    "not headless": ({"headless": False}, {"type": "ClusterIP"}),
    "affinity": (
        {"session_affinity": SessionAffinity.CLIENT_IP},
        {"type": "ClusterIP", **STICKY},
    ),
    "no affinity": (
        {"session_affinity": SessionAffinity.NONE},
        {"type": "ClusterIP", "sessionAffinity": "None"},
    ),
    "affinity for an hour": (
        {"session_affinity": "ClientIP", "session_affinity_timeout": 3600},
        {
            "type": "ClusterIP",
            **STICKY,
            "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 3600}},
        },
    ),
    "an outer policy": (
        {**LB, "external_traffic_policy": TrafficPolicy.CLUSTER},
        {**LB, "externalTrafficPolicy": "Cluster"},
    ),
    "an inner policy": (
        {"internal_traffic_policy": TrafficPolicy.CLUSTER},
        {"type": "ClusterIP", "internalTrafficPolicy": "Cluster"},
    ),
    **{
        f"distribution {value.value}": (
            {"traffic_distribution": value, "kubernetes_version": "1.34"},
            {"type": "ClusterIP", "trafficDistribution": value.value},
        )
        for value in TrafficDistribution
    },
    "a distribution that 1.34 has": (
        {"traffic_distribution": "PreferSameNode", "kubernetes_version": "1.34"},
        {"type": "ClusterIP", "trafficDistribution": "PreferSameNode"},
    ),
    "families": (
        {"ip_families": ["IPv4", "IPv6"]},
        {
            "type": "ClusterIP",
            "ipFamilies": ["IPv4", "IPv6"],
            "ipFamilyPolicy": "PreferDualStack",
        },
    ),
}


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("kind", BUILD)
@pytest.mark.parametrize(("args", "spec"), FIELDS.values(), ids=FIELDS)
def test_a_service_has_the_fields_that_are_given(
    kind: str, args: Any, spec: Any, preview: bool
) -> None:
    expected = {"ports": [PORT], **spec}
    if kind == "selector":
        expected["selector"] = {"app": "web"}
    assert service(lambda: BUILD[kind](**args), preview=preview)["spec"] == expected


LATE: dict[str, tuple[Callable[[], dict[str, Any]], dict[str, Any]]] = {
    "a class": (
        lambda: {**LB, "load_balancer_class": later("a/b")},
        {**LB, "loadBalancerClass": "a/b"},
    ),
    "one of the source ranges": (
        lambda: {**LB, "load_balancer_source_ranges": ["192.0.2.0/24", later("10.0.0.0/8")]},
        {**LB, "loadBalancerSourceRanges": ["192.0.2.0/24", "10.0.0.0/8"]},
    ),
    "a timeout": (
        lambda: {"session_affinity": "ClientIP", "session_affinity_timeout": later(60)},
        {
            "type": "ClusterIP",
            **STICKY,
            "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 60}},
        },
    ),
    "a node port": (
        lambda: {"type": "NodePort", "ports": [{"port": 80, "node_port": later(30080)}]},
        {"type": "NodePort", "ports": [{**PORT, "nodePort": 30080}]},
    ),
    "an application protocol": (
        lambda: {"ports": [{"port": 80, "app_protocol": later("http")}]},
        {"type": "ClusterIP", "ports": [{**PORT, "appProtocol": "http"}]},
    ),
}


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("kind", BUILD)
@pytest.mark.parametrize(("args", "spec"), LATE.values(), ids=LATE)
def test_scalar_fields_take_outputs(
    kind: str, args: Callable[[], Any], spec: Any, preview: bool
) -> None:
    expected = {"ports": [PORT], **spec}
    if kind == "selector":
        expected["selector"] = {"app": "web"}
    assert service(lambda: BUILD[kind](**args()), preview=preview)["spec"] == expected


LOCAL = ["internal_traffic_policy", "external_traffic_policy"]


@pytest.mark.parametrize("policy", LOCAL)
def test_a_local_policy_is_accepted_for_selectors(policy: str) -> None:
    made = service(lambda: selector(type="NodePort", **{policy: TrafficPolicy.LOCAL}), preview=True)
    wire = {LOCAL[0]: "internalTrafficPolicy", LOCAL[1]: "externalTrafficPolicy"}
    assert made["spec"][wire[policy]] == "Local"


@pytest.mark.parametrize("policy", LOCAL)
@pytest.mark.parametrize("node", ["node-1", "an Output"])
def test_a_local_policy_needs_backends_on_nodes(policy: str, node: str) -> None:
    backends = [
        {"address": "192.0.2.1", "node_name": "node-1"},
        {"address": "192.0.2.2"},
        {"address": "192.0.2.3"},
    ]
    args: dict[str, Any] = {"type": "NodePort", "addresses": [], policy: "Local"}
    with pytest.raises(ValidationError) as caught:
        render(lambda: external(**args, backends=backends))
    assert str(caught.value) == (
        f'ExternalService "any": {policy}: Invalid value: "Local": 2 of 3 backends have no'
        " `node_name`:"
        " nodes drop traffic (give every backend its `node_name`, or use `TrafficPolicy.CLUSTER`)"
    )

    def program() -> None:
        name = later("node-1") if node == "an Output" else node
        external(**args, backends=[{"address": "192.0.2.1", "node_name": name}])

    made = render(program)
    assert made[1]["endpoints"][0]["nodeName"] == "node-1"


def test_a_local_policy_is_refused_for_addresses_that_arrive() -> None:
    def program() -> None:
        addresses = later(["192.0.2.1"])
        external(addresses=addresses, slice_count=1, internal_traffic_policy="Local")

    with pytest.raises(ValidationError, match="1 of 1 backends have no `node_name`"):
        render(program, preview=True)


NOT_LB = "Forbidden: may only be used when `type` is 'LoadBalancer'"
OUTER = "may only be set for externally-accessible services"
OWN = "Forbidden: the component sets this label itself"
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no type": (
        {"type": "ExternalName"},
        (
            'type: Unsupported value: "ExternalName": supported values: "ClusterIP", "NodePort",'
            ' "LoadBalancer"'
        ),
    ),
    "a class without a load balancer": (
        {"type": "NodePort", "load_balancer_class": "a/b"},
        f"load_balancer_class: {NOT_LB}",
    ),
    "source ranges without a load balancer": (
        {"load_balancer_source_ranges": []},
        f"load_balancer_source_ranges: {NOT_LB}",
    ),
    "a node port of a cluster IP": (
        {"ports": [{"port": 80, "node_port": 30080}]},
        "ports[0].node_port: Forbidden: may not be used when `type` is 'ClusterIP'",
    ),
    "a headless node port": (
        {"type": "NodePort", "headless": True},
        "headless: Forbidden: `clusterIP` may not be set to 'None' for NodePort services",
    ),
    "a timeout without affinity": (
        {"session_affinity_timeout": 60},
        "session_affinity_timeout: Forbidden: needs `session_affinity` to be 'ClientIP'",
    ),
    "an outer policy of a cluster IP": (
        {"external_traffic_policy": "Cluster"},
        f'external_traffic_policy: Invalid value: "Cluster": {OUTER}',
    ),
    "a distribution of a later version": (
        {"traffic_distribution": "PreferSameNode", "kubernetes_version": "1.33"},
        (
            'traffic_distribution: Unsupported value: "PreferSameNode": supported values:'
            ' "PreferClose" (requires Kubernetes 1.34: set `kubernetes_version`)'
        ),
    ),
}


@pytest.mark.parametrize("kind", BUILD)
@pytest.mark.parametrize(("args", "reason"), REFUSED.values(), ids=REFUSED)
def test_fields_that_do_not_go_together_are_refused(kind: str, args: Any, reason: str) -> None:
    with pytest.raises(ValidationError) as caught:
        render(lambda: BUILD[kind](**args))
    assert [str(finding) for finding in caught.value.findings] == [reason]
