"""Objects that are not what their author means: a kind or apiVersion that is a near miss."""

from collections.abc import Mapping
from typing import Any

from ...findings import quote
from ..kinds import SPECS
from ..untyped import text
from .report import Report

HAZARDS = {
    "kind-misspelled": "The kind is one that the API server does not have.",
    "api-version-wrong": "The kind exists, in another apiVersion.",
    "api-version-removed": "The apiVersion has been removed from Kubernetes.",
}

_BY_SPELLING = {spelling: spec for spec in SPECS for spelling in spec.spellings}
_LONGEST = max(map(len, _BY_SPELLING))
_GROUPS = frozenset(
    {"apps", "core"}
    | {
        version.rpartition("/")[0]
        for spec in SPECS
        for version in (spec.api_version, *spec.removed)
    }
)
"""Where these kinds are looked for by mistake; other groups may have kinds of the same name."""


def look_at_kind(index: int, manifest: Mapping[str, Any], report: Report) -> None:
    """Report a kind or apiVersion that is a near miss."""
    version, kind = text(manifest.get("apiVersion")), text(manifest.get("kind"))
    if not version or len(kind) > _LONGEST:
        return
    spec = _BY_SPELLING.get(kind.lower())
    group, slash, _ = version.rpartition("/")
    if spec is None or group not in _GROUPS or (not slash and version != "v1"):
        return
    if kind != spec.kind:
        report.add(
            index,
            "kind-misspelled",
            "kind",
            f"the API server has no kind {quote(kind)}: the object is refused",
            spec.respelled(kind),
        )
    elif version == spec.api_version:
        return
    elif removed := spec.removed.get(version):
        report.add(
            index,
            "api-version-removed",
            "apiVersion",
            f"{version} {kind} is gone since Kubernetes {removed}: the object is refused",
            f"write {spec.api_version}, whose fields differ",
        )
    else:
        report.add(
            index,
            "api-version-wrong",
            "apiVersion",
            f"there is no {kind} in {quote(version)}: the object is refused",
            f"write {spec.api_version}",
        )
