"""The wording of older versions, which changes no verdict."""

from collections.abc import Iterable
from dataclasses import replace

from ..core.findings import Finding
from ..core.versions import Rules

_TOO_LONG = "may not be more than "
_TOO_LONG_BEFORE_1_32 = "must have at most "
_PARTS = ("name part must be no more than", "prefix part must be no more than")


def in_words_of(rules: Rules, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings as the API server of a version words them."""
    if rules.at_most_bytes:
        findings = (_with(one, _TOO_LONG, _TOO_LONG_BEFORE_1_32) for one in findings)
    if rules.counts_characters:
        findings = (
            _with(one, " bytes", " characters") if one.detail.startswith(_PARTS) else one
            for one in findings
        )
    return list(findings)


def _with(finding: Finding, words: str, others: str) -> Finding:
    return replace(finding, detail=finding.detail.replace(words, others))
