"""A Service's ports: what the API server refuses, and which node ports it allocates."""

from typing import Any

import pytest

from components.core.findings import DUPLICATE, FORBIDDEN, INVALID, NOT_SUPPORTED, REQUIRED
from components.validation import validate
from components.validation.kinds import service_node_ports, service_ports
from tests.unit.validation.expected import (
    CHARACTERS,
    LABEL,
    LETTER,
    NAME_PART,
    NO_NAME_PART,
    NO_NODE_PORTS,
    NUMBER,
    PROTOCOLS,
    TAKEN,
    Expected,
    agree,
    shown,
)

Fields = dict[str, Any]

RANGE = "provided port is not in the valid range"
PORT = "spec.ports[0]"
SECOND = "spec.ports[1]"


def manifest(spec: Fields) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db"}, "spec": spec}


def one(**fields: Any) -> Fields:
    return {"ports": [{"port": 80, **fields}]}


def two(first: Fields, second: Fields, **spec: Any) -> Fields:
    return {"ports": [{"name": "a", "port": 80, **first}, {"name": "b", **second}], **spec}


def node_ports(*ports: tuple[int, str, int], **spec: Any) -> Fields:
    """Ports by number, protocol and node port, 0 where the API server is to pick one."""
    return {
        "type": "NodePort",
        "ports": [
            {"name": f"p{index}", "port": number, "protocol": protocol, "nodePort": node_port}
            for index, (number, protocol, node_port) in enumerate(ports)
        ],
        **spec,
    }


def local(health_check: int, *ports: tuple[int, str, int], **spec: Any) -> Fields:
    """A load balancer that has a health check of its own."""
    fields = {
        "type": "LoadBalancer",
        "externalTrafficPolicy": "Local",
        "healthCheckNodePort": health_check,
    }
    return node_ports(*ports) | fields | spec


ACCEPTED: dict[str, Fields] = {
    "one without a name": one(),
    "no ports, headless": {"clusterIP": "None"},
    "no ports, ExternalName": {"type": "ExternalName", "externalName": "db.example.com"},
    "a name of digits": one(name="8080"),
    "a name of 63": one(name="a" * 63),
    "the first port": one(port=1),
    "the last port": one(port=65535),
    "an empty protocol is TCP": one(protocol=""),
    "target 0 is the port": one(targetPort=0),
    "an empty target is the port": one(targetPort=""),
    "a named target": one(targetPort="a23456789012345"),
    "an appProtocol in upper case": one(appProtocol="kubernetes.io/H2C"),
    "nulls": one(name=None, protocol=None, targetPort=None, appProtocol=None, nodePort=None),
    "one number, two protocols": two({}, {"port": 80, "protocol": "UDP"}),
    "node port 0 on a ClusterIP": one(nodePort=0),
    "a node port on an ExternalName": one(nodePort=80, port=80)
    | {"type": "ExternalName", "externalName": "db.example.com"},
    "one node port for one number": node_ports((80, "TCP", 30980), (80, "UDP", 30980)),
    "a node port for the port before it too": node_ports((80, "TCP", 0), (80, "UDP", 30980)),
    "two node ports for one number": node_ports((80, "TCP", 30980), (80, "UDP", 30981)),
    "node ports without allocation": node_ports(
        (80, "TCP", 30980), (81, "TCP", 0), type="LoadBalancer", allocateLoadBalancerNodePorts=False
    ),
    "a health check": local(30982, (80, "TCP", 30980)),
    "a health check that is picked": local(0, (80, "TCP", 30980)),
}

