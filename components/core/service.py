"""The spec of a Service: the fields that every kind of Service shares."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from . import syntax
from .addresses import FAMILIES, parse_ip
from .adoption import Adoptions
from .cidrs import GO_SPACE, parse_cidr
from .deferred import Deferred
from .findings import Finding, duplicate, forbidden, invalid, not_supported
from .metadata import Manifest, Plain, read_rules
from .ports import Port
from .service_addresses import add_addresses
from .validation.hazards.hazard import Hazard

_MAX_AFFINITY_SECONDS = 86_400

_LOAD_BALANCER_FIELDS = {
    "load_balancer_class": "loadBalancerClass",
    "load_balancer_source_ranges": "loadBalancerSourceRanges",
    "load_balancer_ip": "loadBalancerIP",
    "allocate_load_balancer_node_ports": "allocateLoadBalancerNodePorts",
}
"""Arguments that only a load balancer has, and the fields of the spec that they become."""


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """What a component that has a Service alone declares."""

    service: Manifest
    hazards: list[Hazard]
    """What is legal and will not work as it looks, as far as the arguments tell."""
    adoptions: Adoptions
    """The objects that exist already."""

    @property
    def objects(self) -> list[Manifest]:
        """The objects whose names the arguments give."""
        return [self.service]


def service(metadata: Manifest, spec: Manifest) -> Manifest:
    """Put a Service together."""
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


def service_spec(args: Plain, ports: Sequence[Port], findings: list[Finding]) -> Manifest:
    """Give the spec of a Service of any type but ExternalName, without a selector."""
    kind = service_type(args)
    spec: Manifest = {"type": kind, "ports": [port.for_service() for port in ports]}
    add_addresses(args, kind, spec, findings)
    _add_families(args, spec, findings)
    _add_affinity(args, spec, findings)
    _add_load_balancer(args, kind, spec, findings)
    _add_policies(args, kind, spec, findings)
    return spec


def service_type(args: Plain) -> str:
    """Give the Service's type."""
    return args.get("type") or "ClusterIP"


def _add_families(args: Plain, spec: Manifest, findings: list[Finding]) -> None:
    families: Sequence[str] | None = args.get("ip_families")
    if families is None:
        return
    seen: set[str] = set()
    for index, family in enumerate(families):
        path = f"ip_families[{index}]"
        if family not in FAMILIES:
            findings.append(not_supported(path, family, FAMILIES))
        elif family in seen:
            findings.append(duplicate(path, family))
        seen.add(family)
    if families:
        spec["ipFamilies"] = list(families)
    if len(families) > 1:
        spec["ipFamilyPolicy"] = "PreferDualStack"


def _add_affinity(args: Plain, spec: Manifest, findings: list[Finding]) -> None:
    affinity: str | None = args.get("session_affinity")
    timeout: int | Deferred | None = args.get("session_affinity_timeout")
    if affinity is not None:
        spec["sessionAffinity"] = affinity
    if timeout is None:
        return
    if affinity != "ClientIP":
        findings.append(
            forbidden("session_affinity_timeout", "needs `session_affinity` to be 'ClientIP'")
        )
    if isinstance(timeout, int) and not 0 < timeout <= _MAX_AFFINITY_SECONDS:
        findings.append(
            invalid(
                "session_affinity_timeout",
                timeout,
                f"must be greater than 0 and at most {_MAX_AFFINITY_SECONDS}",
            )
        )
    spec["sessionAffinityConfig"] = {"clientIP": {"timeoutSeconds": timeout}}


def _add_load_balancer(args: Plain, kind: str, spec: Manifest, findings: list[Finding]) -> None:
    for field, wire in _LOAD_BALANCER_FIELDS.items():
        value = args.get(field)
        if value is None:
            continue
        spec[wire] = value
        if kind != "LoadBalancer":
            findings.append(forbidden(field, "may only be used when `type` is 'LoadBalancer'"))
    blocks: Sequence[str | Deferred] = args.get("load_balancer_source_ranges") or ()
    for index, block in enumerate(blocks):
        if isinstance(block, str) and isinstance(reason := parse_cidr(block.strip(GO_SPACE)), str):
            findings.append(invalid(f"load_balancer_source_ranges[{index}]", block, reason))
    address: str | Deferred | None = args.get("load_balancer_ip")
    if isinstance(address, str) and isinstance(against := parse_ip(address), str):
        findings.append(invalid("load_balancer_ip", address, against))
    given: str | Deferred | None = args.get("load_balancer_class")
    if isinstance(given, str):
        findings.extend(
            invalid("load_balancer_class", given, why) for why in syntax.qualified_name(given)
        )


def _add_policies(args: Plain, kind: str, spec: Manifest, findings: list[Finding]) -> None:
    external: str | None = args.get("external_traffic_policy")
    if external is not None:
        spec["externalTrafficPolicy"] = external
        if kind == "ClusterIP" and not args.get("external_ips"):
            findings.append(
                invalid(
                    "external_traffic_policy",
                    external,
                    "may only be set for externally-accessible services",
                )
            )
    internal: str | None = args.get("internal_traffic_policy")
    if internal is not None:
        spec["internalTrafficPolicy"] = internal
    distribution: str | None = args.get("traffic_distribution")
    if distribution is not None:
        spec["trafficDistribution"] = distribution
        known = read_rules(args, findings).traffic_distributions
        if known is not None and distribution not in known:
            remedy = "Kubernetes 1.34 has it: state `kubernetes_version`"
            problem = not_supported("traffic_distribution", distribution, known)
            findings.append(replace(problem, remedy=remedy))
