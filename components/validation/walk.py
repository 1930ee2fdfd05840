"""Walks through lists and structs, and builds a path only for an error."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeVar

from ..core.findings import Finding, invalid
from ..core.rules import Rule

_Value = TypeVar("_Value")

Decoded = dict[str, Any]
"""A decoded struct without nulls; an absent field means Go's zero value or nil."""


def each(items: Iterable[Any], check: Callable[[Any], list[Finding]], path: str) -> list[Finding]:
    """Return the findings for every item of the list at `path`, with paths below it."""
    return [
        finding.under(f"{path}[{index}]")
        for index, item in enumerate(items)
        for finding in check(item)
    ]


def below(path: str, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings with their paths below the field at `path`."""
    return [finding.under(path) for finding in findings]


def against(
    path: str, value: _Value, reasons: Callable[[_Value], Sequence[str]], rule: Rule
) -> list[Finding]:
    """Return a finding for each reason why a value is invalid."""
    found = reasons(value)
    return [invalid(path, value, reason, rule=rule) for reason in found] if found else []


def last(findings: Iterable[Finding], rules: Collection[Rule]) -> list[Finding]:
    """Return the findings with those of these rules moved to the end, in order."""
    codes = {rule.code for rule in rules}
    return sorted(findings, key=lambda one: one.code in codes)
