"""A Service's cluster IPs and IP families (`ValidateServiceClusterIPsRelatedFields`).

The API server validates them when it allocates cluster IPs, before all else, and reports only these
errors. Which families and ranges a cluster has is not known here and not validated.
"""

from ipaddress import IPv4Address, IPv6Address

from ...core.findings import (
    INTERNAL,
    Finding,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    required,
)
from ...core.rules import RuleBook
from ...core.versions import Rules
from ..ip import check_legacy_ip, parse_sloppy_ip
from .service_spec import (
    EXTERNAL_NAME,
    LOAD_BALANCER,
    NODE_PORT,
    NONE,
    PREFER_DUAL_STACK,
    REQUIRE_DUAL_STACK,
    SINGLE_STACK,
    Spec,
)

RULES = RuleBook()
SERVICE_CLUSTER_IPS_FIRST = RULES.rule(
    "service-cluster-ips-first", "The first of a Service's clusterIPs is its clusterIP."
)
SERVICE_CLUSTER_IPS_ALONE = RULES.rule(
    "service-cluster-ips-alone", "A Service that has clusterIPs has a clusterIP."
)
SERVICE_CLUSTER_IPS_NONE = RULES.rule(
    "service-cluster-ips-none", "A headless Service has no clusterIPs beside None."
)
SERVICE_CLUSTER_IPS_COUNT = RULES.rule(
    "service-cluster-ips-count", "A Service has at most two clusterIPs."
)
SERVICE_CLUSTER_IPS_FAMILIES = RULES.rule(
    "service-cluster-ips-families", "A Service's two clusterIPs are of different families."
)
SERVICE_CLUSTER_IP_FAMILY = RULES.rule(
    "service-cluster-ip-family", "A Service's clusterIP is of its family in ipFamilies."
)
SERVICE_IP_FAMILY = RULES.rule("service-ip-family", "A Service's IP families are IPv4 and IPv6.")
SERVICE_IP_FAMILY_DUPLICATE = RULES.rule(
    "service-ip-family-duplicate", "A Service names an IP family once."
)
SERVICE_IP_FAMILY_POLICY = RULES.rule(
    "service-ip-family-policy",
    "A Service's ipFamilyPolicy is SingleStack, PreferDualStack or RequireDualStack.",
)
SERVICE_SINGLE_STACK_CLUSTER_IPS = RULES.rule(
    "service-single-stack-cluster-ips", "A single-stack Service has one clusterIP."
)
SERVICE_SINGLE_STACK_FAMILIES = RULES.rule(
    "service-single-stack-families", "A single-stack Service has one IP family."
)
SERVICE_RELEASE_CLUSTER_IP = RULES.rule(
    "service-release-cluster-ip", "Only the policy SingleStack releases a clusterIP."
)
SERVICE_RELEASE_FAMILY = RULES.rule(
    "service-release-family", "Only the policy SingleStack releases an IP family."
)
SERVICE_HEADLESS_NODE_PORT = RULES.rule(
    "service-headless-node-port", "A Service of type NodePort is not headless."
)
SERVICE_HEADLESS_LOAD_BALANCER = RULES.rule(
    "service-headless-load-balancer", "A Service of type LoadBalancer is not headless."
)
SERVICE_EXTERNAL_NAME_CLUSTER_IPS = RULES.rule(
    "service-external-name-cluster-ips", "A Service of type ExternalName has no clusterIPs."
)
SERVICE_EXTERNAL_NAME_FAMILIES = RULES.rule(
    "service-external-name-families", "A Service of type ExternalName has no IP families."
)
SERVICE_EXTERNAL_NAME_FAMILY_POLICY = RULES.rule(
    "service-external-name-family-policy", "A Service of type ExternalName has no ipFamilyPolicy."
)

_FAMILIES = ("IPv4", "IPv6")
_POLICIES = (PREFER_DUAL_STACK, REQUIRE_DUAL_STACK, SINGLE_STACK)
_POLICY_PATH = "spec.ipFamilyPolicy"


