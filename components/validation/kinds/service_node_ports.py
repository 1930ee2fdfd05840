"""Allocates and validates node ports as the API server does, without a cluster.

The range of node ports, and which of them are free, is known only to the cluster. Validated here is
that a Service asks for each node port once, and for valid numbers only. The API server reports the
first of these errors alone, before it validates anything else.
"""

from ...core.findings import Finding, invalid
from ...core.rules import RuleBook
from ...core.syntax import port_number
from .service_spec import LOAD_BALANCER, NODE_PORT, Spec

RULES = RuleBook()
SERVICE_NODE_PORT_RANGE = RULES.rule(
    "service-node-port-range", "A node port is 1 to 65535 (the cluster may allow fewer)."
)
SERVICE_NODE_PORT_TAKEN = RULES.rule(
    "service-node-port-taken", "Only ports of the same number share a node port."
)
SERVICE_HEALTH_CHECK_PORT_TAKEN = RULES.rule(
    "service-health-check-port-taken", "The health check's node port is not one of the ports'."
)

_OUT_OF_RANGE = "provided port is not in the valid range"
_TAKEN = "provided port is already allocated"
_PICKED = -(1 << 33)
"""Plus a port's number, it represents the node port that the API server picks: below every
int32."""


def grant_node_ports(spec: Spec, before: Spec | None, findings: list[Finding]) -> None:
    """Validate the requested node ports, and fill in those that follow from others."""
    if before is None:
        taken = _grant_first(spec, findings) if spec.has_node_ports else set[int]()
        wants_health_check = spec.needs_health_check
    else:
        taken = _grant_changed(spec, before, findings)
        wants_health_check = spec.needs_health_check and not before.needs_health_check
    asked = spec.health_check_node_port
    if wants_health_check and asked and asked in taken:
        path, rule = "spec.healthCheckNodePort", SERVICE_HEALTH_CHECK_PORT_TAKEN
        findings.append(invalid(path, asked, _TAKEN, rule=rule))


def _grant_first(spec: Spec, findings: list[Finding]) -> set[int]:
    """Grant a new Service's node ports, one for each port number (`initNodePorts`)."""
    picks = spec.type == NODE_PORT or bool(spec.allocates_node_ports)
    numbers: list[int] = [port.get("port", 0) for port in spec.ports]
    wanted: dict[int, int] = {}
    for number, asked in zip(numbers, spec.node_ports, strict=True):
        if asked:
            wanted.setdefault(number, asked)
    granted: dict[int, int] = {}
    taken: set[int] = set()
    for index, number in enumerate(numbers):
        asked = spec.node_ports[index]
        if not asked and not picks:
            continue
        shared = granted.get(number, 0)
        if not shared:
            shared = wanted.get(number, _PICKED + number)
            granted[number] = spec.node_ports[index] = shared
            if number in wanted:
                _take(shared, index, taken, findings)
        elif not asked:
            spec.node_ports[index] = shared
        elif asked != shared:
            _take(asked, index, taken, findings)
    return taken


def _grant_changed(spec: Spec, before: Spec, findings: list[Finding]) -> set[int]:
    """Grant the node ports that an update adds (`updateNodePorts`), and release none yet."""
    known = {number for number in before.node_ports if number}
    taken = set(known) if before.has_node_ports else set[int]()
    if before.type == LOAD_BALANCER and before.health_check_node_port:
        taken.add(before.health_check_node_port)
    if spec.has_node_ports:
        for index, asked in enumerate(spec.node_ports):
            if asked and asked not in known:
                _take(asked, index, taken, findings)
                known.add(asked)
    return taken


def _take(node_port: int, index: int, taken: set[int], findings: list[Finding]) -> None:
    if port_number(node_port):
        detail, rule = _OUT_OF_RANGE, SERVICE_NODE_PORT_RANGE
    elif node_port in taken:
        detail, rule = _TAKEN, SERVICE_NODE_PORT_TAKEN
    else:
        taken.add(node_port)
        return
    findings.append(invalid(f"spec.ports[{index}].nodePort", node_port, detail, rule=rule))
