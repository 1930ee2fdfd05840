"""Hazards of ExternalName Services: names that lead back to the alias, or to no address."""

from collections.abc import Mapping

from ...core.findings import quote
from ..object_set import Key, ObjectSet, Service
from ..untyped import text
from .hazard import Catalogue
from .report import Report

HAZARDS = Catalogue("ExternalName")
EXTERNAL_NAME_SELF = HAZARDS.hazard(
    "external-name-self",
    "the alias points to itself: its name has no address",
    "name the intended server",
    "An alias of itself has no address.",
)
EXTERNAL_NAME_RING = HAZARDS.hazard(
    "external-name-ring",
    "the alias points back to itself through {way}: none of these names has an address",
    "let one of them name a server",
    "Aliases that point to one another in a ring have no address.",
)
EXTERNAL_NAME_MISSING = HAZARDS.hazard(
    "external-name-missing",
    "the alias points to a Service that does not exist: {reason}",
    "name a Service of the set, or declare it",
    "The Service that an alias points to does not exist.",
)
EXTERNAL_NAME_LOCALHOST = HAZARDS.hazard(
    "external-name-localhost",
    "localhost is the client itself: its connections never leave its own Pod, and ingress-nginx"
    " refuses the name",
    "name the intended server",
    "localhost is the client itself.",
)
EXTERNAL_NAME_PARTIAL = HAZARDS.hazard(
    "external-name-partial",
    "search domains do not apply to the target of an alias: {name} is looked up as is, and"
    " no DNS server has it",
    "write the full name, with the cluster domain: {name}.cluster.local",
    "Search domains do not apply to the target of an alias.",
)

_FIELD = "spec.externalName"
_LONGEST_RING = 16


def lint_aliases(objects: ObjectSet, report: Report) -> None:
    """Report the ExternalName Services of a set whose names lead to no address."""
    targets = {
        key: target
        for key, service in objects.services.items()
        if service.is_alias and (target := _target(service))
    }
    for key, service in objects.services.items():
        if not service.is_alias:
            continue
        name = text(service.spec.get("externalName")).removesuffix(".").lower()
        if name == "localhost":
            report.add(service.index, EXTERNAL_NAME_LOCALHOST, _FIELD)
        elif name.endswith(".svc"):
            report.add(service.index, EXTERNAL_NAME_PARTIAL, _FIELD, name=name)
        elif key in targets:
            _follow(key, service, targets, objects, report)


def _follow(
    key: Key, service: Service, targets: Mapping[Key, Key], objects: ObjectSet, report: Report
) -> None:
    target = targets[key]
    if target == key:
        report.add(service.index, EXTERNAL_NAME_SELF, _FIELD)
        return
    way = [target]
    while len(way) < _LONGEST_RING and way[-1] in targets and way[-1] != key:
        way.append(targets[way[-1]])
    if way[-1] == key:
        names = ", ".join(quote(name) for _, name in way[:-1])
        report.add(service.index, EXTERNAL_NAME_RING, _FIELD, way=names)
    elif target[0] == key[0] and target[1] not in objects.homes:
        reason = objects.whereabouts(target)
        if reason is not None:
            report.add(service.index, EXTERNAL_NAME_MISSING, _FIELD, reason=reason)


def _target(service: Service) -> Key | None:
    """Return the Service that an alias points at, if its name is a name of the cluster."""
    name, svc, domain = (
        text(service.spec.get("externalName")).removesuffix(".").lower().partition(".svc.")
    )
    service_name, dot, namespace = name.partition(".")
    if not (svc and domain and dot) or "." in namespace:
        return None
    return namespace, service_name
