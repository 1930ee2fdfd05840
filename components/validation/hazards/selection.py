"""Hazards of selectors that match no Pods, and of target ports that no container has."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.findings import quote
from ...core.syntax import iana_service_name
from ..object_set import ObjectSet, Service, Workload
from ..untyped import text
from .hazard import Catalogue
from .report import Report

HAZARDS = Catalogue("A Service and its Pods")
SELECTOR_SELECTS_NOTHING = HAZARDS.hazard(
    "selector-selects-nothing",
    "no Pods of the set have these labels, and {workload} has {labels}: the Service has no"
    " endpoints",
    "select the labels of the Pods, which are those of the template",
    "The selector of a Service matches no Pods, and nearly those of a workload.",
)
TARGET_PORT_UNKNOWN = HAZARDS.hazard(
    "target-port-unknown",
    "no container of {workload} has a port {name}: the Service has no endpoints for it",
    "write the name of a port of the containers, or its number",
    "No container of the selected Pods has a port of that name.",
)

_OF_CONTROLLERS = ("job-name", "batch.kubernetes.io/", "statefulset.kubernetes.io/", "pod-template")
"""Prefixes of labels that controllers add to Pods beside those of the template."""
_MOST_COMPARED = 500


def lint_selection(objects: ObjectSet, report: Report) -> None:
    """Compare the Services of a set with the workloads of their namespaces."""
    for key, service in objects.services.items():
        workloads = objects.workloads.get(key[0], ())
        if not _is_comparable(service) or not 0 < len(workloads) <= _MOST_COMPARED:
            continue
        selected = [one for one in workloads if _selects(service, one)]
        if selected:
            _lint_targets(service, selected, report)
        elif not objects.may_hold_more(key[0]):
            _lint_miss(service, workloads, report)


def shown_difference(workload: Workload, wanted: Mapping[str, Any]) -> str:
    """Return what the Pods of a workload have instead of the wanted labels."""
    labels = {key: workload.labels.get(key) for key in wanted}
    return ", ".join(
        f"{key}: {quote(value)}" if value is not None else f"no {key}"
        for key, value in labels.items()
        if value != wanted[key]
    )


def _is_comparable(service: Service) -> bool:
    selector = service.selector
    return (
        bool(selector)
        and not service.is_alias
        and not any(text(key).startswith(_OF_CONTROLLERS) for key in selector)
    )


def _selects(service: Service, workload: Workload) -> bool:
    return all(workload.labels.get(key) == value for key, value in service.selector.items())


def _lint_miss(service: Service, workloads: Sequence[Workload], report: Report) -> None:
    """Report a selector that is meant for a workload with the Service's name."""
    meant = [one for one in workloads if one.name == service.key[1]]
    if len(meant) != 1:
        return
    report.add(
        service.index,
        SELECTOR_SELECTS_NOTHING,
        "spec.selector",
        workload=quote(meant[0].name),
        labels=shown_difference(meant[0], service.selector),
    )


def _lint_targets(service: Service, selected: Sequence[Workload], report: Report) -> None:
    names = {name for workload in selected for name in workload.port_names()}
    if not names:  # patches of workloads have no containers' names
        return
    for position, port in enumerate(service.ports):
        is_name = isinstance(port.target, str) and not iana_service_name(port.target)
        if is_name and port.target not in names:
            report.add(
                service.index,
                TARGET_PORT_UNKNOWN,
                f"spec.ports[{position}].targetPort",
                workload=quote(selected[0].name),
                name=quote(port.target),
            )
