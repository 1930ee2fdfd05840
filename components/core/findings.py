"""Findings: where a value is wrong, why, and what to do about it.

The wording follows the API server's own errors (`apimachinery/pkg/util/validation/field`), so users
read the same text before an apply as after it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from .rules import Rule

Severity = Literal["error", "warning"]
"""The API server refuses an error; it accepts a warning, but the value is likely wrong."""

REQUIRED = "Required value"
INVALID = "Invalid value"
NOT_SUPPORTED = "Unsupported value"
FORBIDDEN = "Forbidden"
DUPLICATE = "Duplicate value"
TOO_MANY = "Too many"
TOO_LONG = "Too long"
INTERNAL = "Internal error"

HIDDEN = "[secret]"
"""Replaces a value that came from a secret."""


class _Null:
    def __str__(self) -> str:
        return "null"


NULL = _Null()
"""Marks a value for which the API server shows null."""

_MOST_SHOWN = 1000
_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason why a value cannot be used."""

    path: str
    """Where: a field path such as `ports[1].name`."""
    type: str
    """The type of error, in the API server's words, such as `Invalid value`."""
    detail: str = ""
    """The reason. May be empty if the type says enough."""
    value: object = None
    """The offending value, or None if there is none to show."""
    remedy: str = ""
    """What to do about it. Empty if the reason makes it obvious."""
    code: str = ""
    """The stable name of the rule that it breaks; `validation.RULES` lists those of manifests."""
    severity: Severity = "error"
    at: str = field(default="", compare=False)
    """The full path of the field, if the API server's path names only its parent."""

    @property
    def message(self) -> str:
        """Type, value and detail, as the API server words the cause of a refusal."""
        parts = [self.type]
        if self.value is not None:
            parts.append(quote(self.value))
        if self.detail:
            parts.append(self.detail)
        return ": ".join(part for part in parts if part)

    def __str__(self) -> str:
        text = f"{self.path}: {self.message}" if self.path else self.message
        return printable(f"{text} ({self.remedy})" if self.remedy else text)

    def under(self, prefix: str) -> "Finding":
        """Return the same finding for a field that sits below `prefix`."""
        path = join(prefix, self.path)  # `replace` would take twice the time
        at = join(prefix, self.at) if self.at else ""
        return Finding(
            path, self.type, self.detail, self.value, self.remedy, self.code, self.severity, at
        )

    def hushed(self) -> "Finding":
        """Return the same finding with its value hidden, for values that came from a secret."""
        return self if self.value is None else replace(self, value=HIDDEN)


def required(path: str, detail: str = "", remedy: str = "", rule: Rule | None = None) -> Finding:
    """Return the finding for a required value that is missing."""
    return Finding(path, REQUIRED, detail, None, remedy, _code(rule))


def invalid(
    path: str, value: object, detail: str, remedy: str = "", rule: Rule | None = None
) -> Finding:
    """Return the finding for a value that cannot be used."""
    return Finding(path, INVALID, detail, value, remedy, _code(rule))


def not_supported(
    path: str, value: object, supported: Iterable[str], rule: Rule | None = None
) -> Finding:
    """Return the finding for a value that is not one of the allowed ones."""
    names = ", ".join(f'"{name}"' for name in supported)
    return Finding(path, NOT_SUPPORTED, f"supported values: {names}", value, "", _code(rule))


def forbidden(path: str, detail: str, remedy: str = "", rule: Rule | None = None) -> Finding:
    """Return the finding for a field that may not be used here."""
    return Finding(path, FORBIDDEN, detail, None, remedy, _code(rule))


def duplicate(path: str, value: object, detail: str = "", rule: Rule | None = None) -> Finding:
    """Return the finding for a value that must be unique and is given twice."""
    return Finding(path, DUPLICATE, detail, value, "", _code(rule))


def too_many(
    path: str, count: int, limit: int, remedy: str = "", rule: Rule | None = None
) -> Finding:
    """Return the finding for a list that is longer than allowed."""
    return Finding(path, TOO_MANY, f"must have at most {limit} items", count, remedy, _code(rule))


def too_long(path: str, limit: int, rule: Rule | None = None) -> Finding:
    """Return the finding for a text that is longer than allowed."""
    return Finding(path, TOO_LONG, f"may not be more than {limit} bytes", None, "", _code(rule))


def _code(rule: Rule | None) -> str:
    return rule.code if rule else ""


def join(prefix: str, path: str) -> str:
    """Put a field path below another: `a` and `b` give `a.b`, `a` and `[0]` give `a[0]`."""
    if not prefix or not path or path.startswith("["):
        return prefix + path
    return f"{prefix}.{path}"


def is_within(path: str, outer: str) -> bool:
    """Return whether a field path is `outer` or below it."""
    return path.startswith(outer) and path[len(outer) : len(outer) + 1] in ("", ".", "[")


def quote(value: object) -> str:
    """Return a value as the API server shows it: text as Go quotes it, all else as JSON."""
    if value is HIDDEN or value is NULL:
        return str(value)
    if isinstance(value, str):
        return _shorten(f'"{"".join(map(_escape, value))}"')
    return _shorten(json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str))


def printable(text: str) -> str:
    """Escape characters that move a terminal's cursor, colour or reverse text, or end a line."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _escape(one) for one in text)


def _escape(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isprintable():
        return letter
    code = ord(letter)
    if code > 0xFFFF:  # noqa: PLR2004 - four digits
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}"  # noqa: PLR2004 - ASCII


def _shorten(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
