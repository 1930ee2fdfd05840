"""Values that a tool fills in before the manifest is applied, such as `${NAME}` of Flux."""

import re
from collections.abc import Iterable

from ..core.findings import INVALID, Finding
from ..core.rules import RuleBook

RULES = RuleBook()
PLACEHOLDER = RULES.rule(
    "placeholder", "A value that something fills in later is filled in before it is validated."
)

_PLACEHOLDER = re.compile(
    r"\$\{[A-Za-z_][^{}\n]*\}"  # Flux, envsubst
    r"|\{\{[^{}\n]*\}\}"  # Helm, Jinja
    r"|\{[a-z_]+(?:\.[A-Za-z_0-9]+)+\}"  # Python's format, such as {self.name}
    r"|\b(?:[A-Z0-9]+_)*(?:REPLACE|REPLACEME|CHANGEME|PLACEHOLDER)(?:_[A-Z0-9]+)*\b"  # sed
    r"|^<[A-Za-z][^<>\n]*>$"  # for human readers
)


def without_placeholders(findings: Iterable[Finding], *, allowed: bool) -> list[Finding]:
    """Return the findings, with one for each value with a placeholder instead of its errors.

    Args:
        findings: The findings of one object.
        allowed: Whether placeholders are accepted.
    """
    kept: list[Finding] = []
    seen: set[str] = set()
    for finding in findings:
        value = finding.value
        if not isinstance(value, str) or not _PLACEHOLDER.search(value):
            kept.append(finding)
        elif not allowed and value not in seen:
            seen.add(value)
            detail = "a placeholder that something fills in later"
            remedy = "fill it in first, or pass --allow-placeholders"
            kept.append(Finding(finding.path, INVALID, detail, value, remedy, PLACEHOLDER.code))
    return kept
