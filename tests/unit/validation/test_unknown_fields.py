"""A value of the wrong type is unknown to all rules: nothing follows from its absence."""

from typing import Any

import pytest

from components.core.unknown import Unknown
from components.validation import validate

CLUSTER = {"externalTrafficPolicy": "Local"}
BALANCED: dict[str, Any] = {
    "loadBalancerSourceRanges": ["192.0.2.0/24"],
    "loadBalancerClass": "example.com/a",
    "allocateLoadBalancerNodePorts": False,
    "externalTrafficPolicy": "Local",
    "healthCheckNodePort": 30000,
}
PORT_80 = {"ports": [{"port": 80}]}


def service(spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": spec}


def codes(manifest: dict[str, Any]) -> list[str]:
    return [one.code for one in validate(manifest)]


def of_kind(kind: str, version: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "a"}, **fields}


def policy(port: dict[str, Any]) -> dict[str, Any]:
    spec = {"podSelector": {}, "ingress": [{"ports": [port]}]}
    return of_kind("NetworkPolicy", "networking.k8s.io/v1", spec=spec)


def endpoints(**fields: Any) -> dict[str, Any]:
    return of_kind("EndpointSlice", "discovery.k8s.io/v1", endpoints=[], **fields)


ALONE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "port": (service({"ports": [{"port": "80"}]}), service({"ports": [{"port": 80}]})),
    "type": (service({**PORT_80, "type": 5, **BALANCED}), service(PORT_80)),
    "output": (service({**PORT_80, "type": Unknown("type"), **BALANCED}), service(PORT_80)),
    "external IPs": (service({**PORT_80, **CLUSTER, "externalIPs": "a"}), service(PORT_80)),
    "cluster IP": (
        service({**PORT_80, "clusterIP": 1, "clusterIPs": ["192.0.2.1"]}),
        service({**PORT_80, "clusterIP": "192.0.2.1", "clusterIPs": ["192.0.2.1"]}),
    ),
    "policy port": (policy({"port": True, "endPort": 90}), policy({"port": 80, "endPort": 90})),
    "slice port": (
        endpoints(addressType="IPv4", ports=[{"name": 1, "port": 1}, {"port": 2}]),
        endpoints(addressType="IPv4", ports=[{"name": "a", "port": 1}, {"port": 2}]),
    ),
}


@pytest.mark.parametrize(("wrong", "right"), ALONE.values(), ids=ALONE)
def test_a_value_of_the_wrong_type_is_the_only_error(
    wrong: dict[str, Any], right: dict[str, Any]
) -> None:
    assert codes(wrong) == ["json-type"]
    assert codes(right) == []


INDEPENDENT: dict[str, tuple[dict[str, Any], list[str]]] = {
    "another port": (
        {"ports": [{"name": "a", "port": "80"}, {"name": "b", "port": 0}]},
        ["json-type", "service-port-number", "service-target-port-number"],
    ),
    "the port's own target": (
        {"ports": [{"port": "80", "targetPort": 70000}]},
        ["json-type", "service-target-port-number"],
    ),
    "a policy that no type has": (
        {**PORT_80, "type": 5, "externalTrafficPolicy": "x"},
        ["json-type"],
    ),
    "a policy for traffic from inside": (
        {**PORT_80, "type": 5, "internalTrafficPolicy": "x"},
        ["json-type", "service-internal-traffic-policy"],
    ),
}


@pytest.mark.parametrize(("spec", "expected"), INDEPENDENT.values(), ids=INDEPENDENT)
def test_errors_that_do_not_depend_on_it_remain(spec: dict[str, Any], expected: list[str]) -> None:
    assert codes(service(spec)) == expected


def test_with_a_known_type_its_rules_apply() -> None:
    assert len(codes(service({**PORT_80, "type": "ClusterIP", **BALANCED}))) == len(BALANCED)
