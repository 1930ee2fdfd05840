"""Hazards of an EndpointSlice made by hand, alone and beside its Service."""

from collections.abc import Callable, Mapping, Sequence

from ...findings import quote
from ...metadata import HEADLESS_LABEL, MANAGED_BY, MANAGED_BY_LABEL, SERVICE_NAME_LABEL
from ..objects import CONTROLLERS, Endpoint, ObjectSet, Service, Slice
from ..untyped import mapping, text
from .report import Report

HAZARDS = {
    "slice-without-service-name": "A slice without the service-name label belongs to no Service.",
    "slice-service-missing": "The Service that a slice is labelled for is not there.",
    "slice-managed-by": "A slice is labelled as one of a controller, which deletes or changes it.",
    "slice-over-selector": "Traffic is spread over a Service's Pods and hand-made endpoints alike.",
    "slice-of-external-name": "Endpoints of an ExternalName Service get no traffic.",
    "slice-of-names": "kube-proxy ignores slices of names.",
    "slice-subsets-field": "A slice has no subsets: the field is dropped.",
    "slice-without-ports": "kube-proxy ignores a slice without ports.",
    "slice-port-null": "kube-proxy ignores a slice's port without a number.",
    "slice-many-addresses": "kube-proxy uses the first address of an endpoint alone.",
    "headless-label": "kube-proxy ignores slices with the label of headless Services.",
    "multicast": "A multicast address is no endpoint that a connection can be made to.",
    "cluster-ip-endpoint": "kube-proxy does not send traffic from one cluster IP to another.",
}

_LABEL = f"metadata.labels[{SERVICE_NAME_LABEL}]"


def look_at_slice(
    one: Slice, objects: ObjectSet, virtual: Mapping[str, str], report: Report
) -> None:
    """Report what a slice tells of, with what is known of its Service.

    Args:
        one: The slice.
        objects: The whole set.
        virtual: The Services of all known cluster IPs.
        report: Takes the findings.
    """
    service = objects.services.get(one.key)
    _look_at_service_name(one, objects, report)
    _look_at_labels(one, service, report)
    if service is not None:
        _look_at_service(one, service, report)
    if one.group.family == "FQDN":
        report.add(
            one.index,
            "slice-of-names",
            "addressType",
            "kube-proxy ignores slices of type FQDN: no traffic goes to these names",
            "declare a Service of type ExternalName, or a slice of addresses",
        )
        return
    if one.manifest.get("subsets") is not None:
        report.add(
            one.index,
            "slice-subsets-field",
            "subsets",
            "a slice has no such field: it is dropped, and no traffic goes to what it holds",
            "write `endpoints` and `ports`",
        )
    _look_at_ports(one, service, report)
    _look_at_endpoints(one, service, virtual, report)


def _look_at_service_name(one: Slice, objects: ObjectSet, report: Report) -> None:
    if not one.service:
        if one.labels.get(SERVICE_NAME_LABEL) in (None, ""):
            report.add(
                one.index,
                "slice-without-service-name",
                _LABEL,
                "a slice belongs to a Service by this label, not by its own name: without it no"
                " traffic goes to its endpoints",
                "set the label to the Service's name",
            )
    elif (reason := objects.whereabouts(one.key)) is not None:
        report.add(
            one.index,
            "slice-service-missing",
            _LABEL,
            f"no traffic goes to these endpoints by {quote(one.service)}: {reason}",
            "set the label to the name of a Service of the slice's own namespace",
        )


def _look_at_labels(one: Slice, service: Service | None, report: Report) -> None:
    manager = text(one.labels.get(MANAGED_BY_LABEL))
    if manager in CONTROLLERS:
        report.add(
            one.index,
            "slice-managed-by",
            f"metadata.labels[{MANAGED_BY_LABEL}]",
            f"{manager} takes the slice for one of its own, and deletes or overwrites it",
            "set the label to a name of your own",
        )
    if service is not None and not service.is_headless and HEADLESS_LABEL in one.labels:
        report.add(
            one.index,
            "headless-label",
            f"metadata.labels[{HEADLESS_LABEL}]",
            "kube-proxy ignores slices with this label, and the Service is not headless: no traffic"
            " goes to these endpoints",
            "leave the label out",
        )


