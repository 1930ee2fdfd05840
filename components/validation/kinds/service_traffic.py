"""How traffic comes to a Service: name, addresses, load balancer, policies, affinity."""

from collections.abc import Mapping
from typing import Any

from ...core.cidrs import GO_SPACE
from ...core.findings import Finding, forbidden, invalid, not_supported, required
from ...core.rules import RuleBook
from ...core.syntax import dns_subdomain, port_number, qualified_name
from ...core.versions import Rules
from ..ip import check_endpoint_ip, check_legacy_cidr, check_legacy_ip
from ..walk import against
from .service_spec import CLUSTER_IP, EXTERNAL_NAME, LOAD_BALANCER, NODE_PORT, Spec

RULES = RuleBook()
SERVICE_TOPOLOGY_ANNOTATIONS = RULES.rule(
    "service-topology-annotations", "The old and the new annotation of topology say the same."
)
SERVICE_TYPE = RULES.rule(
    "service-type", "A Service's type is ClusterIP, NodePort, LoadBalancer or ExternalName."
)
SERVICE_EXTERNAL_NAME_REQUIRED = RULES.rule(
    "service-external-name-required", "A Service of type ExternalName has an externalName."
)
SERVICE_EXTERNAL_NAME = RULES.rule(
    "service-external-name", "An externalName is an RFC 1123 subdomain; a last dot is allowed."
)
SERVICE_SESSION_AFFINITY = RULES.rule(
    "service-session-affinity", "A Service's sessionAffinity is ClientIP or None."
)
SERVICE_AFFINITY_TIMEOUT = RULES.rule(
    "service-affinity-timeout", "A session affinity lasts 1 to 86400 seconds."
)
SERVICE_SOURCE_RANGES_TYPE = RULES.rule(
    "service-source-ranges-type", "Source ranges are for type LoadBalancer."
)
SERVICE_SOURCE_RANGES_ANNOTATION_TYPE = RULES.rule(
    "service-source-ranges-annotation-type",
    "Source ranges in an annotation are for type LoadBalancer, too.",
)
SERVICE_ALLOCATE_NODE_PORTS_TYPE = RULES.rule(
    "service-allocate-node-ports-type", "allocateLoadBalancerNodePorts is for type LoadBalancer."
)
SERVICE_LOAD_BALANCER_CLASS = RULES.rule(
    "service-load-balancer-class", "A loadBalancerClass is a qualified name."
)
SERVICE_LOAD_BALANCER_CLASS_TYPE = RULES.rule(
    "service-load-balancer-class-type", "A loadBalancerClass is for type LoadBalancer."
)
SERVICE_EXTERNAL_TRAFFIC_POLICY = RULES.rule(
    "service-external-traffic-policy", "An externalTrafficPolicy is Cluster or Local."
)
SERVICE_EXTERNAL_TRAFFIC_POLICY_TYPE = RULES.rule(
    "service-external-traffic-policy-type",
    "An externalTrafficPolicy is for a Service that is reached from outside.",
)
SERVICE_HEALTH_CHECK_PORT_USE = RULES.rule(
    "service-health-check-port-use",
    "A healthCheckNodePort is for type LoadBalancer with externalTrafficPolicy Local.",
)
SERVICE_HEALTH_CHECK_PORT_NUMBER = RULES.rule(
    "service-health-check-port-number", "A healthCheckNodePort is 1 to 65535."
)
SERVICE_INTERNAL_TRAFFIC_POLICY = RULES.rule(
    "service-internal-traffic-policy", "An internalTrafficPolicy is Cluster or Local."
)
SERVICE_TRAFFIC_DISTRIBUTION = RULES.rule(
    "service-traffic-distribution", "A trafficDistribution is one that the version supports."
)

_HINTS = "service.kubernetes.io/topology-aware-hints"
_MODE = "service.kubernetes.io/topology-mode"
_SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"

