"""Hazards of an EndpointSlice made by hand, alone and beside its Service."""

from collections.abc import Callable, Mapping, Sequence

from ...core.findings import quote
from ...core.metadata import HEADLESS_LABEL, MANAGED_BY, MANAGED_BY_LABEL, SERVICE_NAME_LABEL
from ..object_set import API_SERVER, CONTROLLERS, Endpoint, ObjectSet, Service, Slice
from ..untyped import mapping, text
from .hazard import Catalogue
from .report import Report

HAZARDS = Catalogue("EndpointSlice")
SLICE_WITHOUT_SERVICE_NAME = HAZARDS.hazard(
    "slice-without-service-name",
    "a slice belongs to a Service by this label, not by its own name: without it no"
    " traffic goes to its endpoints",
    "set the label to the Service's name",
    "A slice without the service-name label belongs to no Service.",
)
SLICE_SERVICE_MISSING = HAZARDS.hazard(
    "slice-service-missing",
    "no traffic goes to these endpoints through {service}: {reason}",
    "set the label to the name of a Service of the slice's own namespace",
    "The Service that a slice is labelled for does not exist.",
)
SLICE_MANAGED_BY = HAZARDS.hazard(
    "slice-managed-by",
    "{manager} treats the slice as its own, and deletes or overwrites it",
    "set the label to your own name",
    "A slice is labelled as a controller's own, which deletes or changes it.",
)
SLICE_OVER_SELECTOR = HAZARDS.hazard(
    "slice-over-selector",
    "Service {service} has a selector: connections are spread over both its Pods and"
    " these endpoints",
    "leave the selector out, unless both are meant to serve",
    "Traffic is spread over both a Service's Pods and hand-made endpoints.",
)
SLICE_OF_EXTERNAL_NAME = HAZARDS.hazard(
    "slice-of-external-name",
    "Service {service} is an ExternalName: clients are sent to its external name, and"
    " no traffic goes to these endpoints",
    "declare the Service without `type: ExternalName`",
    "Endpoints of an ExternalName Service get no traffic.",
)
SLICE_OF_NAMES = HAZARDS.hazard(
    "slice-of-names",
    "kube-proxy ignores slices of type FQDN: no traffic goes to these names",
    "declare a Service of type ExternalName, or a slice of addresses",
    "kube-proxy ignores slices of names.",
)
SLICE_SUBSETS_FIELD = HAZARDS.hazard(
    "slice-subsets-field",
    "a slice has no such field: it is dropped, and no traffic goes to its contents",
    "write `endpoints` and `ports`",
    "A slice has no subsets: the field is dropped.",
)
SLICE_WITHOUT_PORTS = HAZARDS.hazard(
    "slice-without-ports",
    "kube-proxy ignores a slice without ports: no traffic goes to its endpoints",
    "name the Service's ports, each with the number at which the endpoints listen",
    "kube-proxy ignores a slice without ports.",
)
SLICE_PORT_NULL = HAZARDS.hazard(
    "slice-port-null",
    "kube-proxy ignores a port without a number: no traffic goes to it",
    "give the number at which the endpoints listen",
    "kube-proxy ignores a slice's port without a number.",
)
SLICE_READY_UNSET = HAZARDS.hazard(
    "slice-ready-unset",
    "{some} no `conditions.ready`: kube-proxy treats it as ready, and several controllers crash or"
    " skip the endpoint",
    "set `conditions.ready: true`",
    "Several controllers crash on endpoints without conditions.ready, or skip them.",
)
SLICE_MANY_ADDRESSES = HAZARDS.hazard(
    "slice-many-addresses",
    "{some} several addresses, and kube-proxy uses only the first",
    "give every address an endpoint of its own",
    "kube-proxy uses only the first address of an endpoint.",
)
HEADLESS_LABELLED = HAZARDS.hazard(
    "headless-label",
    "kube-proxy ignores slices with this label, and the Service is not headless: no"
    " traffic goes to these endpoints",
    "leave the label out",
    "kube-proxy ignores slices with the label of headless Services.",
)
MULTICAST = HAZARDS.hazard(
    "multicast",
    "a multicast address cannot be an endpoint: clients cannot connect to it",
    "give the backends' own addresses",
    "A multicast address cannot be an endpoint.",
)
CLUSTER_IP_ENDPOINT = HAZARDS.hazard(
    "cluster-ip-endpoint",
    "{address} is the cluster IP of Service {service}: kube-proxy does not send"
    " traffic from one cluster IP to another",
    "give the addresses that serve that Service, or let clients use it directly",
    "kube-proxy does not send traffic from one cluster IP to another.",
)

_LABEL = f"metadata.labels[{SERVICE_NAME_LABEL}]"


