"""The hazard of names of SRV records that DNS does not have.

CoreDNS makes an SRV record for each port with a name: of the Service, or of the slices of a
headless one (`findServices` of its plugin kubernetes).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ...core.findings import quote
from ..object_set import ObjectSet, Service, Workload
from ..untyped import items, mapping, text
from .hazard import Catalogue
from .report import Report

HAZARDS = Catalogue("Service")
SRV_RECORD_MISSING = HAZARDS.hazard(
    "srv-record-missing",
    "the Pods of {workload} look up {name}, and the Service has no {protocol} port called {port}"
    " (it has {known}): DNS has no such record",
    "call the port {port}, or look up a name that it has",
    "DNS has SRV records only of ports with a name, under that name.",
)

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_NAME = re.compile(
    rf"(?<![\w.-])_({_LABEL})\._(tcp|udp|sctp)\.({_LABEL})((?:\.{_LABEL})*)(?![\w-]|\.?[\w${{(%<])",
    re.IGNORECASE,
)
"""The name of an SRV record, unless something fills in a part of it."""
_MARK = "._"
_OF_OTHER_CLUSTERS = "clusterset"


class _Record(NamedTuple):
    """The SRV record that some Pods look up."""

    shown: str
    port: str
    protocol: str
    service: str
    namespace: str


def lint_srv_names(objects: ObjectSet, report: Report) -> None:
    """Report Services that lack a port whose SRV record Pods of the set look up."""
    told: set[tuple[int, str, str]] = set()
    for home, workloads in objects.workloads.items():
        for workload in workloads:
            for record in _records(workload, home):
                service = objects.services.get((record.namespace, record.service))
                names = _names(service, objects) if service else set[tuple[str, str]]()
                wanted = record.port, record.protocol
                if (
                    service
                    and names
                    and wanted not in names
                    and (service.index, *wanted) not in told
                ):
                    told.add((service.index, *wanted))
                    _tell(service, record, workload, names, report)


def _tell(
    service: Service,
    record: _Record,
    workload: Workload,
    names: set[tuple[str, str]],
    report: Report,
) -> None:
    known = ", ".join(f"{quote(name)} for {protocol}" for name, protocol in sorted(names) if name)
    report.add(
        service.index,
        SRV_RECORD_MISSING,
        "spec.ports",
        workload=quote(workload.name),
        name=quote(record.shown),
        protocol=record.protocol,
        port=quote(record.port),
        known=known or "none with a name",
    )


def _names(service: Service, objects: ObjectSet) -> set[tuple[str, str]]:
    """Return name and protocol of the ports that have records; none if they are unknown."""
    own = {(port.name.lower(), port.protocol) for port in service.ports}
    if service.is_alias or not (service.is_headless and service.is_selectorless):
        return set() if service.is_alias else own
    groups = objects.groups.get(service.key, ())
    sliced = {(port.name.lower(), port.protocol) for group in groups for port in group.ports}
    return own | sliced if sliced else set()


def _records(workload: Workload, home: str) -> Iterator[_Record]:
    for value in filter(lambda one: _MARK in one, _texts(workload)):
        for found in _NAME.finditer(value):
            port, protocol, service, rest = (one.lower() for one in found.groups())
            namespace, *domain = rest.removeprefix(".").split(".")
            if not domain or (domain[0] == "svc" and _OF_OTHER_CLUSTERS not in domain):
                yield _Record(found[0], port, protocol.upper(), service, namespace or home)


def _texts(workload: Workload) -> Iterator[str]:
    """Yield the values of variables, and the commands and arguments, of all containers."""
    for container in workload.containers():
        yield from (text(mapping(one).get("value")) for one in items(container.get("env")))
        yield from map(text, items(container.get("command")))
        yield from map(text, items(container.get("args")))
