"""Updates of a Service: what they may leave out, what they drop, and what cannot change."""

from ...core.findings import NULL, Finding, forbidden, invalid
from ...core.rules import RuleBook
from .service_spec import EXTERNAL_NAME, LOAD_BALANCER, NODE_PORT, Spec

RULES = RuleBook()
SERVICE_CLUSTER_IP_CHANGE = RULES.rule(
    "service-cluster-ip-change", "A Service's clusterIPs are not changed, added or removed."
)
SERVICE_IP_FAMILY_CHANGE = RULES.rule(
    "service-ip-family-change", "A Service's IP families do not change while it has clusterIPs."
)
SERVICE_LOAD_BALANCER_CLASS_CHANGE = RULES.rule(
    "service-load-balancer-class-change", "A loadBalancerClass does not change while it is in use."
)
SERVICE_HEALTH_CHECK_PORT_CHANGE = RULES.rule(
    "service-health-check-port-change", "A healthCheckNodePort does not change while it is in use."
)

_FINAL = "may not change once set"


def restore_allocated(spec: Spec, before: Spec) -> None:
    """Restore allocated values that the update leaves out (`patchAllocatedValues`)."""
    if EXTERNAL_NAME not in (spec.type, before.type):
        spec.cluster_ip = spec.cluster_ip or before.cluster_ip
        spec.cluster_ips = spec.cluster_ips or list(before.cluster_ips)
    if _allocates_node_ports(spec) and _allocates_node_ports(before):
        _restore_node_ports(spec, before)
    if spec.needs_health_check and before.needs_health_check:
        spec.health_check_node_port = spec.health_check_node_port or before.health_check_node_port


def align_cluster_ips(spec: Spec, before: Spec | None) -> None:
    """Bring `clusterIPs` into line with `clusterIP` (`normalizeClusterIPs`)."""
    if before is None:
        if spec.cluster_ip and not spec.cluster_ips:
            spec.cluster_ips = [spec.cluster_ip]
        return
    if spec.cluster_ip == before.cluster_ip:
        spec.cluster_ips = spec.cluster_ips or list(before.cluster_ips)
    elif spec.cluster_ips == before.cluster_ips:
        spec.cluster_ips = [spec.cluster_ip] if spec.cluster_ip else []


def drop_by_type(spec: Spec, before: Spec) -> None:
    """Drop unchanged fields that the new type does not use (`dropTypeDependentFields`)."""
    if spec.type == EXTERNAL_NAME and before.type != EXTERNAL_NAME:
        _drop_addresses(spec, before)
    if before.has_node_ports and not spec.has_node_ports:
        known = {0, *before.node_ports}
        if known.issuperset(spec.node_ports):
            spec.node_ports = [0] * len(spec.node_ports)
    if (
        before.needs_health_check
        and not spec.needs_health_check
        and spec.health_check_node_port == before.health_check_node_port
    ):
        spec.health_check_node_port = 0
    if before.type == LOAD_BALANCER and spec.type != LOAD_BALANCER:
        if spec.allocates_node_ports == before.allocates_node_ports:
            spec.allocates_node_ports = None
        if spec.load_balancer_class == before.load_balancer_class:
            spec.load_balancer_class = None
    if (
        before.externally_accessible
        and not spec.externally_accessible
        and spec.external_traffic_policy == before.external_traffic_policy
    ):
        spec.external_traffic_policy = ""


def check_cluster_ip_change(spec: Spec, before: Spec, findings: list[Finding]) -> None:
    """Validate that cluster IPs stay, also `None` (`validateUpgradeDowngradeClusterIPs`)."""
    if EXTERNAL_NAME in (spec.type, before.type) or (spec.headless and before.headless):
        return
    new, old = spec.cluster_ips, before.cluster_ips
    compared = len(old) if len(old) == len(new) else 1
    for index, (address, stored) in enumerate(zip(new[:compared], old[:compared], strict=False)):
        if address != stored:
            path = f"spec.clusterIPs[{index}]"
            findings.append(invalid(path, new, _FINAL, rule=SERVICE_CLUSTER_IP_CHANGE))


def check_family_change(spec: Spec, before: Spec, findings: list[Finding]) -> None:
    """Validate that the primary family stays (`validateUpgradeDowngradeIPFamilies`).

    If the number of families differs, the API server's error shows the cluster IPs although it
    says families.
    """
    if EXTERNAL_NAME in (spec.type, before.type) or spec.headless or before.headless:
        return
    new, old = spec.families, before.families
    if len(new) == len(old):
        changed, shown = new != old, new
    else:
        changed, shown = bool(new and old) and new[0] != old[0], spec.cluster_ips
    if changed:
        path, rule = "spec.ipFamilies[0]", SERVICE_IP_FAMILY_CHANGE
        findings.append(invalid(path, shown, _FINAL, rule=rule))


def check_load_balancer_class_change(spec: Spec, before: Spec, findings: list[Finding]) -> None:
    """Validate that a load balancer's class stays (`validateLoadBalancerClassField`)."""
    given = spec.load_balancer_class
    if before.type == spec.type == LOAD_BALANCER and before.load_balancer_class != given:
        path, rule = "spec.loadBalancerClass", SERVICE_LOAD_BALANCER_CLASS_CHANGE
        findings.append(invalid(path, NULL if given is None else given, _FINAL, rule=rule))


def check_health_check_change(spec: Spec, before: Spec, findings: list[Finding]) -> None:
    """Validate that its health check port stays (`validateServiceExternalTrafficFieldsUpdate`)."""
    if (
        spec.needs_health_check
        and before.needs_health_check
        and spec.health_check_node_port != before.health_check_node_port
    ):
        path, rule = "spec.healthCheckNodePort", SERVICE_HEALTH_CHECK_PORT_CHANGE
        findings.append(forbidden(path, "field is immutable", rule=rule))


def _allocates_node_ports(spec: Spec) -> bool:
    return spec.type == NODE_PORT or (
        spec.type == LOAD_BALANCER and spec.allocates_node_ports is not False
    )


def _restore_node_ports(spec: Spec, before: Spec) -> None:
    """Restore node ports by the ports' names, except those that another port has taken."""
    used = set(before.node_ports) & set(spec.node_ports)
    by_name = {
        port.get("name", ""): node_port
        for port, node_port in zip(before.ports, before.node_ports, strict=True)
    }
    for index, port in enumerate(spec.ports):
        stored = by_name.get(port.get("name", ""), 0)
        if not spec.node_ports[index] and stored not in used:
            spec.node_ports[index] = stored


def _drop_addresses(spec: Spec, before: Spec) -> None:
    if spec.cluster_ip == before.cluster_ip and spec.cluster_ips == before.cluster_ips:
        spec.cluster_ip, spec.cluster_ips = "", []
    if spec.families == before.families:
        spec.families = []
    if (spec.family_policy or "") == (before.family_policy or ""):
        spec.family_policy = None
