"""The owners of an object, whose deletion deletes it."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.findings import Finding, invalid, required
from ..core.rules import RuleBook
from ..core.versions import Rules
from . import shapes

RULES = RuleBook()
METADATA_OWNER_VERSION = RULES.rule(
    "metadata-owner-version", "An owner's apiVersion is a version or a group and a version."
)
METADATA_OWNER_KIND = RULES.rule("metadata-owner-kind", "An owner's kind is given.")
METADATA_OWNER_NAME = RULES.rule("metadata-owner-name", "An owner's name is given.")
METADATA_OWNER_UID = RULES.rule("metadata-owner-uid", "An owner's uid is given.")
METADATA_OWNER_EVENT = RULES.rule("metadata-owner-event", "An Event cannot be an owner.")
METADATA_OWNER_CONTROLLER = RULES.rule(
    "metadata-owner-controller", "At most one owner is the controller."
)

SHAPE = shapes.Struct(
    {
        "apiVersion": shapes.STRING,
        "kind": shapes.STRING,
        "name": shapes.STRING,
        "uid": shapes.STRING,
        "controller": shapes.BOOL,
        "blockOwnerDeletion": shapes.BOOL,
    }
)
_OWNER_FIELDS = (
    ("apiVersion", METADATA_OWNER_VERSION),
    ("kind", METADATA_OWNER_KIND),
    ("name", METADATA_OWNER_NAME),
    ("uid", METADATA_OWNER_UID),
)
"""The fields that every owner needs, each with its rule."""


def check_owners(
    owners: Sequence[Mapping[str, Any]], rules: Rules, findings: list[Finding]
) -> None:
    """Validate the owners of a decoded object (`ValidateOwnerReferences`)."""
    path = "metadata.ownerReferences"
    kept = _without_repetitions(owners)
    controller = ""
    for index, owner in enumerate(kept):
        if rules.generated:
            _check_owner(owner, f"{path}[{index}]", findings)
        else:
            named = rules.names_what_is_missing
            _check_owner_unnumbered(owner, path, findings, names_it=named)
        if owner.get("controller"):
            title = f"{owner.get('kind', '')}/{owner.get('name', '')}"
            if controller:
                detail = (
                    "Only one reference can have Controller set to true. Found "
                    f'"true" in references for {controller} and {title}'
                )
                findings.append(invalid(path, kept, detail, rule=METADATA_OWNER_CONTROLLER))
            else:
                controller = title


def _without_repetitions(owners: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the owners as the API server stores them, without repetitions."""
    kept: list[Mapping[str, Any]] = []
    for owner in owners:
        if not any(_same(owner, other) for other in kept):
            kept.append(owner)
    return kept


def _same(owner: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(owner.get(field) == other.get(field) for field in SHAPE.fields)


def _check_owner(owner: Mapping[str, Any], path: str, findings: list[Finding]) -> None:
    version = owner.get("apiVersion", "")
    if version and not _has_version(version):
        detail = "must be <group>/<version> or <version>"
        findings.append(invalid(f"{path}.apiVersion", version, detail, rule=METADATA_OWNER_VERSION))
    findings.extend(
        required(f"{path}.{field}", "must not be empty", rule=rule)
        for field, rule in _OWNER_FIELDS
        if not owner.get(field)
    )
    _check_event(owner, path, findings)


def _check_owner_unnumbered(
    owner: Mapping[str, Any], path: str, findings: list[Finding], *, names_it: bool
) -> None:
    """Validate one owner as before 1.37: the API server's paths have no index."""
    version = owner.get("apiVersion", "")
    if not _has_version(version):
        detail = "version must not be empty"
        findings.append(invalid(f"{path}.apiVersion", version, detail, rule=METADATA_OWNER_VERSION))
    for field, rule in _OWNER_FIELDS[1:]:
        if not owner.get(field):
            detail = f"{field} must not be empty" if names_it else "must not be empty"
            findings.append(invalid(f"{path}.{field}", "", detail, rule=rule))
    _check_event(owner, path, findings)


def _has_version(api_version: str) -> bool:
    return api_version.count("/") <= 1 and bool(api_version.rpartition("/")[2])


def _check_event(owner: Mapping[str, Any], path: str, findings: list[Finding]) -> None:
    if owner.get("apiVersion") in ("v1", "/v1") and owner.get("kind") == "Event":
        detail = "/v1, Kind=Event is disallowed from being an owner"
        findings.append(invalid(path, dict(owner), detail, rule=METADATA_OWNER_EVENT))
