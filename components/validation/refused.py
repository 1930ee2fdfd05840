"""Finds misspelled kinds and apiVersions, which the API server certainly refuses.

Only spellings of known kinds are reported, and only in the listed versions of built-in groups: a
kind or version newer than this package is not misspelled. A group without a dot is never that of a
custom resource, but other programs have such files too (`openslo/v1`, kind `Service`): it is
reported if it is the beginning of the kind's own group.
"""

import re
from collections.abc import Mapping
from typing import Any

from ..core.findings import NOT_SUPPORTED, Finding, quote
from ..core.rules import Rule, RuleBook
from .built_in import KINDS_OF, kind_meant
from .kinds import SPECS
from .kinds.kind_spec import KindSpec
from .untyped import text

RULES = RuleBook()
KIND_MISSPELLED = RULES.rule("kind-misspelled", "The kind is one that the API server has.")
API_VERSION_WRONG = RULES.rule(
    "api-version-wrong", "The kind belongs to its apiVersion, not to another one."
)
API_VERSION_REMOVED = RULES.rule(
    "api-version-removed", "The apiVersion has not been removed from Kubernetes."
)

_BY_SPELLING = {spelling: spec for spec in SPECS for spelling in spec.spellings}
_LONGEST = max(map(len, (kind for kinds in KINDS_OF.values() for kind in kinds))) + 1
_HOMES = {
    **{kind: version for version, kinds in KINDS_OF.items() for kind in kinds},
    **{spec.kind: spec.api_version for spec in SPECS},
}
"""The apiVersion of each known kind."""
_CORE = "v1"
_ALMOST_CORE = re.compile(r"[vV]?1(?:\.0|(?:alpha|beta)[1-9])?")
"""How the version of the core group is misspelled."""
_VERSIONS = frozenset(
    {
        *("v1", "core/v1", "apps/v1", "apps/v1beta1", "apps/v1beta2", "extensions/v1beta1"),
        *("networking.k8s.io/v1alpha1", "networking.k8s.io/v1beta1"),
        *(version for spec in SPECS for version in (spec.api_version, *spec.removed)),
    }
)
"""Versions of API groups whose kinds are all known, where these kinds are often misplaced."""


def refusal(manifest: Mapping[str, Any]) -> Finding | None:
    """Return why an object of another kind is refused, or None if that is not certain.

    Args:
        manifest: An object whose `apiVersion` and `kind` are not among the validated ones.
    """
    version, kind = text(manifest.get("apiVersion")), text(manifest.get("kind"))
    if len(kind) > _LONGEST:
        return None
    spec = _BY_SPELLING.get(kind.lower()) if version in _VERSIONS else None
    if spec is not None and (version, kind) != spec.key:
        return _misplaced(version, kind, spec)
    if meant := kind_meant(version, kind):
        remedy = f"write {meant} of {version}"
        return _refused("kind", kind, version, kind, remedy, KIND_MISSPELLED)
    if _is_almost_home(version, kind):
        remedy = f"write {_HOMES[kind]}"
        return _refused("apiVersion", version, version, kind, remedy, API_VERSION_WRONG)
    return None


def _misplaced(version: str, kind: str, spec: KindSpec) -> Finding:
    if kind != spec.kind:
        return _refused("kind", kind, version, kind, spec.respelled(kind), KIND_MISSPELLED)
    if removed := spec.removed.get(version):
        remedy = f"removed in Kubernetes {removed}; write {spec.api_version}, whose fields differ"
        return _refused("apiVersion", version, version, kind, remedy, API_VERSION_REMOVED)
    remedy = f"write {spec.api_version}"
    return _refused("apiVersion", version, version, kind, remedy, API_VERSION_WRONG)


def _is_almost_home(version: str, kind: str) -> bool:
    """Return whether a version is a misspelling of the one that a kind belongs to."""
    home = _HOMES.get(kind, "")
    group, slash, _ = version.rpartition("/")
    if not slash:
        return bool(home) and version != _CORE and _ALMOST_CORE.fullmatch(version) is not None
    beginning, dot, _ = home.rpartition("/")[0].partition(".")
    return bool(dot) and group == beginning


def _refused(path: str, value: str, version: str, kind: str, remedy: str, rule: Rule) -> Finding:
    """Return the finding in the words of kubectl, which looks up the API server's kinds."""
    detail = f"no matches for kind {quote(kind)} in version {quote(version)}"
    return Finding(path, NOT_SUPPORTED, detail, value, remedy, rule.code)
