"""Reads a set of manifests into the objects that are linted."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

from ..fillers import filled_namespaces
from ..kinds import SPECS
from ..kinds.kind_spec import Reader
from ..object_set import Key, ObjectSet, Surroundings, Workload, name_of, namespace_of
from ..untyped import items, mapping, text
from .gateway_routes import ROUTES


def read_objects(manifests: Sequence[object], around: Surroundings | None = None) -> ObjectSet:
    """Read a set of manifests; objects of other kinds and broken ones are ignored.

    An absent namespace is unknown, because `kubectl apply --namespace` or a Kustomization may set
    it. If all others name the same namespace, it is assumed to be that one. Where only
    routes name namespaces, those of their backends, it remains unknown.
    """
    named, has_absent = _namespaces(manifests)
    only = next(iter(named)) if len(named) == 1 and has_absent else ""
    given = _InNamespace(manifests, only) if only else manifests
    objects = ObjectSet(given, around or Surroundings())
    is_far = has_absent and not named and _lead_far(manifests)
    objects.has_unknown_namespaces = (bool(named) and has_absent) or is_far
    objects.custom |= {namespace or only or "default" for namespace in objects.around.filled}
    for index, manifest in enumerate(map(mapping, given)):
        version, kind = text(manifest.get("apiVersion")), text(manifest.get("kind"))
        reader = _READERS.get((version, kind))
        if reader is not None:
            reader(objects, index, manifest)
        elif version.startswith(_GATEWAY_API):
            objects.routed.update(_routed(manifest))
            if kind == "Gateway":
                class_name = text(mapping(manifest.get("spec")).get("gatewayClassName"))
                objects.gateway_classes.add((name_of(manifest), class_name))
            if _is_route(version, kind):
                spec = mapping(manifest.get("spec"))
                objects.routes.append((index, namespace_of(manifest), spec))
        elif "." in version.partition("/")[0] and not version.partition("/")[0].endswith(".k8s.io"):
            objects.custom |= {namespace_of(manifest), *filled_namespaces(manifest)}
    return objects


def _is_route(version: str, kind: str) -> bool:
    return version.startswith(_GATEWAY_API) and kind in ROUTES


def _namespaces(manifests: Sequence[object]) -> tuple[set[str], bool]:
    """Return the namespaces that the objects name, and whether some objects name none."""
    named: set[str] = set()
    has_absent = False
    for manifest in map(mapping, manifests):
        key = text(manifest.get("apiVersion")), text(manifest.get("kind"))
        if not (key in _READERS or _is_route(*key)) or key == _NAMESPACE:
            continue
        namespace = text(mapping(manifest.get("metadata")).get("namespace"))
        if namespace:
            named.add(namespace)
        else:
            has_absent = True
    return named, has_absent


def _lead_far(manifests: Sequence[object]) -> bool:
    """Return whether some route names the namespace of a backend."""
    return any(
        backend.get("namespace")
        for manifest in map(mapping, manifests)
        if _is_route(text(manifest.get("apiVersion")), text(manifest.get("kind")))
        for backend in _backend_refs(manifest)
    )


class _InNamespace(Sequence[object]):
    """A sequence in which objects without a namespace get a given one."""

    def __init__(self, manifests: Sequence[object], namespace: str) -> None:
        self._manifests = manifests
        self._namespace = namespace

    def __len__(self) -> int:
        return len(self._manifests)

    @overload
    def __getitem__(self, index: int) -> object: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[object]: ...
    def __getitem__(self, index: int | slice) -> object:
        """Return an object, or a slice of the sequence."""
        if isinstance(index, slice):
            return [self._moved(one) for one in self._manifests[index]]
        return self._moved(self._manifests[index])

    def _moved(self, given: object) -> Mapping[str, Any]:
        manifest = mapping(given)
        metadata = mapping(manifest.get("metadata"))
        if text(metadata.get("namespace")):
            return manifest
        return {**manifest, "metadata": {**metadata, "namespace": self._namespace}}


def _read_namespace(objects: ObjectSet, index: int, manifest: Mapping[str, Any]) -> None:
    del index
    labels = mapping(mapping(manifest.get("metadata")).get("labels"))
    objects.domains |= {(key, text(value)) for key, value in labels.items()}


def _read_workload(objects: ObjectSet, index: int, manifest: Mapping[str, Any]) -> None:
    del index
    template = manifest
    if manifest.get("kind") != "Pod":
        template = mapping(manifest.get("spec"))
        if manifest.get("kind") == "CronJob":
            template = mapping(mapping(template.get("jobTemplate")).get("spec"))
        template = mapping(template.get("template"))
    labels = mapping(mapping(template.get("metadata")).get("labels"))
    name = name_of(manifest)
    workload = Workload(labels, mapping(template.get("spec")), name)
    objects.workloads.setdefault(namespace_of(manifest), []).append(workload)


def _routed(route: Mapping[str, Any]) -> Iterator[Key]:
    """Yield the Services that a route points at."""
    for backend in _backend_refs(route):
        yield text(backend.get("namespace")) or namespace_of(route), text(backend.get("name"))


def _backend_refs(route: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for rule in map(mapping, items(mapping(route.get("spec")).get("rules"))):
        yield from map(mapping, items(rule.get("backendRefs")))


_GATEWAY_API = "gateway.networking.k8s.io/"
_NAMESPACE = ("v1", "Namespace")
_WORKLOADS = (
    ("v1", "Pod"),
    ("v1", "ReplicationController"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "ReplicaSet"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
)
_READERS: Mapping[tuple[str, str], Reader] = {
    **{spec.key: spec.read for spec in SPECS},
    _NAMESPACE: _read_namespace,
    **dict.fromkeys(_WORKLOADS, _read_workload),
}
