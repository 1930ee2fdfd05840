"""Hazards of a Service that its own manifest shows."""

from collections.abc import Iterator

from ...core.findings import quote
from ...core.syntax import dns_label, iana_service_name
from ..ip import parse_sloppy_ip
from ..object_set import Service
from ..untyped import items, mapping, text
from .hazard import Catalogue
from .report import Report

HAZARDS = Catalogue("Service")
SERVICE_ENDPOINTS_FIELD = HAZARDS.hazard(
    "service-endpoints-field",
    "a Service has no such field: it is dropped, and no traffic goes to its contents",
    "declare an EndpointSlice with the label kubernetes.io/service-name",
    "A Service holds no endpoints: the field is dropped.",
)
EXTERNAL_NAME_IGNORED = HAZARDS.hazard(
    "external-name-ignored",
    "externalName has no effect on a Service of type {type}",
    "set `type: ExternalName`, or leave externalName out",
    "externalName has no effect on a type other than ExternalName.",
)
EXTERNAL_NAME_ADDRESS = HAZARDS.hazard(
    "external-name-address",
    "an external name that looks like an IP address is not resolved by the cluster's DNS",
    "declare a Service without a selector, and an EndpointSlice with the address",
    "The cluster's DNS does not resolve an external name like an address.",
    in_arguments="use `ExternalService` with the address",
)
EXTERNAL_NAME_SINGLE_LABEL = HAZARDS.hazard(
    "external-name-single-label",
    "DNS treats an external name of one label as a top-level domain: search domains do not apply"
    " to it",
    "give the fully qualified name",
    "DNS treats an external name of one label as a top-level domain.",
)
EXTERNAL_NAME_REMAP = HAZARDS.hazard(
    "external-name-remap",
    "an alias in DNS maps no ports: clients that connect to {number} reach {number}"
    " of the external name, not {target}",
    "let clients connect to the port of the external name",
    "A DNS alias maps no ports.",
)
HEADLESS_REMAP = HAZARDS.hazard(
    "headless-remap",
    "a headless Service maps no ports: clients that connect to {number} reach"
    " {number} of the endpoints, not {target}",
    "give port and targetPort the same number, or leave `clusterIP: None` out",
    "A headless Service maps no ports.",
)
TARGET_PORT_NAME = HAZARDS.hazard(
    "target-port-name",
    "no Pod gives the name {target} a number: kube-proxy dials the port of the slices"
    " anyway, and programs that do read targetPort find nothing",
    "write the port's number",
    "Without a selector, no Pod gives a port's name a number.",
)
_ALIAS_TARGET_NAME = TARGET_PORT_NAME.saying(
    "an ExternalName has no Pods that give the name {target} a number: Ingress controllers that"
    " dial targetPort find none",
)
AFFINITY_HEADLESS = HAZARDS.hazard(
    "affinity-headless",
    "session affinity has no effect on a headless Service: its clients choose among the addresses",
    "leave the session affinity out, or let the Service have a cluster IP",
    "Session affinity has no effect on a headless Service.",
)
PUBLISH_NOT_READY_IGNORED = HAZARDS.hazard(
    "publish-not-ready-ignored",
    "publishNotReadyAddresses is for the controller that makes slices of Pods:"
    " hand-made endpoints get traffic by their own conditions",
    "set `conditions.ready` of the endpoints",
    "publishNotReadyAddresses has no effect without a selector.",
)

_OTHER_TYPES = frozenset({"ClusterIP", "NodePort", "LoadBalancer"})
_NOT_FIELDS = ("endpoints", "endpoint", "endpointSlices", "addresses", "subsets", "backends")


def lint_service(service: Service, report: Report, *, is_routed: bool = False) -> None:
    """Report the hazards of one Service.

    Args:
        service: The Service.
        report: Collects the findings.
        is_routed: Whether an Ingress or a route uses it: their controllers connect to the
            targetPort of an alias. Defaults to False.
    """
    for path in _not_fields(service):
        report.add(service.index, SERVICE_ENDPOINTS_FIELD, path)
    if service.is_alias:
        _lint_alias(service, report, is_routed=is_routed)
        return
    spec = service.spec
    if text(spec.get("externalName")) and service.type in _OTHER_TYPES:
        report.add(
            service.index, EXTERNAL_NAME_IGNORED, "spec.externalName", type=quote(service.type)
        )
    if service.is_headless:
        _lint_headless(service, report, is_routed=is_routed)
    if service.is_selectorless:
        _lint_selectorless(service, report)


def _not_fields(service: Service) -> Iterator[str]:
    for field in _NOT_FIELDS:
        if service.spec.get(field) is not None:
            yield f"spec.{field}"
        if service.manifest.get(field) is not None:
            yield field


def _lint_alias(service: Service, report: Report, *, is_routed: bool) -> None:
    given = text(service.spec.get("externalName"))
    name = given.removesuffix(".")
    if parse_sloppy_ip(name) is not None:
        report.add(service.index, EXTERNAL_NAME_ADDRESS, "spec.externalName")
    elif name != "localhost" and not dns_label(name) and not _is_filled_in(service):
        report.add(service.index, EXTERNAL_NAME_SINGLE_LABEL, "spec.externalName")
    for position, port in enumerate(service.ports):
        if isinstance(port.target, str):
            if not iana_service_name(port.target):
                path = f"spec.ports[{position}].targetPort"
                report.add(service.index, _ALIAS_TARGET_NAME, path, target=quote(port.target))
        elif port.target and port.target != port.number and not is_routed:
            report.add(
                service.index,
                EXTERNAL_NAME_REMAP,
                f"spec.ports[{position}].targetPort",
                number=port.number,
                target=port.target,
            )


def _is_filled_in(service: Service) -> bool:
    """Return whether Tailscale's operator replaces the external name, a mere placeholder."""
    annotations = mapping(mapping(service.manifest.get("metadata")).get("annotations"))
    return any(text(one).startswith("tailscale.com/tailnet-") for one in annotations)


def _lint_headless(service: Service, report: Report, *, is_routed: bool) -> None:
    for position, port in enumerate(service.ports):
        is_remap = isinstance(port.target, int) and port.target != port.number
        if is_remap and not is_routed:
            report.add(
                service.index,
                HEADLESS_REMAP,
                f"spec.ports[{position}].targetPort",
                number=port.number,
                target=port.target,
            )
    if service.spec.get("sessionAffinity") == "ClientIP":
        report.add(service.index, AFFINITY_HEADLESS, "spec.sessionAffinity")


def _lint_selectorless(service: Service, report: Report) -> None:
    named = [
        at
        for at, port in enumerate(service.ports)
        if isinstance(port.target, str) and not iana_service_name(port.target)
    ]
    for position in named if named and not service.is_global else ():
        target = service.ports[position].target
        path = f"spec.ports[{position}].targetPort"
        report.add(service.index, TARGET_PORT_NAME, path, target=quote(target))
    if service.spec.get("publishNotReadyAddresses") is True:
        report.add(service.index, PUBLISH_NOT_READY_IGNORED, "spec.publishNotReadyAddresses")


def cluster_ips(service: Service) -> Iterator[str]:
    """Return the addresses that a manifest asks for its Service."""
    for value in (service.spec.get("clusterIP"), *items(service.spec.get("clusterIPs"))):
        if text(value) not in {"", "None"}:
            yield text(value)
