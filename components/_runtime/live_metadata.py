"""The metadata of a live object of any kind, as the cluster returns it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pulumi
from pulumi_kubernetes import meta

from ..core.metadata import FIELD_MANAGER_ANNOTATION
from ..core.ownership import other_owners, read_entries
from .guards import owners_besides_ours

__all__ = ["Live", "is_answered", "live", "metadata_of"]


class Live(NamedTuple):
    """The metadata of a live object that components use."""

    name: str
    namespace: str
    owners: list[str]
    """The field managers, other than ours, that own more than metadata."""


def live(registered: pulumi.Resource) -> pulumi.Output[Live]:
    """Return the metadata of a registered object, once the cluster has returned it."""
    return metadata_of(registered).apply(_read)


def metadata_of(registered: pulumi.Resource) -> pulumi.Output[Any]:
    """Return the metadata of an object; the SDK knows no types of a custom resource."""
    anything: Any = registered
    metadata: pulumi.Output[Any] = anything.metadata
    return metadata


def is_answered(metadata: Any) -> bool:
    """Return whether metadata comes from the API server, also from a dry run at preview."""
    if isinstance(metadata, meta.v1.outputs.ObjectMeta):
        return bool(metadata.uid or metadata.managed_fields)
    return "uid" in metadata or "managedFields" in metadata


def _read(metadata: Any) -> Live:
    if isinstance(metadata, meta.v1.outputs.ObjectMeta):
        namespace = metadata.namespace or "default"
        return Live(metadata.name or "", namespace, owners_besides_ours(metadata))
    wire: Mapping[str, Any] = metadata
    annotations: Mapping[str, str] = wire.get("annotations") or {}
    entries = read_entries(wire.get("managedFields") or [])
    owners = other_owners(entries, annotations.get(FIELD_MANAGER_ANNOTATION))
    return Live(wire.get("name") or "", wire.get("namespace") or "default", owners)
