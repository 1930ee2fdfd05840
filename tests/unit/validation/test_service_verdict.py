"""A Service as a whole: its name, the order of findings, and input that is not a Service."""

from typing import Any

import pytest

from components.validation import RULES, validate
from components.validation.kinds import service
from tests.unit.validation.expected import LABEL, LABEL_1035


def manifest(name: str = "db", **fields: Any) -> dict[str, Any]:
    spec = {"ports": [{"port": 80}]}
    metadata = {"name": name}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec, **fields}


@pytest.mark.parametrize(
    ("name", "version", "detail"),
    [
        ("9svc", "1.36", None),
        ("9svc", "1.35", LABEL_1035),
        ("9svc", None, LABEL_1035),
        ("a" * 63, None, None),
        ("a" * 64, "1.36", "must be no more than 63 characters"),
        ("a.b", "1.36", "must not contain dots"),
        ("a.b", "1.35", LABEL_1035),
        ("A", "1.36", LABEL),
        ("a-", "1.36", LABEL),
        ("a\n", "1.36", LABEL),
        ("", "1.36", "name or generateName is required"),
    ],
)
def test_names_follow_the_kubernetes_version(
    name: str, version: str | None, detail: str | None
) -> None:
    found = validate(manifest(name), kubernetes_version=version)
    assert [finding.path for finding in found] == ["metadata.name"] * bool(detail)
    assert all(finding.detail.startswith(detail or "") for finding in found)


def test_findings_are_in_the_order_of_the_api_server() -> None:
    spec = {
        "type": "ClusterIP",
        "clusterIP": "x",
        "ports": [
            {"port": 0, "targetPort": "1", "nodePort": 1},
            {"name": "A", "port": 0, "protocol": "tcp", "targetPort": 1, "appProtocol": "a b"},
            {"name": "b", "port": 0, "targetPort": 1},
        ],
        "selector": {"a b": "c"},
        "sessionAffinity": "x",
        "externalIPs": ["x"],
        "loadBalancerSourceRanges": ["x"],
        "allocateLoadBalancerNodePorts": True,
        "loadBalancerClass": "x",
        "externalTrafficPolicy": "x",
        "healthCheckNodePort": 1,
        "internalTrafficPolicy": "x",
        "trafficDistribution": "x",
    }
    found = validate(manifest("A", spec=spec))
    assert [finding.path for finding in found] == [
        "spec.clusterIPs[0]",
        "metadata.name",
        "spec.ports[0].name",
        "spec.ports[0].port",
        "spec.ports[0].targetPort",
        "spec.ports[1].name",
        "spec.ports[1].port",
        "spec.ports[1].protocol",
        "spec.ports[1].appProtocol",
        "spec.ports[2].port",
        "spec.selector",
        "spec.sessionAffinity",
        "spec.externalIPs[0]",
        "spec.ports[0].nodePort",
        "spec.ports[2]",
        "spec.LoadBalancerSourceRanges",
        "spec.LoadBalancerSourceRanges[0]",
        "spec.allocateLoadBalancerNodePorts",
        "spec.loadBalancerClass",
        "spec.externalTrafficPolicy",
        "spec.healthCheckNodePort",
        "spec.internalTrafficPolicy",
        "spec.trafficDistribution",
    ]


@pytest.mark.parametrize("spec", [None, {}, {"ports": None}])
def test_a_service_without_a_spec_has_no_ports(spec: dict[str, Any] | None) -> None:
    assert [finding.path for finding in validate(manifest(spec=spec))] == ["spec.ports"]


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ([], "spec"),
        ({"ports": {"port": 80}}, "spec.ports"),
        ({"ports": [{"port": "80", "targetPort": 1}]}, "spec.ports[0].port"),
        ({"ports": [{"port": 1 << 31, "targetPort": 1}]}, "spec.ports[0].port"),
        ({"ports": [{"port": 80, "targetPort": True}]}, "spec.ports[0].targetPort"),
        ({"clusterIP": "None", "clusterIPs": "None"}, "spec.clusterIPs"),
        ({"clusterIP": "None", "selector": {"a": 1}}, "spec.selector[a]"),
        ({"clusterIP": "None", "publishNotReadyAddresses": "yes"}, "spec.publishNotReadyAddresses"),
    ],
)
def test_wrong_json_types_are_refused(spec: object, path: str) -> None:
    [found] = validate(manifest(spec=spec))
    assert (found.path, found.code) == (path, "json-type")


def test_only_the_types_of_a_status_are_checked() -> None:
    good: dict[str, Any] = {
        "loadBalancer": {"ingress": [{"ip": "x", "ipMode": "x"}]},
        "conditions": [{}],
    }
    assert validate(manifest(status=good)) == []
    [found] = validate(manifest(status={"loadBalancer": {"ingress": [{"ip": 1}]}}))
    assert found.path == "status.loadBalancer.ingress[0].ip"


def test_every_rule_is_in_the_common_table() -> None:
    assert service.RULES.texts().items() <= RULES.items()
    assert all(code.startswith("service-") for code in service.RULES)
