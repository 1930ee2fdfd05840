"""Walks through lists and structs; a path is built only where something is wrong."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeVar

from ..core.findings import Finding, invalid
from ..core.rules import Rule

_Value = TypeVar("_Value")

Decoded = dict[str, Any]
"""A decoded struct: without nulls, an absent field standing for Go's zero value or nil."""


def each(items: Iterable[Any], check: Callable[[Any], list[Finding]], path: str) -> list[Finding]:
    """Check every item of the list at `path`; `check` gives paths that begin at the item."""
    return [
        finding.under(f"{path}[{index}]")
        for index, item in enumerate(items)
        for finding in check(item)
    ]


def below(path: str, findings: Iterable[Finding]) -> list[Finding]:
    """Put findings below the field at `path`."""
    return [finding.under(path) for finding in findings]


def against(
    path: str, value: _Value, reasons: Callable[[_Value], Sequence[str]], rule: Rule
) -> list[Finding]:
    """Return a finding for every reason against a value."""
    found = reasons(value)
    return [invalid(path, value, reason, rule=rule) for reason in found] if found else []


def last(findings: Iterable[Finding], rules: Collection[Rule]) -> list[Finding]:
    """Put the findings of these rules after all others, in their order."""
    codes = {rule.code for rule in rules}
    return sorted(findings, key=lambda one: one.code in codes)
