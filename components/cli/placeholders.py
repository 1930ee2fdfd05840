"""Values that a tool fills in before the manifest is applied, such as `${NAME}` of Flux.

They are unknown: only a finding that is there whatever the value will be is reported.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from ..core.findings import INVALID, Finding, is_within, quote
from ..core.rules import RuleBook
from ..core.unknown import Unknown
from ..validation.shapes import JSON_TYPE
from ..validation.unknown_fields import touches
from ..validation.untyped import items, mapping, text
from .subjects import Row

RULES = RuleBook()
PLACEHOLDER = RULES.rule(
    "placeholder", "A value that something fills in later is filled in before it is validated."
)

_IN_BRACES = (
    r"\$\{[A-Za-z_][^{}\n]*\}"  # Flux, envsubst
    r"|\{\{[^{}\n]*\}\}"  # Helm, Jinja, GitHub Actions
)
_PLACEHOLDER = re.compile(
    rf"{_IN_BRACES}"
    r"|\{[a-z_]+(?:\.[A-Za-z_0-9]+)+\}"  # Python's format, such as {self.name}
    r"|\b(?:[A-Z0-9]+_)*(?:REPLACE|REPLACEME|CHANGEME|PLACEHOLDER)(?:_[A-Z0-9]+)*\b"  # sed
    r"|^\$[A-Z_][A-Z0-9_]*$"  # shells
    r"|^\$\([A-Za-z_][A-Za-z0-9_.-]*\)$"  # make, Tekton
    r"|\(\([A-Za-z_][A-Za-z0-9_./-]*\)\)"  # Concourse
    r"|@@[A-Za-z_][A-Za-z0-9_]*@@"  # sed
    r"|^__[A-Z][A-Z0-9_]*__$"  # sed
    r"|^ENC\[[A-Z0-9_]+,"  # SOPS
    r"|\bYOUR_[A-Z0-9_]*[A-Z0-9]\b"  # for human readers, as are those in angle brackets
    r"|(?:^|(?<=[./:@-]))<[A-Za-z][^<>\n]*>(?=$|[./:@-])"
)
_BRACES = re.compile(_IN_BRACES)
_TYPE = "spec.type"
_COMPARED = (_TYPE, "spec.ports", "spec.selector")
"""The fields of a Service that other objects are compared with."""

Validate = Callable[[Mapping[str, Any]], list[Finding]]


def validate_filled(manifest: Mapping[str, Any], validate: Validate) -> list[Finding]:
    """Return the findings of a manifest without those that only follow from a placeholder.

    Args:
        manifest: The manifest.
        validate: Returns the findings of a manifest.
    """
    findings = validate(manifest)
    values = frozenset(text(one.value) for one in findings if _is_placeholder(one))
    if not values:
        return findings
    certain = validate(_unknown(manifest, values))
    return [one for one in findings if _is_placeholder(one) or one in certain]


class Placeholders:
    """The placeholders of a run, and values of the wrong type, which are unknown too.

    Args:
        allowed: Whether they are accepted.
    """

    def __init__(self, *, allowed: bool) -> None:
        self._allowed = allowed
        self._values: set[str] = set()
        self._paths: dict[int, list[str]] = {}
        """The paths of unknown values in lower case, by the number of the object."""
        self._services: set[str] = set()
        """The quoted names of Services with unknown values that others are compared with."""

    def take(self, number: int, manifest: Any, findings: Iterable[Finding]) -> list[Finding]:
        """Return an object's findings, with one for each value with a placeholder.

        Args:
            number: The object's number.
            manifest: The object.
            findings: Its findings.
        """
        kept: list[Finding] = []
        seen: set[str] = set()
        for finding in findings:
            is_placeholder = _is_placeholder(finding)
            if is_placeholder or finding.code == JSON_TYPE.code:
                self._paths.setdefault(number, []).append((finding.at or finding.path).lower())
            if not is_placeholder:
                kept.append(finding)
                continue
            value = text(finding.value)
            if not self._allowed and value not in seen:
                detail = "a placeholder that something fills in later"
                remedy = "fill it in first, or pass --allow-placeholders"
                kept.append(Finding(finding.path, INVALID, detail, value, remedy, PLACEHOLDER.code))
            seen.add(value)
        self._values |= seen
        fields = mapping(manifest)
        if fields.get("kind") == "Service" and self._are_compared(number):
            name = text(mapping(fields.get("metadata")).get("name"))
            self._services |= {quote(name)} if name else set[str]()
        return kept

    def without(self, number: int, manifest: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return an object with an `Unknown` for each placeholder, after it was taken."""
        return _unknown(manifest, self._values) if number in self._paths else manifest

    def leave_certain(self, row: Row) -> bool:
        """Return whether a hazard is there whatever the unknown values will be."""
        paths = self._paths.get(row.number, ())
        if touches(row.finding.path, paths) or (row.subject.kind == "Service" and _TYPE in paths):
            return False
        detail = row.finding.detail
        named = (*self._values, *self._services)
        return not _BRACES.search(detail) and not any(one in detail for one in named)

    def _are_compared(self, number: int) -> bool:
        paths = self._paths.get(number, ())
        return any(is_within(path, field) for path in paths for field in _COMPARED)


def _is_placeholder(finding: Finding) -> bool:
    return isinstance(finding.value, str) and bool(_PLACEHOLDER.search(finding.value))


def _unknown(value: Any, placeholders: Iterable[str]) -> Any:
    """Return a value with an `Unknown` for each text that is one of these placeholders."""
    if isinstance(value, str):
        return Unknown("") if value in placeholders else value
    if isinstance(value, list):
        return [_unknown(one, placeholders) for one in items(cast("object", value))]
    fields = mapping(value)
    return {key: _unknown(one, placeholders) for key, one in fields.items()} if fields else value
