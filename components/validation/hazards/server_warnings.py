"""Warnings of the API server itself, in its words, unless another hazard covers them.

They are those of `GetWarningsForService` and of `WarningsOnCreate` of Ingresses, of Kubernetes 1.36
and later. Clients that show no warnings, such as Pulumi's provider and most CI, drop them.
"""

from collections.abc import Mapping
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

from ...core.addresses import read_ip
from ...core.cidrs import parse_cidr
from ...core.findings import quote
from ..ip import parse_sloppy_ip
from ..object_set import ObjectSet, Policy, Service
from ..untyped import items, mapping, text
from .hazard import Catalogue
from .report import Report

HAZARDS = Catalogue("Warnings of the API server")
INGRESS_CLASS_DEPRECATED = HAZARDS.hazard(
    "ingress-class-deprecated",
    "annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName'"
    " instead",
    "set `ingressClassName` to the name of an IngressClass, unless the controller reads the"
    " annotation alone",
    "The annotation that names an Ingress's class is deprecated.",
)
TOPOLOGY_HINTS_DEPRECATED = HAZARDS.hazard(
    "topology-hints-deprecated",
    "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use"
    " service.kubernetes.io/topology-mode instead",
    "use the other annotation, or `trafficDistribution`",
    "The annotation topology-aware-hints is deprecated.",
)
EXTERNAL_IPS_DEPRECATED = HAZARDS.hazard(
    "external-ips-deprecated",
    "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
    "declare a Service of type LoadBalancer, or an EndpointSlice where the addresses are backends",
    "externalIPs is deprecated.",
)
EXTERNAL_IPS_IGNORED = HAZARDS.hazard(
    "external-ips-ignored",
    "spec.externalIPs is ignored {where}",
    "leave it out",
    "externalIPs is ignored by headless Services and aliases.",
)
PREFER_CLOSE_DEPRECATED = HAZARDS.hazard(
    "prefer-close-deprecated",
    'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
    "write PreferSameZone, from Kubernetes 1.34 on: it means the same",
    "The traffic distribution PreferClose is deprecated.",
)
ADDRESS_NOT_CANONICAL = HAZARDS.hazard(
    "address-not-canonical",
    "IPv6 address {given} should be in RFC 5952 canonical format ({canonical})",
    "write it so: other programs compare addresses as text",
    "An IPv6 address is not in its canonical form.",
)

_ADDRESS_NOT_STANDARD = ADDRESS_NOT_CANONICAL.saying(
    "non-standard IP address {given} is invalid: use {canonical}"
)
_BLOCK_NOT_CANONICAL = ADDRESS_NOT_CANONICAL.saying(
    "IPv6 CIDR value {given} should be in RFC 5952 canonical format ({canonical})"
)

CLASS_ANNOTATION = "kubernetes.io/ingress.class"
"""The annotation that names an Ingress's class, which `ingressClassName` replaced."""
_HINTS = "service.kubernetes.io/topology-aware-hints"


def lint_ingress_class(index: int, manifest: Mapping[str, Any], report: Report) -> None:
    """Report an Ingress that names its class only in the old annotation."""
    is_named = mapping(manifest.get("spec")).get("ingressClassName") is not None
    if CLASS_ANNOTATION in _annotations(manifest) and not is_named:
        report.add(index, INGRESS_CLASS_DEPRECATED, f"metadata.annotations[{CLASS_ANNOTATION}]")


def lint_deprecated(service: Service, report: Report) -> None:
    """Report fields of a Service that are deprecated or ignored."""
    index, spec = service.index, service.spec
    if _HINTS in _annotations(service.manifest):
        report.add(index, TOPOLOGY_HINTS_DEPRECATED, f"metadata.annotations[{_HINTS}]")
    given = items(spec.get("externalIPs"))
    if given and service.is_headless:
        report.add(index, EXTERNAL_IPS_IGNORED, "spec.externalIPs", where="for headless services")
    elif given and service.is_alias:
        where = 'when spec.type is "ExternalName"'
        report.add(index, EXTERNAL_IPS_IGNORED, "spec.externalIPs", where=where)
    elif given:
        report.add(index, EXTERNAL_IPS_DEPRECATED, "spec.externalIPs")
    if spec.get("trafficDistribution") == "PreferClose":
        report.add(index, PREFER_CLOSE_DEPRECATED, "spec.trafficDistribution")
    given_ips = items(spec.get("clusterIPs")) or [spec.get("clusterIP")]
    for field, addresses in (("clusterIPs", given_ips), ("externalIPs", given)):
        for position, address in enumerate(addresses):
            _lint_address(index, f"spec.{field}[{position}]", text(address), report)
    _lint_load_balancer_ip(index, text(spec.get("loadBalancerIP")), report)
    for position, block in enumerate(items(spec.get("loadBalancerSourceRanges"))):
        _lint_block(index, f"spec.loadBalancerSourceRanges[{position}]", text(block), report)


def lint_addresses(objects: ObjectSet, report: Report) -> None:
    """Report addresses of Endpoints that are not in canonical form."""
    for legacy in objects.legacy:
        for group in legacy.groups:
            for endpoint in group.endpoints:
                _lint_address(legacy.index, f"{endpoint.path}.ip", endpoint.address, report)


def lint_blocks(policy: Policy, report: Report) -> None:
    """Report blocks of a policy's peers that are not in canonical form."""
    for direction, field in (("ingress", "from"), ("egress", "to")):
        for position, rule in enumerate(map(mapping, items(policy.spec.get(direction)))):
            for place, peer in enumerate(map(mapping, items(rule.get(field)))):
                path = f"spec.{direction}[{position}].{field}[{place}].ipBlock"
                block = mapping(peer.get("ipBlock"))
                _lint_block(policy.index, f"{path}.cidr", text(block.get("cidr")), report)
                for at, one in enumerate(items(block.get("except"))):
                    _lint_block(policy.index, f"{path}.except[{at}]", text(one), report)


def _lint_block(index: int, path: str, given: str, report: Report) -> None:
    network = parse_cidr(given)
    if isinstance(network, IPv6Network) and str(network) != given:
        words = {"given": quote(given), "canonical": quote(str(network))}
        report.add(index, _BLOCK_NOT_CANONICAL, path, **words)


def _lint_load_balancer_ip(index: int, given: str, report: Report) -> None:
    """Report a `loadBalancerIP`, which is not validated, in a form that only old parsers accept."""
    address, strict = parse_sloppy_ip(given), read_ip(given)
    is_mapped = isinstance(strict, IPv6Address) and strict.ipv4_mapped is not None
    if address is not None and (strict is None or is_mapped):
        words = {"given": quote(given), "canonical": quote(str(address))}
        report.add(index, _ADDRESS_NOT_STANDARD, "spec.loadBalancerIP", **words)
    else:
        _lint_address(index, "spec.loadBalancerIP", given, report)


def _lint_address(index: int, path: str, given: str, report: Report) -> None:
    try:
        address = ip_address(given)
    except ValueError:
        return
    is_plain = isinstance(address, IPv6Address) and not (address.scope_id or address.ipv4_mapped)
    if is_plain and str(address) != given:
        words = {"given": quote(given), "canonical": quote(str(address))}
        report.add(index, ADDRESS_NOT_CANONICAL, path, **words)


def _annotations(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(mapping(manifest.get("metadata")).get("annotations"))
