"""The values of scalars as kubectl reads them.

That is YAML 1.1 as in go-yaml v2, converted to JSON: `on` is true and `0777` is 511, but `12:30:45`
and dates are text; a float without a fraction is an integer; keys become text.
"""

import base64
import binascii
import re
import struct
from math import isinf
from typing import Any

_TAG = "tag:yaml.org,2002:"
_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(
        ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True
    ),
    **dict.fromkeys(
        ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False
    ),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_NUMBER = re.compile(
    r"(?P<sign>[-+]?)(?:"
    r"(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bits>[01]+)|0[oO]?(?P<octal>[0-7]+)"
    r"|(?P<whole>0|[1-9][0-9]*))"
    r"|(?P<real>(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?))"
)
_BASES = {"hex": 16, "bits": 2, "octal": 8, "whole": 10}
_DATE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}"
    r"(?:[Tt]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d*)?(?:Z|[-+]\d{2}:\d{2})"
    r"| \d{1,2}:\d{1,2}:\d{1,2}(?:\.\d*)?)?",
    re.ASCII,
)
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])_(?=[0-9])")
_LEAST, _MOST = -(1 << 63), (1 << 64) - 1
_EXPONENT_FROM = 1e21
_MOST_KNOWN = 20_000
_NO_CHARACTER = re.compile("[\udc80-\udcff]")


class _Plain(dict[str, Any]):
    """Caches the values of plain scalars, because manifests repeat them."""

    def __missing__(self, text: str) -> Any:
        value = _to_json(_resolve(text), text)
        if len(self) < _MOST_KNOWN and len(text) < 100:  # noqa: PLR2004
            self[text] = value
        return value


NO_KEY = "a key must be a string in JSON, not null, a list or a map"
"""The reason why some values of YAML cannot be keys."""


class KubectlScalars:
    """Reads scalars as kubectl does."""

    barred_in_flow = "?"

    def __init__(self) -> None:
        self.plain: dict[str, Any] = _Plain()

    def tagged(self, text: str, tag: str) -> Any:
        """Return the value of a scalar that has a tag.

        Raises:
            ValueError: The text is not a value of that type.
        """
        kind = tag.removeprefix(_TAG) if tag.startswith(_TAG) else ""
        if kind == "binary":
            return _binary(text)
        if kind not in _KINDS:
            return text
        value = text if kind == "str" else _resolve(text)
        if kind == "timestamp" and _DATE.fullmatch(text):
            return text
        if kind == "float" and type(value) is int:
            value = float(value)
        if type(value) is not _KINDS[kind]:
            raise ValueError(f"this value does not have the type {kind} of its tag")
        return _to_json(value, text)

    def key(self, value: Any) -> str:
        """Return the text that a key becomes in JSON.

        Raises:
            ValueError: It cannot be a key in JSON.
        """
        if type(value) is str:
            return value
        if type(value) is bool:
            return "true" if value else "false"
        if type(value) is int:
            return str(value)
        if type(value) is float:
            return _shortest(value)
        raise ValueError(NO_KEY)


KUBECTL = KubectlScalars()

_KINDS: dict[str, type] = {
    "str": str,
    "bool": bool,
    "int": int,
    "float": float,
    "null": type(None),
    "timestamp": type(Ellipsis),
}


def _resolve(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    plain = _BETWEEN_DIGITS.sub("", text) if text[0] == "." else text.replace("_", "")
    found = _NUMBER.fullmatch(plain)
    if found is None:
        return text
    base = _BASES.get(found.lastgroup or "")
    if base is not None:
        digits: str = found[found.lastgroup or 0]
        number = int(found["sign"] + digits, base) if len(digits) < 70 else _MOST + 1  # noqa: PLR2004
        if (_LEAST if found["sign"] != "+" else 0) <= number <= _most(found["sign"]):
            return number
        if base in (2, 16) or plain.lstrip("+-")[1:2] in ("o", "O"):
            return text
    real = float(plain)
    return text if isinf(real) else real


def _most(sign: str) -> int:
    return (1 << 63) - 1 if sign else _MOST


def _to_json(value: Any, text: str) -> Any:
    if type(value) is not float:
        return value
    if value != value or isinf(value):  # noqa: PLR0124, that is what NaN is
        raise ValueError(f"JSON has no number {text}")
    return whole(value)


def whole(value: float) -> float:
    """Return a float as Go's JSON writes it: an integer if it is whole, else unchanged."""
    if not value.is_integer() or abs(value) >= _EXPONENT_FROM:
        return value
    digits, _, exponent = repr(value).partition("e")
    if not exponent:
        return int(value)
    before, _, after = digits.partition(".")
    return int(f"{before}{after}{'0' * (int(exponent) - len(after))}")


def _binary(text: str) -> str:
    try:
        data = base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("!!binary must hold base64") from None
    return _NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", data.decode(errors="surrogateescape"))


def _shortest(value: float) -> str:
    """Return a float with the fewest digits that distinguish it from other 32-bit floats, as Go."""
    try:
        single = struct.pack("f", value)
    except OverflowError:
        raise ValueError("a number is too large for a key") from None
    texts = (f"{value:.{digits}g}" for digits in range(1, 10))
    return next(text for text in texts if struct.pack("f", float(text)) == single)
