"""Ports: one list makes those of the Service and those of every slice."""

from typing import Any

import pytest

from components.core.arguments import CommonArgs, PortArgs, typed
from components.core.checks import check_objects
from components.core.findings import Finding
from components.core.objects.manifest_metadata import read_rules
from components.core.objects.service_manifest import render_service
from components.core.ports import Port, read_ports
from components.core.presets import ports_by_path
from components.core.unknown import Unknown

OUT_OF_RANGE = "must be between 1 and 65535, inclusive"
LATER = Unknown("ports[0].port")
FIXED = {"fixed": "nothing stands between the client and the endpoint"}


def read(*values: dict[str, Any], **options: Any) -> tuple[list[Port], list[str]]:
    findings: list[Finding] = []
    defaults: dict[str, Any] = {"kind": "ClusterIP", "selectorless": True}
    chosen = {**defaults, **options}
    given = ports_by_path([typed(PortArgs, value) for value in values])
    ports = read_ports(given, findings, **chosen)
    service = render_service(CommonArgs(), "db", chosen["kind"], ports, findings)
    service.put("spec.externalName", "db.example.com")
    check_objects([service], read_rules(None, findings), findings, ())
    return ports, [str(finding) for finding in findings]


RENDERED: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "a number alone": (
        {"port": 5432},
        {"name": "tcp-5432", "port": 5432, "protocol": "TCP", "targetPort": 5432},
        {"name": "tcp-5432", "port": 5432, "protocol": "TCP"},
    ),
    "a name": (
        {"port": 5432, "name": "pg"},
        {"name": "pg", "port": 5432, "protocol": "TCP", "targetPort": 5432},
        {"name": "pg", "port": 5432, "protocol": "TCP"},
    ),
    "another protocol": (
        {"port": 53, "protocol": "UDP"},
        {"name": "udp-53", "port": 53, "protocol": "UDP", "targetPort": 53},
        {"name": "udp-53", "port": 53, "protocol": "UDP"},
    ),
    "a target": (
        {"port": 80, "target_port": 8080},
        {"name": "tcp-80", "port": 80, "protocol": "TCP", "targetPort": 8080},
        {"name": "tcp-80", "port": 8080, "protocol": "TCP"},
    ),
    "an application protocol": (
        {"port": 80, "app_protocol": "kubernetes.io/h2c"},
        {
            "name": "tcp-80",
            "port": 80,
            "protocol": "TCP",
            "appProtocol": "kubernetes.io/h2c",
            "targetPort": 80,
        },
        {"name": "tcp-80", "port": 80, "protocol": "TCP", "appProtocol": "kubernetes.io/h2c"},
    ),
    "both edges": (
        {"port": 1, "target_port": 65535},
        {"name": "tcp-1", "port": 1, "protocol": "TCP", "targetPort": 65535},
        {"name": "tcp-1", "port": 65535, "protocol": "TCP"},
    ),
    "an unknown number": (
        {"port": LATER, "name": "pg"},
        {"name": "pg", "port": LATER, "protocol": "TCP", "targetPort": LATER},
        {"name": "pg", "port": LATER, "protocol": "TCP"},
    ),
}


@pytest.mark.parametrize(("value", "for_service", "for_endpoints"), RENDERED.values(), ids=RENDERED)
def test_a_port_is_rendered(value: Any, for_service: Any, for_endpoints: Any) -> None:
    (port,), findings = read(value)
    assert findings == []
    assert port.for_service() == for_service
    assert port.for_endpoints() == for_endpoints


def test_a_node_port_belongs_to_the_service_alone() -> None:
    (port,), findings = read({"port": 80, "node_port": 30080}, kind="NodePort")
    assert findings == []
    assert port.for_service()["nodePort"] == 30080
    assert "nodePort" not in port.for_endpoints()


def test_a_named_target_belongs_to_the_service_alone() -> None:
    (port,), findings = read({"port": 80, "target_port_name": "http"}, selectorless=False)
    assert findings == []
    assert port.for_service()["targetPort"] == "http"


def test_a_backend_may_have_a_number_of_its_own() -> None:
    (port,), _ = read({"port": 80, "target_port": 8080})
    assert port.for_endpoints(9090) == {"name": "tcp-80", "port": 9090, "protocol": "TCP"}


Rows = dict[str, tuple[list[dict[str, Any]], dict[str, Any], list[str]]]