_TYPES = (CLUSTER_IP, EXTERNAL_NAME, LOAD_BALANCER, NODE_PORT)
_AFFINITIES = ("ClientIP", "None")
_POLICIES = ("Cluster", "Local")
_LONGEST_AFFINITY = 86400
_LOAD_BALANCER_ONLY = "may only be used when `type` is 'LoadBalancer'"


def check_topology(annotations: Mapping[str, str], findings: list[Finding]) -> None:
    """Validate the annotation of topology against its older form."""
    hints, mode = annotations.get(_HINTS), annotations.get(_MODE)
    if hints is not None and mode is not None and hints != mode:
        path = f"metadata.annotations[{_MODE}]"
        detail = f"must match annotations[{_HINTS}] when both are specified"
        findings.append(invalid(path, mode, detail, rule=SERVICE_TOPOLOGY_ANNOTATIONS))


def check_external_name(spec: Spec, findings: list[Finding]) -> None:
    """Validate the alias of an ExternalName; on other types it is ignored."""
    if spec.type != EXTERNAL_NAME:
        return
    name: str = spec.fields.get("externalName", "").removesuffix(".")
    if not name:
        findings.append(required("spec.externalName", rule=SERVICE_EXTERNAL_NAME_REQUIRED))
        return
    path, rule = "spec.externalName", SERVICE_EXTERNAL_NAME
    findings += against(path, name, dns_subdomain, rule)


def check_affinity(spec: Spec, findings: list[Finding]) -> None:
    """Validate the session affinity; without it the configuration is dropped unread."""
    affinity = spec.fields.get("sessionAffinity") or "None"
    if affinity not in _AFFINITIES:
        path = "spec.sessionAffinity"
        findings.append(not_supported(path, affinity, _AFFINITIES, SERVICE_SESSION_AFFINITY))
    elif affinity == "ClientIP":
        config: Mapping[str, Any] = spec.fields.get("sessionAffinityConfig") or {}
        client: Mapping[str, Any] = config.get("clientIP") or {}
        timeout: int | None = client.get("timeoutSeconds")
        if timeout is not None and not 0 < timeout <= _LONGEST_AFFINITY:
            path = "spec.sessionAffinityConfig.clientIP.timeoutSeconds"
            detail = f"must be greater than 0 and less than {_LONGEST_AFFINITY}"
            findings.append(invalid(path, timeout, detail, rule=SERVICE_AFFINITY_TIMEOUT))


def check_external_ips(
    spec: Spec, before: Spec | None, rules: Rules, findings: list[Finding]
) -> None:
    """Validate the external IPs by the rules of endpoints' addresses; stored ones may stay."""
    existing = frozenset(before.external_ips if before else ())
    for index, address in enumerate(spec.external_ips):
        path = f"spec.externalIPs[{index}]"
        known = len(findings)
        if address not in existing:
            check_legacy_ip(address, path, rules, findings)
        if len(findings) == known:
            check_endpoint_ip(address, path, findings)


def check_type(spec: Spec, findings: list[Finding]) -> None:
    """Validate the type itself."""
    if spec.type not in _TYPES:
        findings.append(not_supported("spec.type", spec.type, _TYPES, SERVICE_TYPE))


