"""Objects that the API server certainly refuses: a kind or apiVersion that is a near miss.

Only kinds of this package, and only in versions of built-in groups that are known here: a kind or
version that is newer than this package is not misspelled.
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
"""Where these kinds are looked for by mistake, all of whose kinds are known."""


def refusal(manifest: Mapping[str, Any]) -> Finding | None:
    """Return why an object of none of the kinds here is refused, or None where that is not known.

    Args:
        manifest: An object whose `apiVersion` and `kind` together are not validated.
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
    """Return the finding in kubectl's own words, which asks what the API server has."""
    detail = f"no matches for kind {quote(kind)} in version {quote(version)}"
    return Finding(path, NOT_SUPPORTED, detail, value, remedy, rule.code)
