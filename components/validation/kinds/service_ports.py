"""The ports of a Service (`validateServicePort`, and the part of `validateService` on ports)."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from ...core.findings import Finding, duplicate, forbidden, invalid, required
from ...core.rules import RuleBook
from ...core.syntax import dns_label, iana_service_name, port_number, qualified_name
from ...core.versions import Rules
from ..protocols import check_protocol
from ..walk import against, each
from .service_spec import CLUSTER_IP, EXTERNAL_NAME, LOAD_BALANCER, Spec, protocol_of

RULES = RuleBook()
SERVICE_PORTS_REQUIRED = RULES.rule(
    "service-ports-required", "A Service has ports, unless it is headless or an ExternalName."
)
SERVICE_PORT_NAME_REQUIRED = RULES.rule(
    "service-port-name-required", "A Service's ports are named where there is more than one."
)
SERVICE_PORT_NAME = RULES.rule(
    "service-port-name", "A Service's port has an RFC 1123 label for a name."
)
SERVICE_PORT_NAME_DUPLICATE = RULES.rule(
    "service-port-name-duplicate", "A Service's ports differ in name."
)
SERVICE_PORT_NUMBER = RULES.rule("service-port-number", "A Service's port number is 1 to 65535.")
SERVICE_PORT_KUBELET = RULES.rule(
    "service-port-kubelet", "A load balancer does not have port 10250 (before 1.33)."
)
SERVICE_PORT_PROTOCOL = RULES.rule("service-port-protocol", "A Service's port is TCP, UDP or SCTP.")
SERVICE_TARGET_PORT_NUMBER = RULES.rule(
    "service-target-port-number", "A Service's numeric target port is 1 to 65535."
)
SERVICE_TARGET_PORT_NAME = RULES.rule(
    "service-target-port-name", "A Service's named target port is an IANA service name."
)
SERVICE_APP_PROTOCOL = RULES.rule(
    "service-app-protocol", "A Service's appProtocol is a qualified name."
)
SERVICE_NODE_PORT_TYPE = RULES.rule(
    "service-node-port-type", "A Service of type ClusterIP has no node ports."
)
SERVICE_NODE_PORT_DUPLICATE = RULES.rule(
    "service-node-port-duplicate", "A Service's ports differ in node port or in protocol."
)
SERVICE_PORT_DUPLICATE = RULES.rule(
    "service-port-duplicate", "A Service's ports differ in number or in protocol."
)

_INT32 = 1 << 31
_KUBELET = 10250


def check_any_ports(spec: Spec, findings: list[Finding]) -> None:
    """Validate that there are ports if the type needs them."""
    if not spec.ports and not spec.headless and spec.type != EXTERNAL_NAME:
        findings.append(required("spec.ports", rule=SERVICE_PORTS_REQUIRED))


def check_ports(spec: Spec, findings: list[Finding]) -> None:
    """Validate every port by itself, and that the names differ."""
    names: set[str] = set()
    check = partial(_check_port, names=names, named=len(spec.ports) > 1)
    findings += each(spec.ports, check, "spec.ports")


def check_kubelet_port(spec: Spec, rules: Rules, findings: list[Finding]) -> None:
    """Validate that no load balancer opens the port of the kubelet on all nodes."""
    if spec.type != LOAD_BALANCER or not rules.no_kubelet_port:
        return
    detail = f"may not expose port {_KUBELET} externally since it is used by kubelet"
    findings.extend(
        invalid(f"spec.ports[{index}]", _KUBELET, detail, rule=SERVICE_PORT_KUBELET)
        for index, port in enumerate(spec.ports)
        if port.get("port", 0) == _KUBELET
    )


def check_port_clashes(spec: Spec, findings: list[Finding]) -> None:
    """Validate that the type may have node ports, and that no two ports are the same."""
    if spec.type == CLUSTER_IP and any(spec.node_ports):
        for index, node_port in enumerate(spec.node_ports):
            if node_port:
                path = f"spec.ports[{index}].nodePort"
                detail = "may not be used when `type` is 'ClusterIP'"
                findings.append(forbidden(path, detail, rule=SERVICE_NODE_PORT_TYPE))
    if len(spec.ports) > 1:
        _check_node_port_clashes(spec, findings)
        _check_number_clashes(spec, findings)


def _check_port(port: Mapping[str, Any], names: set[str], *, named: bool) -> list[Finding]:
    """Validate a port; `names` are those of the ports before it."""
    findings: list[Finding] = []
    name = port.get("name", "")
    if name:
        findings += against("name", name, dns_label, SERVICE_PORT_NAME)
        if name in names:
            findings.append(duplicate("name", name, rule=SERVICE_PORT_NAME_DUPLICATE))
        names.add(name)
    elif named:
        findings.append(required("name", rule=SERVICE_PORT_NAME_REQUIRED))
    number = port.get("port", 0)
    findings += against("port", number, port_number, SERVICE_PORT_NUMBER)
    protocol = protocol_of(port)
    findings += check_protocol(protocol, SERVICE_PORT_PROTOCOL)
    target = port.get("targetPort") or number
    if isinstance(target, str):
        rule = SERVICE_TARGET_PORT_NAME
        findings += against("targetPort", target, iana_service_name, rule)
    else:
        findings += against("targetPort", target, port_number, SERVICE_TARGET_PORT_NUMBER)
    app_protocol = port.get("appProtocol")
    if app_protocol is not None:
        findings += against("appProtocol", app_protocol, qualified_name, SERVICE_APP_PROTOCOL)
    return findings


def _check_node_port_clashes(spec: Spec, findings: list[Finding]) -> None:
    seen: set[tuple[str, int]] = set()
    for index, (port, node_port) in enumerate(zip(spec.ports, spec.node_ports, strict=True)):
        if not node_port:
            continue
        key = protocol_of(port), node_port
        if key in seen:
            path = f"spec.ports[{index}].nodePort"
            shown = node_port if -_INT32 <= node_port < _INT32 else None
            findings.append(duplicate(path, shown, rule=SERVICE_NODE_PORT_DUPLICATE))
        seen.add(key)


def _check_number_clashes(spec: Spec, findings: list[Finding]) -> None:
    seen: set[tuple[str, int]] = set()
    for index, port in enumerate(spec.ports):
        key = protocol_of(port), port.get("port", 0)
        if key in seen:
            shown = _as_the_server_shows(*key)
            path = f"spec.ports[{index}]"
            findings.append(duplicate(path, shown, rule=SERVICE_PORT_DUPLICATE))
        seen.add(key)


def _as_the_server_shows(protocol: str, number: int) -> Mapping[str, Any]:
    """Return the unique part of a port as the API server shows it, with zeros for all else."""
    return {
        "Name": "",
        "Protocol": protocol,
        "AppProtocol": None,
        "Port": number,
        "TargetPort": 0,
        "NodePort": 0,
    }
