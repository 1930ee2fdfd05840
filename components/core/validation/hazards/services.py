"""Hazards of a Service that its own manifest tells of."""

from collections.abc import Iterator

from ...findings import quote
from ..ip import parse_sloppy_ip
from ..objects import Service
from ..untyped import items, text
from .report import Report

HAZARDS = {
    "service-endpoints-field": "A Service holds no endpoints: the field is dropped.",
    "external-name-ignored": "externalName has no effect on a type other than ExternalName.",
    "external-name-address": "The cluster's DNS does not resolve an external name like an address.",
    "external-name-single-label": "An external name of one label is a top-level domain to DNS.",
    "external-name-remap": "A DNS alias maps no ports.",
    "headless-remap": "A headless Service maps no ports.",
    "target-port-name": "Without a selector there are no Pods to give a port's name a number.",
    "affinity-headless": "Session affinity has no effect on a headless Service.",
    "publish-not-ready-ignored": "publishNotReadyAddresses has no effect without a selector.",
}

_NOT_FIELDS = ("endpoints", "endpoint", "endpointSlices", "addresses", "subsets", "backends")


def look_at_service(service: Service, report: Report) -> None:
    """Report what one Service tells of."""
    for path in _not_fields(service):
        report.add(
            service.index,
            "service-endpoints-field",
            path,
            "a Service has no such field: it is dropped, and no traffic goes to what it holds",
            "declare an EndpointSlice with the label kubernetes.io/service-name",
        )
    if service.is_alias:
        _look_at_alias(service, report)
        return
    spec = service.spec
    if text(spec.get("externalName")):
        report.add(
            service.index,
            "external-name-ignored",
            "spec.externalName",
            f"externalName has no effect on a Service of type {quote(service.type)}",
            "set `type: ExternalName`, or leave externalName out",
        )
    if service.is_headless:
        _look_at_headless(service, report)
    if service.is_selectorless:
        _look_at_selectorless(service, report)


def _not_fields(service: Service) -> Iterator[str]:
    for field in _NOT_FIELDS:
        if service.spec.get(field) is not None:
            yield f"spec.{field}"
        if service.manifest.get(field) is not None:
            yield field


def _look_at_alias(service: Service, report: Report) -> None:
    given = text(service.spec.get("externalName"))
    name = given.removesuffix(".")
    if parse_sloppy_ip(name) is not None:
        report.add(
            service.index,
            "external-name-address",
            "spec.externalName",
            "an external name that looks like an IP address is not resolved by the cluster's DNS",
            "declare a Service without a selector, and an EndpointSlice with the address",
        )
    elif name and "." not in name:
        report.add(
            service.index,
            "external-name-single-label",
            "spec.externalName",
            f"{quote(given)} is a top-level domain to DNS: search domains do not apply to it",
            "give the fully qualified name",
        )
    for position, port in enumerate(service.ports):
        if isinstance(port.target, int) and port.target != port.number:
            report.add(
                service.index,
                "external-name-remap",
                f"spec.ports[{position}].targetPort",
                f"an alias in DNS maps no ports: clients that connect to {port.number} reach"
                f" {port.number} of the external name, not {port.target}",
                "let clients connect to the port of the external name",
            )


def _look_at_headless(service: Service, report: Report) -> None:
    for position, port in enumerate(service.ports):
        if isinstance(port.target, int) and port.target != port.number:
            report.add(
                service.index,
                "headless-remap",
                f"spec.ports[{position}].targetPort",
                f"a headless Service maps no ports: clients that connect to {port.number} reach"
                f" {port.number} of the endpoints, not {port.target}",
                "give port and targetPort the same number, or leave `clusterIP: None` out",
            )
    if service.spec.get("sessionAffinity") == "ClientIP":
        report.add(
            service.index,
            "affinity-headless",
            "spec.sessionAffinity",
            "session affinity has no effect on a headless Service: its clients choose among the"
            " addresses",
            "leave sessionAffinity out, or leave `clusterIP: None` out",
        )


def _look_at_selectorless(service: Service, report: Report) -> None:
    for position, port in enumerate(service.ports):
        if isinstance(port.target, str):
            report.add(
                service.index,
                "target-port-name",
                f"spec.ports[{position}].targetPort",
                f"no Pod gives the name {quote(port.target)} a number: kube-proxy dials the port of"
                " the slices whatever it says, and what does read it finds nothing",
                "write the port's number",
            )
    if service.spec.get("publishNotReadyAddresses") is True:
        report.add(
            service.index,
            "publish-not-ready-ignored",
            "spec.publishNotReadyAddresses",
            "publishNotReadyAddresses is for the controller that makes slices of Pods: hand-made"
            " endpoints get traffic by their own conditions",
            "set `conditions.ready` of the endpoints",
        )


def cluster_ips(service: Service) -> Iterator[str]:
    """Give the addresses that a manifest asks for its Service."""
    for value in (service.spec.get("clusterIP"), *items(service.spec.get("clusterIPs"))):
        if text(value) not in {"", "None"}:
            yield text(value)
