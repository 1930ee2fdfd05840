"""Hazards of the environment variables that kubelet makes from Services and programs read."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...core.findings import quote
from ..object_set import ObjectSet, Workload
from ..untyped import items, mapping, text
from .hazard import Catalogue
from .report import Report

HAZARDS = Catalogue("Service")
SERVICE_LINKS = HAZARDS.hazard(
    "service-links",
    "kubelet sets {variable}=tcp://... in the Pods of {workload}, which read {read}: the"
    " program expects a port number",
    "set `enableServiceLinks: false` in the Pods, or {variable} yourself, or rename the Service",
    "A Service named like a program puts NAME_PORT=tcp://... into every Pod's environment.",
)

_NOT_OF_NAMES = re.compile(r"[-.]")
_HOST = "_HOST"


def lint_links(objects: ObjectSet, report: Report) -> None:
    """Report Services whose variables have names of settings that Pods of their namespace read."""
    for namespace, workloads in objects.workloads.items():
        linked = [
            (workload, set(_variables(workload.containers())))
            for workload in workloads
            if workload.pod.get("enableServiceLinks") is not False
        ]
        read: dict[str, tuple[Workload, str]] = {}
        for workload, names in linked:
            for name in sorted(set(_variables(_fully_shown(workload)))):
                stem = name.removesuffix(_HOST)
                is_host = stem != name and not _is_url(workload, name)
                if is_host and f"{stem}_PORT" not in names:
                    read.setdefault(stem, (workload, name))
        for key, service in objects.services.items() if read else ():
            stem = _NOT_OF_NAMES.sub("_", key[1].upper())
            if (
                key[0] == namespace
                and stem in read
                and not (service.is_headless or service.is_alias)
            ):
                workload, name = read[stem]
                report.add(
                    service.index,
                    SERVICE_LINKS,
                    "metadata.name",
                    variable=f"{stem}_PORT",
                    workload=quote(workload.name),
                    read=name,
                )


def _is_url(workload: Workload, name: str) -> bool:
    """Return whether a variable holds the port as well, as a URL does."""
    variables = _env(workload.containers())
    return any(":" in text(one.get("value")) for one in variables if one.get("name") == name)


def _variables(containers: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    return (text(one.get("name")) for one in _env(containers))


def _env(containers: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for container in containers:
        yield from map(mapping, items(container.get("env")))


def _fully_shown(workload: Workload) -> Iterator[Mapping[str, Any]]:
    """Yield the containers without `envFrom`, which may set any variable."""
    return (one for one in workload.containers() if not items(one.get("envFrom")))