def lint_slice(one: Slice, objects: ObjectSet, virtual: Mapping[str, str], report: Report) -> None:
    """Report the hazards of a slice, with what is known of its Service.

    Args:
        one: The slice.
        objects: The whole set.
        virtual: The Service of each known cluster IP.
        report: Collects the findings.
    """
    service = objects.services.get(one.key)
    _lint_service_name(one, objects, report)
    _lint_labels(one, service, report)
    if service is not None:
        _lint_service(one, service, report)
    if one.group.family == "FQDN":
        report.add(one.index, SLICE_OF_NAMES, "addressType")
        return
    if one.manifest.get("subsets") is not None:
        report.add(one.index, SLICE_SUBSETS_FIELD, "subsets")
    _lint_ports(one, service, report)
    _lint_endpoints(one, service, virtual, report)


def _lint_service_name(one: Slice, objects: ObjectSet, report: Report) -> None:
    if not one.service:
        if one.labels.get(SERVICE_NAME_LABEL) in (None, ""):
            report.add(one.index, SLICE_WITHOUT_SERVICE_NAME, _LABEL)
    elif one.key != API_SERVER and (reason := objects.whereabouts(one.key)) is not None:
        report.add(
            one.index, SLICE_SERVICE_MISSING, _LABEL, service=quote(one.service), reason=reason
        )


def _lint_labels(one: Slice, service: Service | None, report: Report) -> None:
    manager = text(one.labels.get(MANAGED_BY_LABEL))
    if manager in CONTROLLERS:
        report.add(
            one.index, SLICE_MANAGED_BY, f"metadata.labels[{MANAGED_BY_LABEL}]", manager=manager
        )
    if service is not None and not service.is_headless and HEADLESS_LABEL in one.labels:
        report.add(one.index, HEADLESS_LABELLED, f"metadata.labels[{HEADLESS_LABEL}]")


def _lint_service(one: Slice, service: Service, report: Report) -> None:
    if service.is_alias:
        report.add(one.index, SLICE_OF_EXTERNAL_NAME, _LABEL, service=quote(one.service))
    elif service.selector and one.labels.get(MANAGED_BY_LABEL) != MANAGED_BY:
        report.add(one.index, SLICE_OVER_SELECTOR, _LABEL, service=quote(one.service))


def _lint_ports(one: Slice, service: Service | None, report: Report) -> None:
    if HEADLESS_LABEL in one.labels or (
        service is not None and (service.is_headless or service.is_alias)
    ):
        return
    for port in one.group.ports:
        if port.number is None and _is_null(one, port.path):
            report.add(one.index, SLICE_PORT_NULL, f"{port.path}.port")
    if service is not None and one.group.endpoints and not one.group.ports:
        report.add(one.index, SLICE_WITHOUT_PORTS, "ports")


def _is_null(one: Slice, path: str) -> bool:
    """Return whether the number is absent; a number of another type is an error."""
    position = int(path.removeprefix("ports[").removesuffix("]"))
    return mapping(one.manifest["ports"][position]).get("port") is None


def _lint_endpoints(
    one: Slice, service: Service | None, virtual: Mapping[str, str], report: Report
) -> None:
    endpoints = one.group.endpoints
    if HEADLESS_LABEL not in one.labels and (service is None or not service.is_headless):
        several = [endpoint for endpoint in endpoints if endpoint.size > 1]
        if several:
            report.add(
                one.index,
                SLICE_MANY_ADDRESSES,
                f"{several[0].path}.addresses",
                some=_some(len(several), len(endpoints)),
            )
    unset = [endpoint for endpoint in endpoints if not endpoint.has_ready]
    if unset:
        report.add(
            one.index,
            SLICE_READY_UNSET,
            f"{unset[0].path}.conditions.ready",
            some=_some(len(unset), len(endpoints)),
        )
    lint_addresses(one.index, endpoints, virtual, _place_in_slice, report)


def _place_in_slice(endpoint: Endpoint) -> str:
    return f"{endpoint.path}.addresses[0]"


def lint_addresses(
    index: int,
    endpoints: Sequence[Endpoint],
    virtual: Mapping[str, str],
    place: Callable[[Endpoint], str],
    report: Report,
) -> None:
    """Report addresses that nothing can connect to, the first of each kind."""
    found = [endpoint for endpoint in endpoints if is_multicast(endpoint.address)]
    if found:
        report.add(index, MULTICAST, place(found[0]))
    if not virtual:
        return
    looped = [endpoint for endpoint in endpoints if endpoint.address in virtual]
    if looped:
        address = looped[0].address
        report.add(
            index,
            CLUSTER_IP_ENDPOINT,
            place(looped[0]),
            address=quote(address),
            service=virtual[address],
        )


def is_multicast(address: str) -> bool:
    """Return whether an address is multicast, apart from link-local, which is an error."""
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
