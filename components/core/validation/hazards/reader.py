"""Reads a set of manifests into the objects that hazards are looked for in."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, cast

from ...metadata import MANAGED_BY_LABEL, SERVICE_NAME_LABEL
from ..untyped import items, mapping, number, text
from .objects import (
    CONTROLLERS,
    Endpoint,
    EndpointPort,
    Group,
    Key,
    Legacy,
    ObjectSet,
    Policy,
    Service,
    ServicePort,
    Slice,
    Workload,
)

_MOST_ENDPOINTS = 1000
"""More in one slice is an error."""
_MOST_ADDRESSES = 100_000
"""More in one Endpoints object is beyond what the API server takes in one request."""

_LEADER = "control-plane.alpha.kubernetes.io/leader"
_TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time"
_ENDPOINTS_MANAGED_BY = "endpoints.kubernetes.io/managed-by"


def read_objects(manifests: Iterable[object]) -> ObjectSet:
    """Read a set of manifests; objects of other kinds and broken ones are passed over."""
    objects = ObjectSet()
    for index, given in enumerate(manifests):
        manifest = mapping(given)
        version, kind = text(manifest.get("apiVersion")), text(manifest.get("kind"))
        reader = _READERS.get((version, kind))
        if reader is not None:
            reader(objects, index, manifest)
        elif "." in version.partition("/")[0] and not version.partition("/")[0].endswith(".k8s.io"):
            objects.custom.add(namespace_of(manifest))
    return objects


def namespace_of(manifest: Mapping[str, Any]) -> str:
    """Give an object's namespace, an absent one being `default`."""
    return text(mapping(manifest.get("metadata")).get("namespace")) or "default"


def _read_service(objects: ObjectSet, index: int, manifest: Mapping[str, Any]) -> None:
    namespace, name = key = namespace_of(manifest), _name(manifest)
    spec = manifest.get("spec")
    if not name or not isinstance(spec, Mapping):
        return
    objects.namespaces.add(namespace)
    objects.homes.setdefault(name, namespace)
    if key in objects.services or key in objects.repeated:
        objects.services.pop(key, None)
        objects.repeated.add(key)
        return
    objects.services[key] = _service(index, key, manifest, mapping(cast("object", spec)))


def _service(index: int, key: Key, manifest: Mapping[str, Any], spec: Mapping[str, Any]) -> Service:
    kind = text(spec.get("type")) or "ClusterIP"
    headless = "None" in (spec.get("clusterIP"), *items(spec.get("clusterIPs"))[:1])
    ports = [
        ServicePort(
            text(port.get("name")),
            text(port.get("protocol")) or "TCP",
            number(port.get("port")),
            number(port.get("targetPort")) or text(port.get("targetPort")) or None,
        )
        for port in map(mapping, items(spec.get("ports")))
    ]
    selector = mapping(spec.get("selector"))
    alias = kind == "ExternalName"
    return Service(index, key, spec, manifest, kind, selector, ports, headless and not alias)


def _read_slice(objects: ObjectSet, index: int, manifest: Mapping[str, Any]) -> None:
    metadata = mapping(manifest.get("metadata"))
    labels = mapping(metadata.get("labels"))
    namespace = namespace_of(manifest)
    service = text(labels.get(SERVICE_NAME_LABEL))
    hand_made = not (
        text(labels.get(MANAGED_BY_LABEL)) in CONTROLLERS and items(metadata.get("ownerReferences"))
    )
    group = Group(
        index,
        "endpoints",
        text(manifest.get("addressType")),
        _ports(manifest, "ports"),
        [
            _endpoint(f"endpoints[{position}]", mapping(endpoint))
            for position, endpoint in enumerate(items(manifest.get("endpoints"))[:_MOST_ENDPOINTS])
        ],
        hand_made,
    )
    if service:
        objects.groups.setdefault((namespace, service), []).append(group)
    if hand_made:
        objects.served.add(namespace)
        objects.slices.append(Slice(index, namespace, service, manifest, labels, group))


def _endpoint(path: str, endpoint: Mapping[str, Any]) -> Endpoint:
    addresses = items(endpoint.get("addresses"))
    conditions = mapping(endpoint.get("conditions"))
    hints = mapping(endpoint.get("hints"))
    return Endpoint(
        path,
        text(addresses[0]) if addresses else "",
        len(addresses),
        conditions.get("ready") is not False,
        conditions.get("serving") is not False,
        conditions.get("terminating") is True,
        bool(text(endpoint.get("nodeName"))),
        bool(items(hints.get("forZones")) or items(hints.get("forNodes"))),
    )