REFUSED: Rows = {
    "port 0": ([{"port": 0}], {}, [f"ports[0].port: Invalid value: 0: {OUT_OF_RANGE}"]),
    "port -1": ([{"port": -1}], {}, [f"ports[0].port: Invalid value: -1: {OUT_OF_RANGE}"]),
    "port 65536": (
        [{"port": 65536}],
        {},
        [f"ports[0].port: Invalid value: 65536: {OUT_OF_RANGE}"],
    ),
    "target port 0": (
        [{"port": 80, "target_port": 0}],
        {},
        [f"ports[0].target_port: Invalid value: 0: {OUT_OF_RANGE}"],
    ),
    "node port 65536": (
        [{"port": 80, "node_port": 65536}],
        {"kind": "NodePort"},
        [f"ports[0].node_port: Invalid value: 65536: {OUT_OF_RANGE}"],
    ),
    "a node port without node ports": (
        [{"port": 80, "node_port": 30080}],
        {},
        ["ports[0].node_port: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ),
    "a node port of an alias": (
        [{"port": 80, "node_port": 30080}],
        {"kind": "ExternalName"},
        ["ports[0].node_port: Forbidden: may not be used when `type` is 'ExternalName'"],
    ),
    "a name with a dot": (
        [{"port": 80, "name": "a.b"}],
        {},
        ['ports[0].name: Invalid value: "a.b": must not contain dots'],
    ),
    "one name twice": (
        [{"port": 80, "name": "a"}, {"port": 81, "name": "a"}],
        {},
        ['ports[1].name: Duplicate value: "a"'],
    ),
    "one name in two protocols": (
        [{"port": 80, "name": "a"}, {"port": 80, "name": "a", "protocol": "UDP"}],
        {},
        ['ports[1].name: Duplicate value: "a"'],
    ),
    "one number twice": (
        [{"port": 80, "name": "a"}, {"port": 80, "name": "b"}],
        {},
        ['ports[1]: Duplicate value: "TCP 80"'],
    ),
    "the same twice": (
        [{"port": 80}, {"port": 80}],
        {},
        ['ports[1].name: Duplicate value: "tcp-80"', 'ports[1]: Duplicate value: "TCP 80"'],
    ),
    "one node port twice": (
        [{"port": 80, "node_port": 30080}, {"port": 81, "node_port": 30080}],
        {"kind": "NodePort"},
        ["ports[1].node_port: Duplicate value: 30080"],
    ),
    "an unknown number without a name": (
        [{"port": LATER}],
        {},
        ["ports[0].name: Required value: a port whose number is an Output needs a name"],
    ),
    "a named target without Pods": (
        [{"port": 80, "target_port_name": "http"}],
        {},
        [
            (
                "ports[0].target_port_name: Forbidden: only Pods have named ports"
                " (give the number in `target_port`)"
            )
        ],
    ),
    "a named target and a number": (
        [{"port": 80, "target_port": 8080, "target_port_name": "http"}],
        {"selectorless": False},
        ["ports[0].target_port_name: Forbidden: may not be given with `target_port`"],
    ),
    "a target named by digits": (
        [{"port": 80, "target_port_name": "8080"}],
        {"selectorless": False},
        [
            (
                'ports[0].target_port_name: Invalid value: "8080":'
                " must contain at least one letter (a-z)"
            )
        ],
    ),
    "a target's name of 16 characters": (
        [{"port": 80, "target_port_name": "a23456789012345x"}],
        {"selectorless": False},
        [
            (
                'ports[0].target_port_name: Invalid value: "a23456789012345x":'
                " must be no more than 15 characters"
            )
        ],
    ),
    "a remap where none can be": (
        [{"port": 80, "target_port": 8080}],
        FIXED,
        [
            (
                f"ports[0].target_port: Invalid value: 8080: {FIXED['fixed']}"
                " (leave `target_port` out)"
            )
        ],
    ),
}


@pytest.mark.parametrize(("values", "options", "found"), REFUSED.values(), ids=REFUSED)
def test_invalid_ports_are_refused(values: Any, options: dict[str, Any], found: list[str]) -> None:
    assert read(*values, **options)[1] == found


TAKEN: Rows = {
    "a name of digits": ([{"port": 80, "name": "8080"}], {}, []),
    "a name of 16 characters": ([{"port": 80, "name": "a23456789012345x"}], {}, []),
    "a name of 63 characters": ([{"port": 80, "name": "a" * 63}], {}, []),
    "one number in two protocols": ([{"port": 53}, {"port": 53, "protocol": "UDP"}], {}, []),
    "one node port in two protocols": (
        [{"port": 53, "node_port": 30053}, {"port": 53, "node_port": 30053, "protocol": "UDP"}],
        {"kind": "NodePort"},
        [],
    ),
    "a node port of a load balancer": (
        [{"port": 53, "node_port": 30053}],
        {"kind": "LoadBalancer"},
        [],
    ),
    "one target twice": (
        [{"port": 80, "target_port": 8080}, {"port": 81, "target_port": 8080}],
        {},
        [],
    ),
    "a target's name of 15 characters": (
        [{"port": 80, "target_port_name": "a23456789012345"}],
        {"selectorless": False},
        [],
    ),
    "no remap where none can be": (
        [{"port": 80, "target_port": 80}],
        FIXED,
        [],
    ),
    "a remap of a Service with Pods": (
        [{"port": 80, "target_port": 8080}],
        {"selectorless": False},
        [],
    ),
    "an unknown port where no remap can be": (
        [{"port": LATER, "name": "pg"}],
        FIXED,
        [],
    ),
    "two unknown numbers": (
        [{"port": LATER, "name": "a"}, {"port": Unknown("ports[1].port"), "name": "b"}],
        {},
        [],
    ),
}


@pytest.mark.parametrize(("values", "options", "found"), TAKEN.values(), ids=TAKEN)
def test_valid_ports_are_accepted(values: Any, options: dict[str, Any], found: list[str]) -> None:
    ports, findings = read(*values, **options)
    assert findings == found
    assert len(ports) == len(values)


def test_a_target_whose_name_is_not_known_yet_is_passed_through() -> None:
    late = Unknown("ports[0].target_port_name")
    (port,), findings = read({"port": 80, "target_port_name": late}, selectorless=False)
    assert findings == []
    assert port.for_service()["targetPort"] == late