REFUSED: dict[str, tuple[Fields, Expected]] = {
    "none": ({}, [("spec.ports", REQUIRED, "")]),
    "an empty list": ({"ports": []}, [("spec.ports", REQUIRED, "")]),
    "an empty port": (
        {"ports": [None]},
        [(f"{PORT}.port", INVALID, NUMBER), (f"{PORT}.targetPort", INVALID, NUMBER)],
    ),
    "two without names": (
        {"ports": [{"port": 80}, {"port": 81}]},
        [(f"{PORT}.name", REQUIRED, ""), (f"{SECOND}.name", REQUIRED, "")],
    ),
    "a name of 64": (one(name="a" * 64), [(f"{PORT}.name", INVALID, "must be no more than 63")]),
    "a name in upper case": (one(name="A"), [(f"{PORT}.name", INVALID, LABEL)]),
    "a name with a dot": (one(name="a.b"), [(f"{PORT}.name", INVALID, "must not contain dots")]),
    "a name with a newline": (one(name="a\n"), [(f"{PORT}.name", INVALID, LABEL)]),
    "one name twice": (two({"name": "b"}, {"port": 81}), [(f"{SECOND}.name", DUPLICATE, "")]),
    "one wrong name twice": (
        two({"name": "A"}, {"name": "A", "port": 81}),
        [
            (f"{PORT}.name", INVALID, LABEL),
            (f"{SECOND}.name", INVALID, LABEL),
            (f"{SECOND}.name", DUPLICATE, ""),
        ],
    ),
    "port 65536": (one(port=65536, targetPort=1), [(f"{PORT}.port", INVALID, NUMBER)]),
    "port -1": (one(port=-1, targetPort=1), [(f"{PORT}.port", INVALID, NUMBER)]),
    "a protocol in lower case": (
        one(protocol="tcp"),
        [(f"{PORT}.protocol", NOT_SUPPORTED, PROTOCOLS)],
    ),
    "target 65536": (one(targetPort=65536), [(f"{PORT}.targetPort", INVALID, NUMBER)]),
    "a number as text": (one(targetPort="8080"), [(f"{PORT}.targetPort", INVALID, LETTER)]),
    "zero as text": (one(targetPort="0"), [(f"{PORT}.targetPort", INVALID, LETTER)]),
    "a target of 16": (
        one(targetPort="a234567890123456"),
        [(f"{PORT}.targetPort", INVALID, "must be no more than 15 characters")],
    ),
    "a target with everything wrong": (
        one(targetPort="--_-"),
        [
            (f"{PORT}.targetPort", INVALID, CHARACTERS),
            (f"{PORT}.targetPort", INVALID, LETTER),
            (f"{PORT}.targetPort", INVALID, "must not contain consecutive hyphens"),
            (f"{PORT}.targetPort", INVALID, "must not begin or end with a hyphen"),
        ],
    ),
    "an empty appProtocol": (
        one(appProtocol=""),
        [
            (f"{PORT}.appProtocol", INVALID, NO_NAME_PART),
            (f"{PORT}.appProtocol", INVALID, NAME_PART),
        ],
    ),
    "a port twice": (two({}, {"port": 80}), [(SECOND, DUPLICATE, "")]),
    "a node port on a ClusterIP": (
        one(nodePort=-1),
        [(f"{PORT}.nodePort", FORBIDDEN, NO_NODE_PORTS)],
    ),
    "a node port twice on a ClusterIP": (
        two({"nodePort": 30980}, {"port": 81, "nodePort": 30980}),
        [
            (f"{PORT}.nodePort", FORBIDDEN, NO_NODE_PORTS),
            (f"{SECOND}.nodePort", FORBIDDEN, NO_NODE_PORTS),
            (f"{SECOND}.nodePort", DUPLICATE, ""),
        ],
    ),
    "a port twice and the node port picked": (
        node_ports((80, "TCP", 0), (80, "TCP", 0)),
        [(f"{SECOND}.nodePort", DUPLICATE, ""), (SECOND, DUPLICATE, "")],
    ),
    "a port twice without allocation": (
        node_ports(
            (80, "TCP", 0), (80, "TCP", 0), type="LoadBalancer", allocateLoadBalancerNodePorts=False
        ),
        [(SECOND, DUPLICATE, "")],
    ),
}

REFUSED_BY_ALLOCATION: dict[str, tuple[Fields, Expected]] = {
    "node port 65536": (node_ports((80, "TCP", 65536)), [(f"{PORT}.nodePort", INVALID, RANGE)]),
    "node port -1": (node_ports((80, "TCP", -1)), [(f"{PORT}.nodePort", INVALID, RANGE)]),
    "the other port's node port is none": (
        node_ports((80, "TCP", 0), (80, "UDP", 70000)),
        [(f"{PORT}.nodePort", INVALID, RANGE)],
    ),
    "one node port for two numbers": (
        node_ports((80, "TCP", 30980), (81, "UDP", 30980)),
        [(f"{SECOND}.nodePort", INVALID, TAKEN)],
    ),
    "one node port for two numbers of one protocol": (
        node_ports((80, "TCP", 30980), (81, "TCP", 30980)),
        [(f"{SECOND}.nodePort", INVALID, TAKEN), (f"{SECOND}.nodePort", DUPLICATE, "")],
    ),
}

REFUSED_WITHOUT_A_FIELD: dict[str, tuple[Fields, Expected]] = {
    "the health check's port is a port's": (
        local(30980, (80, "TCP", 30980)),
        [("spec.healthCheckNodePort", INVALID, TAKEN)],
    ),
    "the health check's port is none": (
        local(65536, (80, "TCP", 30980)),
        [("spec.healthCheckNodePort", INVALID, NUMBER)],
    ),
}


@pytest.mark.parametrize("spec", ACCEPTED.values(), ids=ACCEPTED)
def test_valid_ports_are_accepted(spec: Fields) -> None:
    assert validate(manifest(spec)) == []


@pytest.mark.parametrize(
    ("spec", "expected"),
    [*REFUSED.values(), *REFUSED_BY_ALLOCATION.values(), *REFUSED_WITHOUT_A_FIELD.values()],
    ids=[*REFUSED, *REFUSED_BY_ALLOCATION, *REFUSED_WITHOUT_A_FIELD],
)
def test_invalid_ports_are_refused(spec: Fields, expected: Expected) -> None:
    found = shown(validate(manifest(spec)))
    assert agree(found, expected), found


def test_a_port_given_twice_is_shown_as_the_api_server_shows_it() -> None:
    [found] = validate(manifest(two({"nodePort": 0}, {"port": 80, "targetPort": 8080})))
    assert found.value == {
        "Name": "",
        "Protocol": "TCP",
        "AppProtocol": None,
        "Port": 80,
        "TargetPort": 0,
        "NodePort": 0,
    }


def test_a_node_port_that_the_server_allocates_is_not_shown() -> None:
    found = validate(manifest(node_ports((80, "TCP", 0), (80, "TCP", 0))))
    assert found[0].value is None


def test_every_rule_is_broken_here() -> None:
    tables = REFUSED, REFUSED_BY_ALLOCATION, REFUSED_WITHOUT_A_FIELD
    found = [validate(manifest(spec)) for table in tables for spec, _ in table.values()]
    rules = {**service_ports.RULES, **service_node_ports.RULES}
    broken = {finding.code for findings in found for finding in findings}
    assert broken >= rules.keys() - {"service-port-kubelet"}  # test_version_rules.py breaks it