def _read_legacy(objects: ObjectSet, index: int, manifest: Mapping[str, Any]) -> None:
    metadata = mapping(manifest.get("metadata"))
    labels, annotations = mapping(metadata.get("labels")), mapping(metadata.get("annotations"))
    key = namespace_of(manifest), _name(manifest)
    written = _TRIGGER_TIME in annotations or _ENDPOINTS_MANAGED_BY in labels
    if not key[1] or written or _LEADER in annotations:
        return
    groups = list(_subsets(index, manifest))
    legacy = Legacy(index, key, manifest, labels, groups)
    objects.legacy.append(legacy)
    objects.served.add(key[0])
    if legacy.is_mirrored:
        objects.groups.setdefault(key, []).extend(groups)


def _subsets(index: int, manifest: Mapping[str, Any]) -> Iterator[Group]:
    left = _MOST_ADDRESSES
    for position, subset in enumerate(map(mapping, items(manifest.get("subsets")))):
        if left <= 0:
            return
        path = f"subsets[{position}]"
        endpoints = list(islice(_addresses(path, subset), left))
        left -= len(endpoints) + 1
        yield Group(index, path, "", _ports(subset, f"{path}.ports"), endpoints, is_hand_made=True)


def _addresses(path: str, subset: Mapping[str, Any]) -> Iterator[Endpoint]:
    for where, ready in (("addresses", True), ("notReadyAddresses", False)):
        for position, address in enumerate(map(mapping, items(subset.get(where)))):
            node = bool(text(address.get("nodeName")))
            at = f"{path}.{where}[{position}]"
            yield Endpoint(
                path=at,
                address=text(address.get("ip")),
                size=1,
                ready=ready,
                serving=ready,
                terminating=False,
                has_node=node,
                has_hints=False,
            )


def _ports(holder: Mapping[str, Any], path: str) -> list[EndpointPort]:
    return [
        EndpointPort(
            f"{path}[{position}]",
            text(port.get("name")),
            text(port.get("protocol")) or "TCP",
            number(port.get("port")),
        )
        for position, port in enumerate(map(mapping, items(holder.get("ports"))))
    ]


def _read_ingress(objects: ObjectSet, index: int, manifest: Mapping[str, Any]) -> None:
    objects.ingresses.append((index, namespace_of(manifest), mapping(manifest.get("spec"))))


def _read_policy(objects: ObjectSet, index: int, manifest: Mapping[str, Any]) -> None:
    spec = manifest.get("spec")
    objects.policies.append(Policy(index, namespace_of(manifest), mapping(spec)))


def _read_workload(objects: ObjectSet, index: int, manifest: Mapping[str, Any]) -> None:
    del index
    template = manifest
    if manifest.get("kind") != "Pod":
        template = mapping(manifest.get("spec"))
        if manifest.get("kind") == "CronJob":
            template = mapping(mapping(template.get("jobTemplate")).get("spec"))
        template = mapping(template.get("template"))
    labels = mapping(mapping(template.get("metadata")).get("labels"))
    workload = Workload(labels, mapping(template.get("spec")))
    objects.workloads.setdefault(namespace_of(manifest), []).append(workload)


def _name(manifest: Mapping[str, Any]) -> str:
    return text(mapping(manifest.get("metadata")).get("name"))


_READERS = {
    ("v1", "Service"): _read_service,
    ("v1", "Endpoints"): _read_legacy,
    ("discovery.k8s.io/v1", "EndpointSlice"): _read_slice,
    ("networking.k8s.io/v1", "Ingress"): _read_ingress,
    ("networking.k8s.io/v1", "NetworkPolicy"): _read_policy,
    **dict.fromkeys(
        (
            ("v1", "Pod"),
            ("v1", "ReplicationController"),
            ("apps/v1", "Deployment"),
            ("apps/v1", "StatefulSet"),
            ("apps/v1", "DaemonSet"),
            ("apps/v1", "ReplicaSet"),
            ("batch/v1", "Job"),
            ("batch/v1", "CronJob"),
        ),
        _read_workload,
    ),
}
