"""Reads a set of manifests into the objects that hazards are looked for in."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..kinds import SPECS
from ..kinds.kind_spec import Reader
from ..object_set import ObjectSet, Workload, name_of, namespace_of
from ..untyped import mapping, text


def read_objects(manifests: Sequence[object]) -> ObjectSet:
    """Read a set of manifests; objects of other kinds and broken ones are passed over.

    An absent namespace is unknown. It is that of the other objects where they name one alone, for
    whoever applies such a set says `--namespace`, or a Kustomization does.
    """
    objects = ObjectSet()
    named, has_absent = _namespaces(manifests)
    objects.has_unknown_namespaces = bool(named) and has_absent
    only = next(iter(named)) if len(named) == 1 and has_absent else ""
    for index, given in enumerate(manifests):
        manifest = _in_namespace(mapping(given), only)
        version, kind = text(manifest.get("apiVersion")), text(manifest.get("kind"))
        reader = _READERS.get((version, kind))
        if reader is not None:
            reader(objects, index, manifest)
        elif "." in version.partition("/")[0] and not version.partition("/")[0].endswith(".k8s.io"):
            objects.custom.add(namespace_of(manifest))
    return objects


def _namespaces(manifests: Sequence[object]) -> tuple[set[str], bool]:
    """Return the namespaces that the objects name, and whether some name none."""
    named: set[str] = set()
    has_absent = False
    for manifest in map(mapping, manifests):
        key = text(manifest.get("apiVersion")), text(manifest.get("kind"))
        if key not in _READERS or key == _NAMESPACE:
            continue
        namespace = text(mapping(manifest.get("metadata")).get("namespace"))
        if namespace:
            named.add(namespace)
        else:
            has_absent = True
    return named, has_absent


def _in_namespace(manifest: Mapping[str, Any], namespace: str) -> Mapping[str, Any]:
    metadata = mapping(manifest.get("metadata"))
    if not namespace or text(metadata.get("namespace")):
        return manifest
    return {**manifest, "metadata": {**metadata, "namespace": namespace}}


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
