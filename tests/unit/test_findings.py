"""How errors read: the API server's own words, values in quotes, and secrets in none."""

import pytest

from components import ValidationError
from components.core.findings import (
    HIDDEN,
    NULL,
    Finding,
    duplicate,
    forbidden,
    invalid,
    join,
    not_supported,
    quote,
    required,
    too_many,
)

TEXTS = {
    "required": (required("ports"), "ports: Required value"),
    "required for a reason": (required("a", "why", "do this"), "a: Required value: why (do this)"),
    "invalid": (invalid("a.b", "x", "why"), 'a.b: Invalid value: "x": why'),
    "invalid number": (invalid("a[0]", 0, "why"), "a[0]: Invalid value: 0: why"),
    "invalid without a value": (invalid("a", None, "why"), "a: Invalid value: why"),
    "invalid and a remedy": (
        invalid("a", "x", "why", "do this"),
        'a: Invalid value: "x": why (do this)',
    ),
    "invalid and empty": (invalid("a", "", "why"), 'a: Invalid value: "": why'),
    "invalid and false": (invalid("a", value=False, detail="why"), "a: Invalid value: false: why"),
    "unsupported": (
        not_supported("a", "x", ["B", "C"]),
        'a: Unsupported value: "x": supported values: "B", "C"',
    ),
    "forbidden": (forbidden("a", "why", "do this"), "a: Forbidden: why (do this)"),
    "duplicate": (duplicate("a", "x"), 'a: Duplicate value: "x"'),
    "duplicate for a reason": (duplicate("a", 1, "why"), "a: Duplicate value: 1: why"),
    "too many": (too_many("a", 9, 8), "a: Too many: 9: must have at most 8 items"),
    "no path": (invalid("", "x", "why"), 'Invalid value: "x": why'),
    "below a prefix": (required("b").under("a"), "a.b: Required value"),
    "an index below a prefix": (required("[0].b").under("a"), "a[0].b: Required value"),
    "hushed": (invalid("a", "x", "why").hushed(), "a: Invalid value: [secret]: why"),
    "hushed without a value": (required("a").hushed(), "a: Required value"),
}


@pytest.mark.parametrize(("finding", "text"), TEXTS.values(), ids=TEXTS)
def test_a_finding_reads(finding: Finding, text: str) -> None:
    assert str(finding) == text


@pytest.mark.parametrize(
    ("prefix", "path", "joined"),
    [("a", "b", "a.b"), ("a", "[0]", "a[0]"), ("", "b", "b"), ("a", "", "a"), ("", "", "")],
)
def test_paths_are_joined(prefix: str, path: str, joined: str) -> None:
    assert join(prefix, path) == joined


QUOTED = {
    "text": ("a", '"a"'),
    "quotes": ('say "a"', '"say \\"a\\""'),
    "a newline": ("a\n", '"a\\n"'),
    "a terminal's escape": ("\x1b[31m", '"\\x1b[31m"'),
    "letters beyond ASCII": ("é", '"é"'),
    "text that reverses its direction": ("\u202e", '"\\u202e"'),
    "half a surrogate pair": ("\ud800", '"\\ud800"'),
    "a number": (7, "7"),
    "a list": (["a"], '["a"]'),
    "a map": ({"a": True}, '{"a":true}'),
    "nothing": (NULL, "null"),
    "a secret": (HIDDEN, "[secret]"),
    "long text": ("a" * 3000, '"' + "a" * 999 + "..."),
}


@pytest.mark.parametrize(("value", "text"), QUOTED.values(), ids=QUOTED)
def test_a_value_is_shown_on_one_line(value: object, text: str) -> None:
    assert quote(value) == text


def test_one_error_is_one_line() -> None:
    error = ValidationError("ExternalService", "db", [required("ports")])
    assert str(error) == 'ExternalService "db": ports: Required value'


def test_several_errors_are_a_line_each() -> None:
    error = ValidationError("ExternalService", "db", [required("a"), required("b")])
    assert str(error) == (
        'ExternalService "db": 2 errors\n  a: Required value\n  b: Required value'
    )
    assert error.findings == (required("a"), required("b"))
