"""Hazards of a selectorless Service whose ports do not match those of its endpoints.

kube-proxy matches a Service's port with ports of slices by name and protocol, not by number
(`endpointInfoByServicePort`).
"""

from collections.abc import Sequence

from ...core.findings import quote
from ..object_set import EndpointPort, ExposedPort, Group, Service
from .hazard import Catalogue
from .report import Report
from .services import HEADLESS_REMAP

HAZARDS = Catalogue("A Service and its endpoints")
SERVICE_PORT_UNSERVED = HAZARDS.hazard(
    "service-port-unserved",
    "no slice has a port {port}: connections to {number} are refused (the slices have {found})",
    "give the port of the slices the name of the Service's port",
    "No slice has a port of the name that a Service's port has.",
)
PORT_PROTOCOL = HAZARDS.hazard(
    "port-protocol",
    "the slices have port {port} for {others} alone: connections to {number}/{protocol} are"
    " refused",
    "give both the same protocol, TCP by default",
    "The slices have a Service's port with another protocol.",
)
PORT_UNNAMED = HAZARDS.hazard(
    "port-unnamed",
    "the port has {has} in the slices: connections to {number} are refused",
    "give both the same name",
    "A port has a name in the Service or in its slices, and none in the other.",
)
SLICE_PORT_UNMATCHED = HAZARDS.hazard(
    "slice-port-unmatched",
    "Service {service} has no port {port}: no traffic goes to this one",
    "{remedy}",
    "The Service has no port of the name and protocol of a slice's port.",
)
TARGET_PORT_IGNORED = HAZARDS.hazard(
    "target-port-ignored",
    "the port of the slices is dialled, {shown}, and not {target}",
    "give the port of the slices the number of targetPort",
    "The ports of slices are dialled, not the Service's targetPort.",
)
_HEADLESS_SLICE_REMAP = HEADLESS_REMAP.saying(
    "a headless Service maps no ports: clients that connect to {number} reach"
    " {number} of the endpoints, not {other}",
    "give both the same number, or leave `clusterIP: None` out",
)


def lint_ports(service: Service, groups: Sequence[Group], report: Report) -> None:
    """Report ports of a selectorless Service or its endpoints to which no traffic goes."""
    if service.is_headless:
        _lint_headless(service, groups, report)
        return
    numbers = _numbers(groups)
    if not numbers:
        return
    explained = _lint_service(service, numbers, report)
    known = {(port.name, port.protocol) for port in service.ports}
    for group in groups:
        for port in group.ports:
            if (port.name, port.protocol) not in known and port.name not in explained:
                report.add(
                    group.index,
                    SLICE_PORT_UNMATCHED,
                    f"{port.path}.name",
                    service=quote(service.key[1]),
                    port=_name(port),
                    remedy=_remedy(port, service),
                )


def _numbers(groups: Sequence[Group]) -> dict[str, dict[str, set[int | None]]]:
    """Return the numbers of all ports by name and protocol."""
    numbers: dict[str, dict[str, set[int | None]]] = {}
    for group in groups:
        for port in group.ports:
            numbers.setdefault(port.name, {}).setdefault(port.protocol, set()).add(port.number)
    return numbers


def _lint_service(
    service: Service, numbers: dict[str, dict[str, set[int | None]]], report: Report
) -> set[str]:
    """Report ports that nothing serves; return the names of slices' ports that this explains."""
    explained: set[str] = set()
    names = {port.name for port in service.ports}
    for position, port in enumerate(service.ports):
        path = f"spec.ports[{position}]"
        protocols = numbers.get(port.name)
        if protocols is not None and port.protocol in protocols:
            _lint_target(service, port, path, protocols[port.protocol], report)
        elif protocols is not None:
            explained.add(port.name)
            report.add(
                service.index,
                PORT_PROTOCOL,
                f"{path}.protocol",
                port=_name(port),
                others=" and ".join(sorted(protocols)),
                number=port.number,
                protocol=port.protocol,
            )
        elif not port.name or "" in numbers:
            explained |= {""} if port.name else numbers.keys() - names
            has = "no name in the Service, and one" if not port.name else "a name, and none"
            report.add(service.index, PORT_UNNAMED, f"{path}.name", has=has, number=port.number)
        else:
            found = ", ".join(quote(name) for name in sorted(numbers)[:3])
            report.add(
                service.index,
                SERVICE_PORT_UNSERVED,
                path,
                port=_name(port),
                number=port.number,
                found=found,
            )
    return explained


def _lint_target(
    service: Service,
    port: ExposedPort,
    path: str,
    dialled: set[int | None],
    report: Report,
) -> None:
    target = port.target
    if not isinstance(target, int) or target == port.number or None in dialled:
        return
    if target not in dialled:
        shown = ", ".join(map(str, sorted(one for one in dialled if one is not None)[:3]))
        report.add(
            service.index, TARGET_PORT_IGNORED, f"{path}.targetPort", shown=shown, target=target
        )


def _lint_headless(service: Service, groups: Sequence[Group], report: Report) -> None:
    """Report mapped ports, because clients of a headless Service connect to its endpoints."""
    ports = {(port.name, port.protocol): port for port in service.ports}
    for group in groups:
        for one in group.ports:
            port = ports.get((one.name, one.protocol))
            if port is None or one.number is None or one.number in (port.number, port.target):
                continue
            report.add(
                group.index,
                _HEADLESS_SLICE_REMAP,
                f"{one.path}.port",
                number=port.number,
                other=one.number,
            )


def _name(port: ExposedPort | EndpointPort) -> str:
    return quote(port.name) if port.name else "without a name"


def _remedy(port: EndpointPort, service: Service) -> str:
    if any(port.name and one.target == port.name for one in service.ports):
        return "write the name of the Service's port, not that of its targetPort"
    return "give it the name and protocol of the Service's port"
