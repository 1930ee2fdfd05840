"""Reads a set of manifests into the objects that hazards are looked for in."""

from collections.abc import Iterable, Mapping
from typing import Any

from ..kind_spec import Reader
from ..kinds import SPECS
from ..objects import ObjectSet, Workload, namespace_of
from ..untyped import mapping, text


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
    **dict.fromkeys(_WORKLOADS, _read_workload),
}
