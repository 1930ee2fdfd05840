"""Hazards of Gateway API routes: backends that do not exist."""

from collections.abc import Iterator, Mapping
from typing import Any

from ...core.findings import quote
from ...core.syntax import dns_1035_label
from ..object_set import ObjectSet, Service
from ..untyped import items, mapping, number, text
from .hazard import Catalogue
from .ingresses import ADD_PORT, missing_reason
from .report import Report

HAZARDS = Catalogue("A route of the Gateway API")
ROUTE_SERVICE_MISSING = HAZARDS.hazard(
    "route-service-missing",
    "what is for {service} is answered with an error: {reason}",
    "correct the name, or give the `namespace` of the Service",
    "The Service that a route of a Gateway points at does not exist.",
)
ROUTE_PORT_MISSING = HAZARDS.hazard(
    "route-port-missing",
    "Service {service} has no port {port} (it has {known}): requests are answered with an error",
    "{remedy}",
    "The Service that a route of a Gateway points at has no such port.",
)
ROUTE_EXTERNAL_NAME = HAZARDS.hazard(
    "route-external-name",
    "Service {service} is an ExternalName, which has no endpoints: many Gateway controllers refuse"
    " it",
    "use a controller that takes it, such as NGINX Gateway Fabric; where the addresses are fixed,"
    " declare a Service without a selector, and EndpointSlices",
    "Many Gateway controllers send no traffic to an ExternalName Service.",
)

ROUTES = frozenset({"HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"})
"""The kinds of routes that are read."""


def lint_route(
    index: int, namespace: str, spec: Mapping[str, Any], objects: ObjectSet, report: Report
) -> None:
    """Report backends of a route that lead nowhere."""
    takes_aliases = _is_of_nginx(spec, objects)
    for path, backend in _backends(spec):
        name = text(backend.get("name"))
        key = text(backend.get("namespace")) or namespace, name
        service = objects.services.get(key)
        if service is None:
            if name and (reason := missing_reason(key, objects)):
                words = {"service": quote(name), "reason": reason}
                report.add(index, ROUTE_SERVICE_MISSING, f"{path}.name", **words)
            continue
        if service.is_alias:
            if not takes_aliases and not dns_1035_label(name):  # a template's name is an error
                report.add(index, ROUTE_EXTERNAL_NAME, f"{path}.name", service=quote(name))
            continue
        wanted = number(backend.get("port"))
        if wanted and all(one.number != wanted for one in service.ports):
            report.add(
                index,
                ROUTE_PORT_MISSING,
                f"{path}.port",
                service=quote(name),
                port=wanted,
                known=", ".join(str(one.number) for one in service.ports[:3]) or "none",
                remedy=_remedy(wanted, service),
            )


def _remedy(wanted: int, service: Service) -> str:
    if not service.ports:
        return ADD_PORT
    if any(one.target == wanted for one in service.ports):
        return "write the Service's port, not its targetPort"
    return "write the number of a port of the Service"


def _is_of_nginx(spec: Mapping[str, Any], objects: ObjectSet) -> bool:
    """Return whether a route has a Gateway of NGINX, which resolves external names itself."""
    gateways = {text(mapping(one).get("name")) for one in items(spec.get("parentRefs"))}
    return any(
        name in gateways and "nginx" in class_name for name, class_name in objects.gateway_classes
    )


def _backends(spec: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the Services that a route points at, with their fields."""
    for position, rule in enumerate(map(mapping, items(spec.get("rules")))):
        for place, backend in enumerate(map(mapping, items(rule.get("backendRefs")))):
            if text(backend.get("kind")) in {"", "Service"} and not text(backend.get("group")):
                yield f"spec.rules[{position}].backendRefs[{place}]", backend
