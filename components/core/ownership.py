"""Who owns a live object, according to the field managers that the API server records."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from .findings import Finding, forbidden
from .metadata import (
    FIELD_MANAGER,
    FIELD_MANAGER_ANNOTATION,
    MAX_FIELD_MANAGER,
    naming_argument,
    takes_adoptions,
)

CLIENT_SIDE = "pulumi-kubernetes"
"""The fixed manager of objects that provider 4.29 and later creates client-side. Raw resources have
it too, or this name with a random suffix."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One field manager of a live object, as `metadata.managedFields` lists it."""

    manager: str
    fields: Mapping[str, Any]
    """The fields that it owns, in the form of `fieldsV1`."""
    subresource: str = ""


def field_manager(owner: str) -> str:
    """Return the field manager of objects that `owner` creates.

    Args:
        owner: `<project>/<stack>`, or the owner in the configuration. If it is too long, a digest
            replaces it.
    """
    manager = f"{FIELD_MANAGER}{owner}"
    if len(manager.encode()) <= MAX_FIELD_MANAGER:
        return manager
    return f"{FIELD_MANAGER}{sha256(manager.encode()).hexdigest()}"


def check_owner(owner: str) -> str:
    """Return why the configured owner cannot be used, or an empty text.

    A field manager is 1 to 128 printable characters (`fieldManager` of the API's PatchOptions).
    """
    if not owner or not owner.isprintable() or owner != owner.strip():
        return "must be printable characters, without spaces around them"
    return ""


def other_owners(entries: Iterable[Entry], ours: str | None) -> list[str]:
    """Return the managers, other than ours, that own more of an object than its metadata.

    Args:
        entries: The managers of the live object.
        ours: The manager that its annotation names.
    """
    return [
        entry.manager
        for entry in entries
        if not _CONTENT.isdisjoint(entry.fields)
        and not entry.subresource
        and not _is_ours(entry, ours)
    ]


def owners(entries: Iterable[Entry], annotated: str | None) -> set[str]:
    """Return the managers that own more of an object than its metadata.

    Args:
        entries: The managers of the live object.
        annotated: The manager that its annotation names, which replaces the provider's fixed one.
    """
    return {
        annotated if annotated and _is_ours(entry, annotated) else entry.manager
        for entry in entries
        if not _CONTENT.isdisjoint(entry.fields) and not entry.subresource
    }


def is_of_pulumi(manager: str) -> bool:
    """Return whether a field manager belongs to a stack or a raw resource."""
    return manager.startswith((FIELD_MANAGER, f"{CLIENT_SIDE}-")) or manager == CLIENT_SIDE


def refused_owners(owners: Collection[str], kind: str, name: str, urn: str) -> list[Finding]:
    """Return the errors for an object that belongs to another stack or resource.

    Args:
        owners: The managers of the live object, other than ours.
        kind: Its kind.
        name: Its name.
        urn: Its URN as a child of the component. Without a preview, a provider that upserts has
            already recorded it, and a destroy would delete the live object.
    """
    for owner in sorted(owners):
        if owner.startswith(FIELD_MANAGER):
            return [_of_another_stack(owner, kind, name, urn)]
    for owner in sorted(owners):
        if owner == CLIENT_SIDE or owner.startswith(f"{CLIENT_SIDE}-"):
            return [_of_a_raw_resource(owner, kind, name, urn)]
    return []


def read_entries(managed_fields: Iterable[Mapping[str, Any]]) -> Iterator[Entry]:
    """Return the entries of `metadata.managedFields` in their wire form."""
    for entry in managed_fields:
        yield Entry(
            entry.get("manager") or "", entry.get("fieldsV1") or {}, entry.get("subresource") or ""
        )


_CONTENT = frozenset({"f:spec", "f:endpoints", "f:ports", "f:addressType", "f:subsets"})
"""The content of a Service, an EndpointSlice or an Endpoints object, as `fieldsV1` names it."""


def _is_ours(entry: Entry, ours: str | None) -> bool:
    """Return whether the manager is that of the declared object.

    The provider's fixed manager is ours only if it has also written our annotation, which raw
    resources never have.
    """
    if entry.manager == ours:
        return True
    metadata: Mapping[str, Any] = entry.fields.get("f:metadata") or {}
    annotations: Mapping[str, Any] = metadata.get("f:annotations") or {}
    return entry.manager == CLIENT_SIDE and f"f:{FIELD_MANAGER_ANNOTATION}" in annotations


def _of_another_stack(owner: str, kind: str, name: str, urn: str) -> Finding:
    stack = owner.removeprefix(FIELD_MANAGER)
    return forbidden(
        _path(kind, name),
        f"another stack declares this {kind}, as field manager {owner}",
        f"{_forget(kind, urn)}choose another `{_naming_argument(kind, urn)}`; if it is this stack"
        f" under its old name, instead run `pulumi config set k8s-endpoints:owner {stack}`",
    )


def _of_a_raw_resource(owner: str, kind: str, name: str, urn: str) -> Finding:
    other = f"choose another `{_naming_argument(kind, urn)}`"
    if takes_adoptions(kind):
        adopt = "if it is a resource of this stack that the component replaces, name it in `adopt`"
        other = f"{adopt}; otherwise {other}"
    return forbidden(
        _path(kind, name),
        f"another Pulumi resource declares this {kind}, as field manager {owner}",
        f"{_forget(kind, urn)}{other}",
    )


def _forget(kind: str, urn: str) -> str:
    return (
        f"first `pulumi state delete '{urn}'` if an earlier up recorded it, because Pulumi would"
        f" delete the live {kind}; then, "
    )


def _naming_argument(kind: str, urn: str) -> str:
    """Return the argument that names a child, found by the component's type in the URN."""
    return naming_argument(kind, of_tcp_route=":TcpRoute$" in urn)


def _path(kind: str, name: str) -> str:
    is_named = kind in ("Service", "Ingress") or kind.endswith("Policy")
    return naming_argument(kind) if is_named else f"{kind}[{name}]"
