"""Validates what a component rendered, and reports errors for its arguments."""

from collections.abc import Callable, Iterable, Sequence
from typing import cast

from ..validation.kinds.service_node_ports import SERVICE_NODE_PORT_TAKEN
from ..validation.kinds.service_ports import SERVICE_NODE_PORT_DUPLICATE
from ..validation.rendered import validate_rendered
from .findings import Finding, is_within
from .metadata import Manifest
from .objects.rendering import Rendering
from .unknown import is_known
from .versions import Rules

__all__ = ["check_objects"]


def check_objects(
    objects: Iterable[Rendering], rules: Rules, findings: list[Finding], unread: Sequence[Finding]
) -> None:
    """Add the errors that the API server would report about the objects, worded for the arguments.

    Unknown values are skipped: the objects are validated again when the values are known.

    Args:
        objects: The objects, the Service first. An error that several objects share is reported
            once.
        rules: The rules of Kubernetes.
        findings: The errors in the arguments alone; collects those of the objects. An error with
            the code or the words of one that is already here is left out.
        unread: The errors in the form of the arguments: nothing is reported about the values that
            replace such arguments.
    """
    broken = [finding.path for finding in unread]
    of_arguments = {(one.path, one.detail) for one in findings}
    reported = set[str]()
    ruled = {(one.path, one.code) for one in findings if one.code}
    for position, rendering in enumerate(objects):
        known = {one.path for one in findings} if position else set[str]()
        objections = validate_rendered(rules, _of_known(rendering.manifest))
        twice = {one.path for one in objections if one.code == SERVICE_NODE_PORT_DUPLICATE.code}
        for found in objections:
            if found.severity == "warning" or found.code == "json-type":
                continue
            if found.code == SERVICE_NODE_PORT_TAKEN.code and found.path in twice:
                continue  # the API server says both
            for one in rendering.translate(found):
                is_known = (
                    str(one) in reported
                    or (one.path, one.detail) in of_arguments
                    or (one.path, one.code) in ruled
                )
                if is_known or one.path in known or any(is_within(one.path, at) for at in broken):
                    continue
                reported.add(str(one))
                findings.append(one)


_LABELS = (
    ("metadata", "labels"),
    ("spec", "selector"),
    ("spec", "podSelector", "matchLabels"),
)
_ANNOTATIONS = ("metadata", "annotations")


def _of_known(manifest: Manifest) -> Manifest:
    """Return the manifest without unknown labels and annotations, so that the others are validated.

    A label with an unknown value becomes an empty one, so that its key is validated. An annotation
    with an unknown value is left out, because rules read the values of annotations.
    """
    for path in _LABELS:
        manifest = _changed(manifest, path, _without_values)
    return _changed(manifest, _ANNOTATIONS, _known_items)


def _changed(
    manifest: Manifest, path: Sequence[str], change: Callable[[Manifest], Manifest]
) -> Manifest:
    """Return a manifest whose mapping at `path` is changed if it holds something unknown."""
    if not path:
        return manifest if is_known(manifest) else change(manifest)
    below: object = manifest.get(path[0])
    if not isinstance(below, dict):
        return manifest
    changed = _changed(cast("Manifest", below), path[1:], change)
    return manifest if changed is below else {**manifest, path[0]: changed}


def _without_values(labels: Manifest) -> Manifest:
    return {key: value if is_known(value) else "" for key, value in labels.items()}


def _known_items(annotations: Manifest) -> Manifest:
    return {key: value for key, value in annotations.items() if is_known(value)}
