"""The metadata of a live object of any kind, as the cluster returns it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pulumi

from ..core.metadata import FIELD_MANAGER_ANNOTATION, FORCE_ANNOTATION
from ..core.ownership import other_owners, read_entries
from .late_types import read

__all__ = ["Live", "is_answered", "live", "owners_besides_ours"]


class Live(NamedTuple):
    """The metadata of a live object that components use."""

    name: str
    namespace: str
    owners: list[str]
    """The field managers, other than ours, that own more than metadata."""


def live(registered: pulumi.Resource) -> pulumi.Output[Live]:
    """Return the metadata of a registered object, once the cluster has returned it."""
    return read(registered, "metadata", _read)


def is_answered(metadata: Mapping[str, Any]) -> bool:
    """Return whether metadata comes from the API server, also from a dry run at preview."""
    return "uid" in metadata or "managedFields" in metadata


def owners_besides_ours(metadata: Mapping[str, Any]) -> list[str]:
    """Return the field managers, other than ours, that own more than metadata; none if forced."""
    annotations: Mapping[str, str] = metadata.get("annotations") or {}
    if annotations.get(FORCE_ANNOTATION) == "true":
        return []
    entries = read_entries(metadata.get("managedFields") or [])
    return other_owners(entries, annotations.get(FIELD_MANAGER_ANNOTATION))


def _read(metadata: Mapping[str, Any]) -> Live:
    namespace = metadata.get("namespace") or "default"
    return Live(metadata.get("name") or "", namespace, owners_besides_ours(metadata))