def _look_at_service(one: Slice, service: Service, report: Report) -> None:
    if service.is_alias:
        report.add(
            one.index,
            "slice-of-external-name",
            _LABEL,
            f"Service {quote(one.service)} is an ExternalName: clients are sent to its external"
            " name, and no traffic goes to these endpoints",
            "declare the Service without `type: ExternalName`",
        )
    elif service.selector and one.labels.get(MANAGED_BY_LABEL) != MANAGED_BY:
        report.add(
            one.index,
            "slice-over-selector",
            _LABEL,
            f"Service {quote(one.service)} has a selector: connections are spread over its Pods and"
            " these endpoints alike",
            "leave the selector out, unless both are meant to serve",
        )


def _look_at_ports(one: Slice, service: Service | None, report: Report) -> None:
    if HEADLESS_LABEL in one.labels or (
        service is not None and (service.is_headless or service.is_alias)
    ):
        return
    for port in one.group.ports:
        if port.number is None and _is_null(one, port.path):
            report.add(
                one.index,
                "slice-port-null",
                f"{port.path}.port",
                "kube-proxy ignores a port without a number: no traffic goes to it",
                "give the number at which the endpoints listen",
            )
    if service is not None and one.group.endpoints and not one.group.ports:
        report.add(
            one.index,
            "slice-without-ports",
            "ports",
            "kube-proxy ignores a slice without ports: no traffic goes to its endpoints",
            "name the Service's ports, each with the number at which the endpoints listen",
        )


def _is_null(one: Slice, path: str) -> bool:
    """Tell whether the number is not given, for one of another type is an error."""
    position = int(path.removeprefix("ports[").removesuffix("]"))
    return mapping(one.manifest["ports"][position]).get("port") is None


def _look_at_endpoints(
    one: Slice, service: Service | None, virtual: Mapping[str, str], report: Report
) -> None:
    endpoints = one.group.endpoints
    if HEADLESS_LABEL not in one.labels and (service is None or not service.is_headless):
        several = [endpoint for endpoint in endpoints if endpoint.size > 1]
        if several:
            report.add(
                one.index,
                "slice-many-addresses",
                f"{several[0].path}.addresses",
                f"{_some(len(several), len(endpoints))} several addresses, of which kube-proxy uses"
                " the first alone",
                "give every address an endpoint of its own",
            )
    look_at_addresses(one.index, endpoints, virtual, _place_in_slice, report)


def _place_in_slice(endpoint: Endpoint) -> str:
    return f"{endpoint.path}.addresses[0]"


def look_at_addresses(
    index: int,
    endpoints: Sequence[Endpoint],
    virtual: Mapping[str, str],
    place: Callable[[Endpoint], str],
    report: Report,
) -> None:
    """Report addresses to which no connection can be made, the first of each kind."""
    found = [endpoint for endpoint in endpoints if _is_multicast(endpoint.address)]
    if found:
        report.add(
            index,
            "multicast",
            place(found[0]),
            f"{quote(found[0].address)} is multicast: no connection can be made to it",
            "give the backends' own addresses",
        )
    if not virtual:
        return
    looped = [endpoint for endpoint in endpoints if endpoint.address in virtual]
    if looped:
        address = looped[0].address
        report.add(
            index,
            "cluster-ip-endpoint",
            place(looped[0]),
            f"{quote(address)} is the cluster IP of Service {virtual[address]}: kube-proxy does not"
            " send traffic from one cluster IP to another",
            "give the addresses that serve that Service, or let clients use it directly",
        )


def _is_multicast(address: str) -> bool:
    """Tell whether an address is multicast, apart from link-local, which is an error."""
    if ":" in address:
        start = address[:4].lower()
        return start[:2] == "ff" and start[3:] != "2" and address[4:5] == ":"
    first, _, rest = address.partition(".")
    return first in _MULTICAST and not (first == "224" and rest.startswith("0.0."))


_MULTICAST = frozenset(map(str, range(224, 240)))
"""The first octets of 224.0.0.0/4 (RFC 5771)."""


def _some(count: int, total: int) -> str:
    if count == total == 1:
        return "the endpoint has"
    return f"{count} of {total} endpoints {'has' if count == 1 else 'have'}"
