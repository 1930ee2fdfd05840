"""A Service: the fields that every kind of Service shares."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...validation.hazards.hazard import Hazard
from ...validation.object_meta import METADATA_NAME_REQUIRED
from ..addresses import parse_ip
from ..adoption import Adoptions
from ..arguments import CommonArgs, TrafficArgs
from ..findings import Finding, forbidden, invalid
from ..metadata import Manifest
from ..ports import Port
from ..syntax import dns_1035_label
from ..unknown import Unknown
from .manifest_metadata import check_metadata, put_metadata
from .rendering import Rendering
from .service_addresses import render_addresses

_LOAD_BALANCER_FIELDS = {
    "load_balancer_class": "loadBalancerClass",
    "load_balancer_source_ranges": "loadBalancerSourceRanges",
    "load_balancer_ip": "loadBalancerIP",
    "allocate_load_balancer_node_ports": "allocateLoadBalancerNodePorts",
}
"""The spec's field of each argument that only a load balancer has."""


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """What a component with only a Service declares."""

    objects: Sequence[Manifest]
    """The Service."""
    hazards: Sequence[Hazard]
    """What is legal but will not work as intended, as far as the arguments show."""
    adoptions: Adoptions
    """The objects that exist already."""

    @property
    def service(self) -> Manifest:
        """The Service."""
        return self.objects[0]


def render_service(
    args: CommonArgs,
    component_name: str,
    kind: str,
    ports: Sequence[Port],
    findings: list[Finding],
) -> Rendering:
    """Render what every Service has: metadata, type and ports.

    Args:
        args: The arguments.
        component_name: Names the Service where `service_name` is not given.
        kind: The Service's type.
        ports: Its ports. The manifest of an ExternalName without ports has no such field.
        findings: Collects the errors.
    """
    check_metadata(args, findings)
    if args.service_name == "":
        findings += [
            invalid("service_name", "", reason, rule=METADATA_NAME_REQUIRED)
            for reason in dns_1035_label("")
        ]
    service = Rendering("v1", "Service")
    remedy = "it is the default of `service_name`; set that" if args.service_name is None else ""
    name = component_name if args.service_name is None else args.service_name
    service.put("metadata.name", name, "service_name", remedy=remedy)
    put_metadata(service, args)
    service.put("spec.type", kind, "type")
    if ports or kind != "ExternalName":
        service.put("spec.ports", [port.for_service() for port in ports], "ports")
    for index, port in enumerate(ports):
        service.note(f"spec.ports[{index}]", port.path)
        service.note(f"spec.ports[{index}].targetPort", port.target_path)
    return service


def render_traffic(service: Rendering, args: TrafficArgs, findings: list[Finding]) -> None:
    """Render how a Service takes traffic. Not for an ExternalName."""
    render_addresses(service, args, findings)
    if args.ip_families:
        service.put("spec.ipFamilies", list(args.ip_families), "ip_families")
        service.note("spec.ipFamilyPolicy", "ip_families")
        if len(args.ip_families) > 1:
            service.put("spec.ipFamilyPolicy", "PreferDualStack")
    _render_affinity(service, args, findings)
    _render_load_balancer(service, args, findings)
    for field, policy, argument in (
        ("externalTrafficPolicy", args.external_traffic_policy, "external_traffic_policy"),
        ("internalTrafficPolicy", args.internal_traffic_policy, "internal_traffic_policy"),
        ("trafficDistribution", args.traffic_distribution, "traffic_distribution"),
    ):
        if policy is not None:
            service.put(f"spec.{field}", policy, argument)


def _render_affinity(service: Rendering, args: TrafficArgs, findings: list[Finding]) -> None:
    if args.session_affinity is not None:
        service.put("spec.sessionAffinity", args.session_affinity, "session_affinity")
    if args.session_affinity_timeout is None:
        return
    argument = "session_affinity_timeout"
    if args.session_affinity != "ClientIP":
        findings.append(forbidden(argument, "needs `session_affinity` to be 'ClientIP'"))
    field = "spec.sessionAffinityConfig.clientIP.timeoutSeconds"
    service.put(field, args.session_affinity_timeout, argument)


def _render_load_balancer(service: Rendering, args: TrafficArgs, findings: list[Finding]) -> None:
    for argument, field in _LOAD_BALANCER_FIELDS.items():
        value: object = getattr(args, argument)
        if value is None:
            continue
        service.put(f"spec.{field}", value, argument)
        is_unchecked = isinstance(value, Unknown) or not value or argument == "load_balancer_ip"
        if is_unchecked and value is not False and args.type != "LoadBalancer":
            detail = "may only be used when `type` is 'LoadBalancer'"
            findings.append(forbidden(argument, detail))
    address = args.load_balancer_ip
    if isinstance(address, Unknown) or address is None:
        return
    against = parse_ip(address)
    if isinstance(against, str):
        findings.append(invalid("load_balancer_ip", address, against))