def settle_families(spec: Spec, before: Spec | None, rules: Rules, findings: list[Finding]) -> None:
    """Fill in the policy and the families, and validate them (`initIPFamilyFields`)."""
    if spec.type == EXTERNAL_NAME or (before is not None and _is_settled(spec, before)):
        return
    if spec.family_policy is None:
        spec.family_policy = _default_policy(spec, before)
    known = len(findings)
    _check_fields(spec, before, rules, findings)
    if len(findings) > known:
        return
    if before is not None:
        _check_release(spec, before, findings)
    _check_single_stack(spec, findings)
    for address in spec.cluster_ips[len(spec.families) :]:
        if address == NONE:
            break
        spec.families.append(_family_of(address))


def check_type_of_families(spec: Spec, findings: list[Finding]) -> None:
    """Validate that the type may be headless, and that an ExternalName has no addresses."""
    path = "spec.clusterIPs"
    if spec.type == EXTERNAL_NAME:
        detail = "may not be set for ExternalName services"
        if spec.cluster_ips:
            findings.append(forbidden(path, detail, rule=SERVICE_EXTERNAL_NAME_CLUSTER_IPS))
        if spec.families:
            rule = SERVICE_EXTERNAL_NAME_FAMILIES
            findings.append(forbidden("spec.ipFamilies", detail, rule=rule))
        if spec.family_policy is not None:
            rule = SERVICE_EXTERNAL_NAME_FAMILY_POLICY
            findings.append(forbidden(_POLICY_PATH, detail, rule=rule))
    elif spec.headless and spec.type in (LOAD_BALANCER, NODE_PORT):
        is_node_port = spec.type == NODE_PORT
        rule = SERVICE_HEADLESS_NODE_PORT if is_node_port else SERVICE_HEADLESS_LOAD_BALANCER
        detail = f"may not be set to 'None' for {spec.type} services"
        findings.append(invalid(f"{path}[0]", NONE, detail, rule=rule))


def _is_settled(spec: Spec, before: Spec) -> bool:
    """Return whether nothing changes (`isMatchingPreferDualStackClusterIPFields`)."""
    return (
        spec.family_policy == PREFER_DUAL_STACK
        and before.family_policy in (None, PREFER_DUAL_STACK)
        and spec.type == before.type
        and spec.cluster_ips == before.cluster_ips
        and spec.families == before.families
    )


def _default_policy(spec: Spec, before: Spec | None) -> str:
    if before is not None and before.family_policy is not None:
        return before.family_policy
    if spec.cluster_ip == NONE and not spec.selects:
        return REQUIRE_DUAL_STACK
    return SINGLE_STACK


def _check_fields(spec: Spec, before: Spec | None, rules: Rules, findings: list[Finding]) -> None:
    given, path = spec.cluster_ips, "spec.clusterIPs"
    if not spec.cluster_ip and given:
        detail = "must be empty when `clusterIP` is not specified"
        findings.append(invalid(path, given, detail, rule=SERVICE_CLUSTER_IPS_ALONE))
    elif spec.cluster_ip and not given:
        findings.append(required(path, rule=SERVICE_CLUSTER_IPS_FIRST))
    elif given and given[0] != spec.cluster_ip:
        detail = "first value must match `clusterIP`"
        findings.append(invalid(path, given, detail, rule=SERVICE_CLUSTER_IPS_FIRST))
    _check_families(spec, findings)
    if _check_addresses(given, before.cluster_ips if before else [], rules, findings):
        _check_dual_stack(spec, findings)


def _check_families(spec: Spec, findings: list[Finding]) -> None:
    seen: set[str] = set()
    for index, family in enumerate(spec.families):
        path = f"spec.ipFamilies[{index}]"
        if family not in _FAMILIES:
            findings.append(not_supported(path, family, _FAMILIES, SERVICE_IP_FAMILY))
        if family in seen:
            findings.append(duplicate(path, family, rule=SERVICE_IP_FAMILY_DUPLICATE))
        seen.add(family)
    policy = spec.family_policy
    if policy not in _POLICIES:
        rule = SERVICE_IP_FAMILY_POLICY
        findings.append(not_supported(_POLICY_PATH, policy, _POLICIES, rule))


