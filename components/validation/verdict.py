"""Validates a manifest of any kind."""

from collections.abc import Mapping
from typing import Any, cast

from ..core.findings import Finding, not_supported, required
from ..core.rules import RuleBook
from ..core.versions import NEWEST, Rules, rules_of
from . import ip, object_meta, refused, shapes
from .kinds import KINDS, SPECS
from .kinds.kind_spec import KindSpec
from .older_wording import in_words_of
from .unknown_fields import certain

_OF_ALL = RuleBook()
KIND = _OF_ALL.rule(
    "kind", "The object's apiVersion or kind is missing or not one that is validated."
)

RULES: Mapping[str, str] = RuleBook(
    _OF_ALL,
    refused.RULES,
    shapes.RULES,
    object_meta.RULES,
    ip.RULES,
    *(spec.rules for spec in SPECS),
).texts()
"""Every rule by its code, with one line that says what it requires."""


def validate(
    manifest: Mapping[str, Any],
    *,
    kubernetes_version: str | None = NEWEST,
    old: Mapping[str, Any] | None = None,
) -> list[Finding]:
    """Return everything that the API server would refuse in a manifest.

    Args:
        manifest: A v1 Service or Endpoints, discovery.k8s.io/v1 EndpointSlice, or
            networking.k8s.io/v1 Ingress or NetworkPolicy, in its wire form.
        kubernetes_version: The version whose rules apply, such as "1.36"; None for rules that
            satisfy every version from 1.30 to 1.37. Defaults to "1.37".
        old: The live object, if the manifest updates one. Defaults to None: the manifest creates
            it.

    Returns:
        The findings in the order of the API server. It refuses a manifest with a finding of
        severity `error`, and accepts any other.

    Raises:
        ValueError: `kubernetes_version` is not a version from 1.30 on.
    """
    return validate_by(rules_of(kubernetes_version), manifest, old)


def validate_by(
    rules: Rules, manifest: Mapping[str, Any], old: Mapping[str, Any] | None = None
) -> list[Finding]:
    """Return the findings of `validate` by the rules of one version or of several."""
    kind = KINDS.get((str(manifest.get("apiVersion")), str(manifest.get("kind"))))
    return [_unknown_kind(manifest)] if kind is None else validate_as(kind, rules, manifest, old)


def validate_as(
    kind: KindSpec, rules: Rules, manifest: Mapping[str, Any], old: Mapping[str, Any] | None = None
) -> list[Finding]:
    """Return the findings of `validate` for a manifest of a known kind."""
    types: list[Finding] = []
    shape = kind.shape(rules)
    new = shapes.decode(shape, manifest, types)
    before = None if old is None else shapes.decode(shape, old, [])
    errors = [finding for finding in types if finding.severity == "error"]

    def findings_of(decoded: dict[str, Any]) -> list[Finding]:
        return _findings(kind, decoded, before, rules)

    findings = findings_of(new)
    if errors:
        unknown = [finding.path for finding in errors]
        findings = certain(findings, new, unknown, kind.guesses, findings_of)
    findings = in_words_of(rules, findings)
    return [*errors, *findings, *(finding for finding in types if finding.severity == "warning")]


def _findings(
    kind: KindSpec, new: dict[str, Any], before: dict[str, Any] | None, rules: Rules
) -> list[Finding]:
    findings: list[Finding] = []
    kind.validate(new, before, rules, findings)
    if before is None:
        object_meta.check_unstored(new, findings)
    return findings


def _unknown_kind(manifest: Mapping[str, Any]) -> Finding:
    for field in ("apiVersion", "kind"):
        if not isinstance(manifest.get(field), str) or not manifest[field]:
            return required(field, rule=KIND)
    if found := refused.refusal(manifest):
        return found
    known = [f"{version} {kind}" for version, kind in KINDS]
    given = cast("dict[str, Any]", manifest)
    return not_supported("kind", f"{given['apiVersion']} {given['kind']}", known, KIND)
