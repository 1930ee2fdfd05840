"""Objects that are not what their author means: a kind or apiVersion that is a near miss."""

from collections.abc import Mapping
from typing import Any

from ...findings import quote
from ..kinds import SPECS
from ..untyped import text
from .hazard import Catalogue
from .report import Report

HAZARDS = Catalogue("Kind and apiVersion")
KIND_MISSPELLED = HAZARDS.hazard(
    "kind-misspelled",
    "the API server has no kind {kind}: the object is refused",
    "{remedy}",
    "The kind is one that the API server does not have.",
)
API_VERSION_WRONG = HAZARDS.hazard(
    "api-version-wrong",
    "there is no {kind} in {version}: the object is refused",
    "write {api_version}",
    "The kind exists, in another apiVersion.",
)
API_VERSION_REMOVED = HAZARDS.hazard(
    "api-version-removed",
    "{version} {kind} is gone since Kubernetes {removed}: the object is refused",
    "write {api_version}, whose fields differ",
    "The apiVersion has been removed from Kubernetes.",
)

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
        report.add(index, KIND_MISSPELLED, "kind", kind=quote(kind), remedy=spec.respelled(kind))
    elif version == spec.api_version:
        return
    elif removed := spec.removed.get(version):
        report.add(
            index,
            API_VERSION_REMOVED,
            "apiVersion",
            version=version,
            kind=kind,
            removed=removed,
            api_version=spec.api_version,
        )
    else:
        report.add(
            index,
            API_VERSION_WRONG,
            "apiVersion",
            kind=kind,
            version=quote(version),
            api_version=spec.api_version,
        )