def _check_addresses(
    given: list[str], existing: list[str], rules: Rules, findings: list[Finding]
) -> bool:
    """Validate the cluster IPs one by one, except those that are already stored.

    Returns:
       Whether all of them are good enough to validate the list as a whole.
    """
    path = "spec.clusterIPs"
    known = len(findings)
    for index, address in enumerate(given):
        if index == 0 and address == NONE:
            if len(given) > 1:
                detail = "'None' must be the first and only value"
                findings.append(invalid(path, given, detail, rule=SERVICE_CLUSTER_IPS_NONE))
        elif address not in existing:
            check_legacy_ip(address, f"{path}[{index}]", rules, findings)
    good = len(findings) == known
    if len(given) > len(_FAMILIES):
        detail = "may only hold up to 2 values"
        findings.append(invalid(path, given, detail, rule=SERVICE_CLUSTER_IPS_COUNT))
    return good


def _check_dual_stack(spec: Spec, findings: list[Finding]) -> None:
    """Validate the families of cluster IPs against each other and against `ipFamilies`."""
    given, path = spec.cluster_ips, "spec.clusterIPs"
    if len(given) > 1:
        rule = SERVICE_CLUSTER_IPS_FAMILIES
        odd = [index for index, one in enumerate(given) if parse_sloppy_ip(one) is None]
        if odd:  # a stored "None" may be one
            detail = f"failed to check for dual stack with error:invalid IP[{odd[0]}]: "
            findings.append(Finding(path, INTERNAL, detail + given[odd[0]], code=rule.code))
        if odd or len({_family_of(address) for address in given}) == 1:
            detail = "may specify no more than one IP for each IP family"
            findings.append(invalid(path, given, detail, rule=rule))
    if spec.headless:
        return
    for index, (address, family) in enumerate(zip(given, spec.families, strict=False)):
        if family in _FAMILIES and family != _family_of(address):
            detail = f"expected an {family} value as indicated by `ipFamilies[{index}]`"
            findings.append(
                invalid(f"{path}[{index}]", address, detail, rule=SERVICE_CLUSTER_IP_FAMILY)
            )


def _check_release(spec: Spec, before: Spec, findings: list[Finding]) -> None:
    """Validate that a single-stack policy releases the second address and family, nothing else."""
    policy = spec.family_policy
    if policy == SINGLE_STACK:
        if spec.cluster_ips == before.cluster_ips:
            del spec.cluster_ips[1:]
        if spec.families == before.families:
            del spec.families[1:]
        return
    if 0 < len(spec.cluster_ips) < len(before.cluster_ips):
        detail = "must be 'SingleStack' to release the secondary cluster IP"
        findings.append(invalid(_POLICY_PATH, policy, detail, rule=SERVICE_RELEASE_CLUSTER_IP))
    if 0 < len(spec.families) < len(before.families):
        detail = "must be 'SingleStack' to release the secondary IP family"
        findings.append(invalid(_POLICY_PATH, policy, detail, rule=SERVICE_RELEASE_FAMILY))


def _check_single_stack(spec: Spec, findings: list[Finding]) -> None:
    policy = spec.family_policy
    if policy != SINGLE_STACK:
        return
    dual = "must be 'RequireDualStack' or 'PreferDualStack' when multiple"
    if len(spec.cluster_ips) == len(_FAMILIES):
        detail, rule = f"{dual} cluster IPs are specified", SERVICE_SINGLE_STACK_CLUSTER_IPS
        findings.append(invalid(_POLICY_PATH, policy, detail, rule=rule))
    if len(spec.families) == len(_FAMILIES):
        detail, rule = f"{dual} IP families are specified", SERVICE_SINGLE_STACK_FAMILIES
        findings.append(invalid(_POLICY_PATH, policy, detail, rule=rule))


def _family_of(address: str) -> str:
    parsed: IPv4Address | IPv6Address | None = parse_sloppy_ip(address)
    return "IPv4" if isinstance(parsed, IPv4Address) else "IPv6"
