"""Metadata of rendered objects, its checks that no manifest shows, and the version's rules."""

from collections.abc import Mapping
from dataclasses import replace

from ...validation.object_meta import METADATA_ANNOTATION_SIZE
from .. import syntax
from ..arguments import NamedArgs
from ..findings import Finding, forbidden, invalid, too_long
from ..metadata import (
    MAX_ANNOTATION_BYTES,
    MAX_FIELD_MANAGER,
    PHASE_ANNOTATION,
    RESERVED_ANNOTATIONS,
    RESERVED_LABELS,
    own_annotations,
)
from ..unknown import Unknown
from ..versions import OLDEST, Rules, rules_of
from .rendering import Rendering

LARGEST_ANNOTATIONS = {
    **own_annotations("x" * MAX_FIELD_MANAGER, skip_await=True, forced=True),
    PHASE_ANNOTATION: "ShareDraining",  # longer than MODE_ANNOTATION, and never beside it
}
"""The largest annotations a component may add, so users have the same budget in all stacks."""


def read_rules(kubernetes_version: str | None, findings: list[Finding]) -> Rules:
    """Return the rules of a version; without one, those that are legal on all versions.

    Addresses are strict on every version: components never write what later versions refuse.
    """
    try:
        rules = rules_of(kubernetes_version)
    except ValueError:
        detail = f"must be a version from {OLDEST} on"
        findings.append(invalid("kubernetes_version", kubernetes_version, detail))
        rules = rules_of(None)
    return replace(rules, strict_addresses=True)


def put_metadata(
    made: Rendering, args: NamedArgs, annotations: Mapping[str, str | Unknown] | None = None
) -> None:
    """Render namespace, labels and annotations.

    Args:
        made: The object.
        args: The arguments that give them.
        annotations: Its annotations. Defaults to those of the arguments.
    """
    given = args.annotations if annotations is None else annotations
    if args.namespace is not None:
        made.put("metadata.namespace", args.namespace, "namespace")
    if args.labels:
        made.put("metadata.labels", dict(args.labels), "labels")
    if given:
        made.put("metadata.annotations", dict(given), "annotations")


def check_metadata(args: NamedArgs, findings: list[Finding]) -> None:
    """Check what no manifest shows: empty names, and keys that components write themselves."""
    refuse_empty_namespace(args.namespace, "namespace", findings)
    findings += [
        forbidden(f"labels[{key}]", "the component sets this label itself")
        for key in sorted(RESERVED_LABELS & args.labels.keys())
    ]
    findings += [
        forbidden(f"annotations[{key}]", "the component sets this annotation itself")
        for key in args.annotations
        if key in RESERVED_ANNOTATIONS
    ]
    own = {key: text for key, text in LARGEST_ANNOTATIONS.items() if key not in args.annotations}
    reserved = annotation_bytes(own)
    left = MAX_ANNOTATION_BYTES - reserved
    if annotation_bytes(args.annotations) > left:
        remedy = (
            f"an object may have {MAX_ANNOTATION_BYTES}, the component needs up to {reserved} of"
            " them"
        )
        too_large = too_long("annotations", left, METADATA_ANNOTATION_SIZE)
        findings.append(replace(too_large, remedy=remedy))


def refuse_empty_namespace(namespace: object, path: str, findings: list[Finding]) -> None:
    """Refuse an empty namespace, which the API server treats as absent."""
    if namespace == "":
        findings += [invalid(path, "", reason) for reason in syntax.dns_label("")]


def annotation_bytes(annotations: Mapping[str, object]) -> int:
    """Return the size in bytes of all known keys and values."""
    return sum(
        syntax.size(key) + (syntax.size(value) if isinstance(value, str) else 0)
        for key, value in annotations.items()
    )
