"""Hazards of an Ingress: backends that do not exist."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from ...core.findings import quote
from ..object_set import Key, ObjectSet, Service
from ..untyped import items, mapping, number, text
from .hazard import Catalogue
from .report import Report
from .server_warnings import CLASS_ANNOTATION

HAZARDS = Catalogue("Ingress")
INGRESS_SERVICE_MISSING = HAZARDS.hazard(
    "ingress-service-missing",
    "requests for {service} are answered with an error: {reason}",
    "correct the name, or move the Ingress to the namespace of the Service: it cannot point at"
    " another one",
    "The Service that an Ingress points at does not exist.",
)
INGRESS_PORT_MISSING = HAZARDS.hazard(
    "ingress-port-missing",
    "Service {service} has no port {port} (it has {known}): requests are answered with an error",
    "{remedy}",
    "The Service that an Ingress points at has no such port.",
)
INGRESS_EXTERNAL_NAME = HAZARDS.hazard(
    "ingress-external-name",
    "Service {service} is an ExternalName, which has no endpoints: many controllers"
    " refuse it or answer with an error",
    "{remedy}",
    "Many controllers send no traffic to an ExternalName Service.",
)
INGRESS_PORT_TOO_LONG = HAZARDS.hazard(
    "ingress-port-too-long",
    "an Ingress points at port {name}, but cannot name a port of more than"
    " {longest_name} characters",
    "shorten the name, or use the port's number",
    "An Ingress cannot name a Service's port of more than 15 characters.",
)

_LONGEST_NAME = 15
_NEAR = 0.8
"""The similarity, 0 to 1, from which one name counts as a misspelling of another."""
_MOST_COMPARED = 200
_MOST_SHOWN = 3
ADD_PORT = "add the port to the Service"
"""The remedy for a Service without ports."""
_ALB_ACTION = "alb.ingress.kubernetes.io/actions."
_DIGITS = re.compile(r"\d+")


def lint_ingress(
    index: int, namespace: str, spec: Mapping[str, Any], objects: ObjectSet, report: Report
) -> None:
    """Report backends of an Ingress that lead nowhere."""
    metadata = mapping(mapping(objects.manifests[index]).get("metadata"))
    annotations = mapping(metadata.get("annotations"))
    annotated = text(annotations.get(CLASS_ANNOTATION))
    is_nginx = "nginx" in (text(spec.get("ingressClassName")) or annotated)
    for path, given in _backends(spec):
        backend = mapping(given.get("service"))
        if _is_action(backend, annotations):
            continue
        key = namespace, text(backend.get("name"))
        service = objects.services.get(key)
        if service is not None:
            if service.is_alias and not is_nginx:
                _tell_alias(index, f"{path}.service.name", service, report)
            if service.ports or not (service.is_alias and is_nginx):
                port = mapping(backend.get("port"))
                _lint_port(index, f"{path}.service.port", port, service, report)
        elif key[1] and (reason := missing_reason(key, objects)):
            report.add(
                index,
                INGRESS_SERVICE_MISSING,
                f"{path}.service.name",
                service=quote(key[1]),
                reason=reason,
            )


def service_names(spec: Mapping[str, Any]) -> set[str]:
    """Return the names of the Services that an Ingress points at."""
    return {text(mapping(given.get("service")).get("name")) for _, given in _backends(spec)}


def missing_reason(key: Key, objects: ObjectSet) -> str:
    """Return why a Service does not exist; nothing if a chart or another folder may create it.

    A Service with nearly the same name in the same namespace shows that the name is wrong, unless
    the names differ only in digits, as those of versions do.
    """
    reason = objects.whereabouts(key)
    if reason is None:
        return ""
    if key[1] in objects.homes:
        return reason
    names = [name for namespace, name in objects.services if namespace == key[0]]
    near = get_close_matches(key[1], names[:_MOST_COMPARED], 1, _NEAR)
    if not near or _without_digits(near[0]) == _without_digits(key[1]):
        return ""
    return f"{reason}, but {quote(near[0])}"


def _without_digits(name: str) -> str:
    return _DIGITS.sub("", name)


def _backends(spec: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "spec.defaultBackend", mapping(spec.get("defaultBackend"))
    for position, rule in enumerate(map(mapping, items(spec.get("rules")))):
        paths = items(mapping(rule.get("http")).get("paths"))
        for place, path in enumerate(map(mapping, paths)):
            where = f"spec.rules[{position}].http.paths[{place}].backend"
            yield where, mapping(path.get("backend"))


def _is_action(backend: Mapping[str, Any], annotations: Mapping[str, Any]) -> bool:
    """Return whether AWS's controller takes the backend from an annotation with its name."""
    is_annotated = f"{_ALB_ACTION}{text(backend.get('name'))}" in annotations
    return is_annotated and mapping(backend.get("port")).get("name") == "use-annotation"


def _tell_alias(index: int, path: str, service: Service, report: Report) -> None:
    name = text(service.spec.get("externalName")).removesuffix(".")
    if name.endswith(".svc") or ".svc." in name:
        remedy = "move the Ingress to the namespace of that Service, and point at it"
    else:
        remedy = (
            "use a controller that takes it (ingress-nginx does, Traefik with"
            " allowExternalNameServices); where the addresses are fixed, declare a Service without"
            " a selector, and EndpointSlices"
        )
    report.add(index, INGRESS_EXTERNAL_NAME, path, service=quote(service.key[1]), remedy=remedy)


def _lint_port(
    index: int, path: str, port: Mapping[str, Any], service: Service, report: Report
) -> None:
    wanted, name = number(port.get("number")), text(port.get("name"))
    if wanted and not name:
        if any(one.number == wanted for one in service.ports):
            return
        mapped = any(one.target == wanted for one in service.ports)
        remedy = "write the Service's port, not its targetPort" if mapped else "write one of those"
        known = _numbers(service), remedy
        _tell_port(index, f"{path}.number", str(wanted), service, known, report)
    elif name and not wanted:
        found = [place for place, one in enumerate(service.ports) if one.name == name]
        if not found:
            _tell_port(index, f"{path}.name", quote(name), service, _names(name, service), report)
        elif len(name.encode("utf-8", "replace")) > _LONGEST_NAME:
            report.add(
                service.index,
                INGRESS_PORT_TOO_LONG,
                f"spec.ports[{found[0]}].name",
                name=quote(name),
                longest_name=_LONGEST_NAME,
            )


def _names(wanted: str, service: Service) -> tuple[str, str]:
    """Return the names of the Service's ports, or their numbers, and what to write instead."""
    named = ", ".join(quote(one.name) for one in service.ports[:_MOST_SHOWN] if one.name)
    if not named:
        return _numbers(service), "write the port's number"
    mapped = any(one.target == wanted for one in service.ports)
    return named, "write the port's name" + (", not its targetPort" if mapped else " or number")


def _numbers(service: Service) -> str:
    return ", ".join(str(one.number) for one in service.ports[:_MOST_SHOWN]) or "none"


def _tell_port(
    index: int, path: str, port: str, service: Service, known: tuple[str, str], report: Report
) -> None:
    report.add(
        index,
        INGRESS_PORT_MISSING,
        path,
        service=quote(service.key[1]),
        port=port,
        known=known[0],
        remedy=known[1] if service.ports else ADD_PORT,
    )
