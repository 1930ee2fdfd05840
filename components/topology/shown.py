"""Hazards of a Service that its Pods, slices and routes show, beside those of its manifest."""

from collections.abc import Iterator, Sequence

from ..core.findings import quote
from ..core.metadata import MANAGED_BY_LABEL, SERVICE_NAME_LABEL
from ..validation.hazards import path_hazards
from ..validation.hazards.port_matches import lint_ports
from ..validation.hazards.report import Report
from ..validation.hazards.traffic import lint_unserved
from ..validation.object_set import Group, Service, name_of
from ..validation.untyped import items, mapping, text
from . import pod_states as states
from .causes import Found, Unserved
from .index import Index, subject_of
from .serving import load_balancer

_OF_PODS = "endpointslice-controller.k8s.io"


def lint_service(
    index: Index, service: Service, groups: Sequence[Group], unserved: Unserved
) -> Iterator[Found]:
    """Yield the hazards of a Service and the objects behind it.

    Args:
        index: The snapshot.
        service: The Service.
        groups: Its endpoints.
        unserved: The ports and families that none of them accepts connections for.
    """
    subject = subject_of(service.manifest)
    metadata = mapping(service.manifest.get("metadata"))
    if metadata.get("deletionTimestamp"):
        finalizers = ", ".join(map(text, items(metadata.get("finalizers")))) or "none"
        finding = path_hazards.SERVICE_TERMINATING.at(
            "metadata.finalizers", {"finalizers": finalizers}
        )
        yield Found(subject, finding)
    yield from _mixed_ports(index, service, groups)
    if unserved and service.selector:
        yield from _selection(index, service)
    if service.is_selectorless:
        yield from _left_behind(index, groups)
        if unserved and not any(group.endpoints for group in groups):
            yield from _without_endpoints(index, service, groups)
    if index.snapshot.is_live and service.type == "LoadBalancer" and not load_balancer(service):
        yield Found(subject, path_hazards.NO_ADDRESS_OF_LOAD_BALANCER.at("status.loadBalancer", {}))


def lint_routes(index: Index, service: Service) -> Iterator[Found]:
    """Yield the hazards that break the routes to a Service."""
    for number, route in index.routes.get(service.key, ()):
        manifest = index.manifests[number]
        if route.kind == "Ingress":
            wanted = text(mapping(manifest.get("spec")).get("ingressClassName"))
            if index.snapshot.knows("IngressClass") and wanted not in {"", *index.classes}:
                has = ", ".join(map(quote, sorted(index.classes)[:3])) or "none"
                words = {"name": quote(wanted), "known": has}
                finding = path_hazards.INGRESS_CLASS_UNKNOWN.at("spec.ingressClassName", words)
                yield Found(subject_of(manifest), finding)


def _mixed_ports(index: Index, service: Service, groups: Sequence[Group]) -> Iterator[Found]:
    """Compare the ports of slices made by hand with those of the Pods' slices."""
    made = [group for group in groups if group.is_hand_made]
    if service.selector and made:
        report = Report()
        lint_ports(service, made, report)
        is_served = len(made) < len(groups) or not index.snapshot.is_live
        for number, finding in report:
            if number != service.index or not is_served:
                yield Found(index.subject(number), finding)


def _selection(index: Index, service: Service) -> Iterator[Found]:
    """Yield why the selector matches no ready Pod."""
    if not index.snapshot.knows("Pod"):
        return
    namespace = service.key[0]
    pods = list(index.pods.get(namespace, {}).values())
    selected = [pod for pod in pods if states.is_selected(pod, service.selector)]
    if not selected:
        near = states.nearest(pods, service.selector)
        finding = path_hazards.NO_PODS.at("spec.selector", {})
        if near is not None:
            labels = states.differences(near, service.selector)
            words = {"workload": f"Pod {name_of(near)}", "labels": labels}
            finding = path_hazards.NO_POD_SELECTED.at("spec.selector", words)
        yield Found(subject_of(service.manifest), finding)
    elif not any(map(states.is_ready, selected)):
        first = selected[0]
        reason, remedy = states.reason(first)
        words = {
            "count": f"{len(selected)} Pod{'s' if len(selected) > 1 else ''}",
            "pod": f"Pod {name_of(first)}",
            "reason": reason,
            "remedy": remedy,
        }
        yield Found(
            f"Pod {namespace}/{name_of(first)}", path_hazards.PODS_NOT_READY.at("status", words)
        )


def _without_endpoints(index: Index, service: Service, groups: Sequence[Group]) -> Iterator[Found]:
    """Yield why a Service without a selector has no endpoints."""
    misnamed = index.misnamed(service)
    if misnamed is not None:
        words = {
            "slice": quote(name_of(misnamed)),
            "other": quote(states.labels_of(misnamed).get(SERVICE_NAME_LABEL)),
            "name": service.key[1],
        }
        path = f"metadata.labels[{SERVICE_NAME_LABEL}]"
        yield Found(subject_of(misnamed), path_hazards.SLICE_OF_ANOTHER_SERVICE.at(path, words))
    if not groups and index.snapshot.is_live:
        report = Report()
        lint_unserved(service, has_served=True, report=report)
        yield from (Found(subject_of(service.manifest), finding) for _, finding in report)


def _left_behind(index: Index, groups: Sequence[Group]) -> Iterator[Found]:
    """Yield the slices of Pods that remained when a selector was removed."""
    for group in groups if index.snapshot.is_live else ():
        manifest = index.manifests[group.index]
        if group.is_slice and states.labels_of(manifest).get(MANAGED_BY_LABEL) == _OF_PODS:
            words = {"slice": quote(name_of(manifest)), "manager": _OF_PODS}
            yield Found(subject_of(manifest), path_hazards.SLICE_LEFT_BEHIND.at("", words))
