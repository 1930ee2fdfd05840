"""The objects behind a selectorless Service: EndpointSlices, and the legacy Endpoints object."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ..addresses import Family
from ..backends import BackendSpec
from ..metadata import (
    HEADLESS_LABEL,
    MANAGED_BY,
    MANAGED_BY_LABEL,
    SERVICE_NAME_LABEL,
    SKIP_MIRROR_LABEL,
    Manifest,
)
from ..ports import Port
from ..unknown import Unknown
from .rendering import Rendering


class PlacedSlice(NamedTuple):
    """The name of a slice and its backends."""

    name: str
    family: Family
    backends: Sequence[BackendSpec]


def render_slice(
    service: Manifest,
    placed: PlacedSlice,
    ports: Sequence[Port],
    unresolved: Unknown | None,
    *,
    headless: bool,
) -> Rendering:
    """Render a slice of a Service.

    Args:
        service: The Service.
        placed: Its name and backends.
        ports: The Service's ports.
        unresolved: Stands for addresses that are one Output.
        headless: Whether the Service is headless.
    """
    metadata: Manifest = service["metadata"]
    labels: Manifest = {
        **metadata.get("labels", {}),
        SERVICE_NAME_LABEL: metadata["name"],
        MANAGED_BY_LABEL: MANAGED_BY,
        **({HEADLESS_LABEL: ""} if headless else {}),
    }
    made = _beside("discovery.k8s.io/v1", "EndpointSlice", placed.name, metadata, labels)
    made.note(f"metadata.labels[{SERVICE_NAME_LABEL}]", "service_name")
    made.put("addressType", placed.family, "ip_families")
    overrides = dict(placed.backends[0].ports) if placed.backends else {}
    endpoints = [backend.endpoint() for backend in placed.backends]
    made.put(
        "endpoints",
        unresolved if unresolved and not overrides else endpoints,
        f"slices[{placed.name}]",
    )
    made.note_items("endpoints", lambda index: placed.backends[index].endpoint_origins())
    _put_ports(made, "ports", placed.backends, ports)
    return made


def render_endpoints(
    service: Manifest,
    backends: Sequence[BackendSpec],
    ports: Sequence[Port],
    unresolved: Unknown | None,
    *,
    mirrored: bool,
) -> Rendering:
    """Render the legacy Endpoints object of a Service.

    Args:
        service: The Service.
        backends: Its backends.
        ports: The Service's ports.
        unresolved: Stands for addresses that are one Output.
        mirrored: Whether Kubernetes copies it into slices.
    """
    metadata: Manifest = service["metadata"]
    labels = dict(metadata.get("labels", {}))
    if not mirrored:
        labels[SKIP_MIRROR_LABEL] = "true"
    made = _beside("v1", "Endpoints", metadata["name"], metadata, labels)
    groups: dict[tuple[tuple[str, int], ...], list[BackendSpec]] = {}
    for backend in backends:
        groups.setdefault(backend.ports, []).append(backend)
    subsets: list[Manifest] = []
    for index, (_, members) in enumerate(sorted(groups.items())):
        subset: Manifest = {}
        path = f"subsets[{index}]"
        for field, is_ready in (("addresses", True), ("notReadyAddresses", False)):
            if chosen := [one for one in members if one.is_ready == is_ready]:
                subset[field] = [one.legacy_address() for one in chosen]
                made.note_items(f"{path}.{field}", _origins(chosen))
        overrides = dict(members[0].ports)
        subset["ports"] = [port.for_endpoints(overrides.get(port.name)) for port in ports]
        _note_ports(made, f"{path}.ports", members, ports)
        subsets.append(subset)
    made.put("subsets", unresolved or subsets)
    return made


def _beside(
    api_version: str, kind: str, name: str, service: Manifest, labels: Manifest
) -> Rendering:
    """Begin an object beside a Service, with the same namespace and `pulumi.com` annotations."""
    made = Rendering(api_version, kind)
    made.put("metadata.name", name, "service_name")
    steering = {
        key: value
        for key, value in service.get("annotations", {}).items()
        if key.startswith("pulumi.com/")
    }
    if steering:
        made.put("metadata.annotations", steering, "annotations")
    if "namespace" in service:
        made.put("metadata.namespace", service["namespace"], "namespace")
    if labels:
        made.put("metadata.labels", labels, "labels")
    return made


def _put_ports(
    made: Rendering, path: str, backends: Sequence[BackendSpec], ports: Sequence[Port]
) -> None:
    overrides = dict(backends[0].ports) if backends else {}
    made.put(path, [port.for_endpoints(overrides.get(port.name)) for port in ports])
    _note_ports(made, path, backends, ports)


def _note_ports(
    made: Rendering, path: str, backends: Sequence[BackendSpec], ports: Sequence[Port]
) -> None:
    """Note the origins of ports with a number of their own; all backends of a group share these."""
    overrides = dict(backends[0].ports) if backends else {}
    for index, port in enumerate(ports):
        made.note(f"{path}[{index}]", port.path)
        numbers = [port.target_path]
        if port.name in overrides:
            numbers = [f"{backend.argument}.ports[{port.name}]" for backend in backends]
        made.note(f"{path}[{index}].port", *numbers)


def _origins(backends: Sequence[BackendSpec]) -> Callable[[int], Mapping[str, str]]:
    return lambda index: backends[index].legacy_origins()
