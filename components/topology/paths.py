"""Describes the path to a Service, without its problems."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from ..core.metadata import MANAGED_BY_LABEL
from ..validation.hazards.gateway_routes import ROUTES
from ..validation.hazards.services import cluster_ips
from ..validation.object_set import Endpoint, Group, Key, ObjectSet, Service, name_of, namespace_of
from ..validation.untyped import items, mapping, number, text
from .model import Backend, Endpoints, Path, Policy, Port, Route
from .pod_states import labels_of
from .serving import Serving, load_balancer


def describe(
    serving: Serving,
    *,
    routes: Sequence[Route],
    policies: Sequence[Policy],
    client: str,
    knows_backends: bool,
) -> Path:
    """Return the path to a Service.

    Args:
        serving: The Service with its endpoints.
        routes: The routes to it.
        policies: The policies on the path.
        client: The client; empty for any Pod.
        knows_backends: Whether all its endpoints are known.
    """
    service = serving.service
    ports = [
        Port(
            port.name,
            port.number,
            port.protocol,
            port.target,
            serving.count(port) if knows_backends else None,
        )
        for port in service.ports
    ]
    return Path(
        *service.key,
        service.type,
        f"{service.key[1]}.{service.key[0]}.svc",
        list(dict.fromkeys(cluster_ips(service))),
        service.is_headless,
        text(service.spec.get("externalName")) if service.is_alias else "",
        load_balancer(service),
        {key: text(value) for key, value in service.selector.items()},
        ports,
        [_endpoints(serving, group) for group in serving.groups],
        routes,
        policies,
        client,
    )


def ingress_routes(objects: ObjectSet, manifests: Sequence[Mapping[str, Any]]) -> "Routes":
    """Return the Ingresses of a set by the Service that they route to."""
    found: Routes = {}
    for index, namespace, spec in objects.ingresses:
        for match, backend in _backends(spec):
            service = mapping(backend.get("service"))
            port = mapping(service.get("port"))
            shown = text(port.get("name")) or str(port.get("number", ""))
            route = Route("Ingress", namespace, name_of(manifests[index]), match, shown)
            found.setdefault((namespace, text(service.get("name"))), []).append((index, route))
    return found


def gateway_routes(manifests: Sequence[Mapping[str, Any]]) -> "Routes":
    """Return the Gateway API routes by the Service that they route to."""
    found: Routes = {}
    for index, manifest in enumerate(manifests):
        kind = text(manifest.get("kind"))
        if kind not in ROUTES:
            continue
        namespace, spec = namespace_of(manifest), mapping(manifest.get("spec"))
        hosts = ", ".join(map(text, items(spec.get("hostnames"))))
        for rule in map(mapping, items(spec.get("rules"))):
            for backend in map(mapping, items(rule.get("backendRefs"))):
                if text(backend.get("kind")) not in {"", "Service"}:
                    continue
                key = text(backend.get("namespace")) or namespace, text(backend.get("name"))
                port = str(number(backend.get("port")) or "")
                route = Route(kind, namespace, name_of(manifest), hosts, port)
                found.setdefault(key, []).append((index, route))
    return found


Routes = dict[Key, list[tuple[int, Route]]]
"""Routes by Service, each with the index of its object."""


def _backends(spec: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if spec.get("defaultBackend"):
        yield "*", mapping(spec.get("defaultBackend"))
    for rule in map(mapping, items(spec.get("rules"))):
        host = text(rule.get("host")) or "*"
        for path in map(mapping, items(mapping(rule.get("http")).get("paths"))):
            yield f"{host}{text(path.get('path'))}", mapping(path.get("backend"))


def _endpoints(serving: Serving, group: Group) -> Endpoints:
    manifest = serving.manifests[group.index]
    written = items(manifest.get("endpoints")) if group.is_slice else ()
    kind: Literal["EndpointSlice", "Endpoints"] = "EndpointSlice" if group.is_slice else "Endpoints"
    used = {id(one) for port in serving.service.ports for _, one in serving.endpoints(port)}
    if serving.service.is_headless:
        used = {id(one) for one in group.endpoints if serving.serves(group, one)}
    return Endpoints(
        kind,
        name_of(manifest),
        group.family,
        text(labels_of(manifest).get(MANAGED_BY_LABEL)),
        [
            f"{port.name + ' ' if port.name else ''}{port.number}/{port.protocol}"
            for port in group.ports
        ],
        [
            _backend(
                one,
                mapping(written[place]) if place < len(written) else mapping(None),
                id(one) in used,
            )
            for place, one in enumerate(group.endpoints)
        ],
    )


def _backend(endpoint: Endpoint, written: Mapping[str, Any], serves: bool) -> Backend:  # noqa: FBT001
    state: Literal["ready", "draining", "not ready"] = "not ready"
    if endpoint.ready:
        state = "ready"
    elif endpoint.serving and endpoint.terminating:
        state = "draining"
    reference = mapping(written.get("targetRef"))
    return Backend(
        endpoint.address,
        state,
        text(written.get("zone")),
        text(written.get("nodeName")),
        text(written.get("hostname")),
        text(reference.get("name")) if reference.get("kind") == "Pod" else "",
        serves,
    )


def selected_labels(service: Service, objects: ObjectSet) -> list[Mapping[str, Any]]:
    """Return the labels of the Pods and templates of a set that a Service selects."""
    if not service.selector:
        return []
    return [
        one.labels
        for one in objects.workloads.get(service.key[0], ())
        if all(one.labels.get(key) == value for key, value in service.selector.items())
    ]
