"""Finds misspelled kinds and apiVersions, which the API server certainly refuses.

Only spellings of kinds that this package validates are reported, and only in the listed versions of
built-in groups: a kind or version newer than this package is not misspelled.
"""

from collections.abc import Mapping
from typing import Any

from ..core.findings import NOT_SUPPORTED, Finding, quote
from ..core.rules import Rule, RuleBook
from .kinds import SPECS
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
_LONGEST = max(map(len, _BY_SPELLING))
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
    if version not in _VERSIONS or len(kind) > _LONGEST:
        return None
    spec = _BY_SPELLING.get(kind.lower())
    if spec is None or (version, kind) == spec.key:
        return None
    if kind != spec.kind:
        return _refused("kind", kind, version, kind, spec.respelled(kind), KIND_MISSPELLED)
    if removed := spec.removed.get(version):
        remedy = f"removed in Kubernetes {removed}; write {spec.api_version}, whose fields differ"
        return _refused("apiVersion", version, version, kind, remedy, API_VERSION_REMOVED)
    remedy = f"write {spec.api_version}"
    return _refused("apiVersion", version, version, kind, remedy, API_VERSION_WRONG)


def _refused(path: str, value: str, version: str, kind: str, remedy: str, rule: Rule) -> Finding:
    """Return the finding in the words of kubectl, which looks up the API server's kinds."""
    detail = f"no matches for kind {quote(kind)} in version {quote(version)}"
    return Finding(path, NOT_SUPPORTED, detail, value, remedy, rule.code)