def check_source_ranges(
    spec: Spec,
    before: Spec | None,
    annotations: Mapping[str, str],
    old_annotations: Mapping[str, str],
    rules: Rules,
    findings: list[Finding],
) -> None:
    """Validate the source ranges, or else the annotation; stored ones may stay."""
    ranges = spec.fields.get("loadBalancerSourceRanges")
    if ranges:
        path = "spec.LoadBalancerSourceRanges"
        if spec.type != LOAD_BALANCER:
            rule = SERVICE_SOURCE_RANGES_TYPE
            findings.append(forbidden(path, _LOAD_BALANCER_ONLY, rule=rule))
        stored = before.fields.get("loadBalancerSourceRanges") or () if before else ()
        existing = {given.strip(GO_SPACE) for given in stored}
        for index, given in enumerate(ranges):
            block = given.strip(GO_SPACE)
            if block not in existing:
                check_legacy_cidr(block, f"{path}[{index}]", rules, findings)
        return
    listed = annotations.get(_SOURCE_RANGES)
    if listed is None:
        return
    path = f"metadata.annotations[{_SOURCE_RANGES}]"
    if spec.type != LOAD_BALANCER:
        rule = SERVICE_SOURCE_RANGES_ANNOTATION_TYPE
        findings.append(forbidden(path, _LOAD_BALANCER_ONLY, rule=rule))
    if listed.strip(GO_SPACE) and (before is None or old_annotations.get(_SOURCE_RANGES) != listed):
        for given in listed.strip(GO_SPACE).split(","):
            check_legacy_cidr(given.strip(GO_SPACE), path, rules, findings)


def check_allocation_of_node_ports(spec: Spec, findings: list[Finding]) -> None:
    """Validate whether `allocateLoadBalancerNodePorts` may be given at all."""
    if spec.allocates_node_ports is not None and spec.type != LOAD_BALANCER:
        path, rule = "spec.allocateLoadBalancerNodePorts", SERVICE_ALLOCATE_NODE_PORTS_TYPE
        findings.append(forbidden(path, _LOAD_BALANCER_ONLY, rule=rule))


def check_load_balancer_class(spec: Spec, findings: list[Finding]) -> None:
    """Validate the class of the load balancer."""
    given, path = spec.load_balancer_class, "spec.loadBalancerClass"
    if given is None:
        return
    if spec.type != LOAD_BALANCER:
        rule = SERVICE_LOAD_BALANCER_CLASS_TYPE
        findings.append(forbidden(path, _LOAD_BALANCER_ONLY, rule=rule))
        return
    rule = SERVICE_LOAD_BALANCER_CLASS
    findings += against(path, given, qualified_name, rule)


def check_external_policy(spec: Spec, findings: list[Finding]) -> None:
    """Validate the policy for traffic from outside and the port of its health check."""
    policy, path = spec.external_traffic_policy, "spec.externalTrafficPolicy"
    if policy and not spec.externally_accessible:
        detail = "may only be set for externally-accessible services"
        rule = SERVICE_EXTERNAL_TRAFFIC_POLICY_TYPE
        findings.append(invalid(path, policy, detail, rule=rule))
    elif policy and policy not in _POLICIES:
        rule = SERVICE_EXTERNAL_TRAFFIC_POLICY
        findings.append(not_supported(path, policy, _POLICIES, rule))
    number, path = spec.health_check_node_port, "spec.healthCheckNodePort"
    if not number:
        return
    if not spec.needs_health_check:
        detail = (
            "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        )
        findings.append(invalid(path, number, detail, rule=SERVICE_HEALTH_CHECK_PORT_USE))
        return
    rule = SERVICE_HEALTH_CHECK_PORT_NUMBER
    findings += against(path, number, port_number, rule)


def check_internal_policy(spec: Spec, findings: list[Finding]) -> None:
    """Validate the policy for traffic from inside, which every type may have."""
    policy = spec.fields.get("internalTrafficPolicy")
    if policy is not None and policy not in _POLICIES:
        path, rule = "spec.internalTrafficPolicy", SERVICE_INTERNAL_TRAFFIC_POLICY
        findings.append(not_supported(path, policy, _POLICIES, rule))


def check_distribution(spec: Spec, rules: Rules, findings: list[Finding]) -> None:
    """Validate `trafficDistribution`, on versions that read it."""
    given, known = spec.fields.get("trafficDistribution"), rules.traffic_distributions
    if given is not None and known is not None and given not in known:
        path, rule = "spec.trafficDistribution", SERVICE_TRAFFIC_DISTRIBUTION
        findings.append(not_supported(path, given, known, rule))
