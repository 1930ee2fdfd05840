"""The JSON types of a manifest's fields, checked as the API server's decoder checks them.

A null equals an absent field. An unknown field is dropped with a warning. A value of the wrong type
is an error: the API server reports only the first and validates nothing else of the object. Its
error has no field path; the paths here are ours.
"""

import re
from calendar import isleap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ..core.findings import INVALID, Finding, join
from ..core.rules import RuleBook

RULES = RuleBook()
JSON_TYPE = RULES.rule(
    "json-type", "A field holds a value of another JSON type than the API has for it."
)
UNKNOWN_FIELD = RULES.rule(
    "unknown-field", "A field that the API does not have is dropped by the API server."
)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A field with a single value."""

    go: str
    """Its type in the API server, which its errors name: `string`, `int32`, `int64`, `bool`,
    `IntOrString` or `Time`."""
    plain: type | None = None
    """The Python type whose values all fit, if there is one."""


@dataclass(frozen=True, slots=True)
class Struct:
    """An object with known fields."""

    fields: "Mapping[str, Shape]"


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list."""

    item: "Shape"


@dataclass(frozen=True, slots=True)
class MapOf:
    """An object with any keys, and values of one shape."""

    item: "Shape"


@dataclass(frozen=True, slots=True)
class Anything:
    """A field whose contents are not validated."""


Shape = Scalar | Struct | ListOf | MapOf | Anything

STRING = Scalar("string", str)
INT32 = Scalar("int32")
INT64 = Scalar("int64")
BOOL = Scalar("bool", bool)
INT_OR_STRING = Scalar("IntOrString")
TIME = Scalar("Time")
ANYTHING = Anything()
STRINGS = ListOf(STRING)
STRING_MAP = MapOf(STRING)

_ZERO: dict[str, Any] = {
    "string": "",
    "int32": 0,
    "int64": 0,
    "bool": False,
    "IntOrString": 0,
    "Time": None,
}
_TEXTS = ("string", "IntOrString")
_BITS = {"int32": 31, "IntOrString": 31, "int64": 63}
_MAX_BITS = 4096
_LONGEST_KEY = 300

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d?):(\d\d):(\d\d)(?:[.,]\d+)?(?:Z|[+-](\d\d):(\d\d))", re.ASCII
)
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 2
_HOURS = 24
_MINUTES = 60


def decode(shape: Struct, manifest: Mapping[Any, Any], findings: list[Finding]) -> dict[str, Any]:
    """Return a manifest's known fields without nulls, and add the errors of the decoder.

    Fields of the wrong type are left out of the result.
    """
    return cast("dict[str, Any]", _struct(shape, manifest, "", findings))


def _decode(shape: Shape, value: Any, path: str, findings: list[Finding]) -> Any:
    """Return a decoded value, or None if it has the wrong type."""
    if type(shape) is Scalar:
        return _scalar(shape.go, value, path, findings)
    if type(shape) is Struct:
        return _struct(shape, value, path, findings)
    if type(shape) is ListOf:
        return _list(shape.item, value, path, findings)
    if type(shape) is MapOf:
        return _map(shape.item, value, path, findings)
    return value


def _struct(shape: Struct, value: Any, path: str, findings: list[Finding]) -> Any:
    if type(value) is not dict and not isinstance(value, Mapping):
        return _wrong(value, "struct", path, findings)
    decoded: dict[str, Any] = {}
    fields = shape.fields
    for key, entry in cast("Mapping[Any, Any]", value).items():
        field = fields.get(key) if isinstance(key, str) else None
        if field is None:
            findings.append(_unknown(path, key))
        elif type(field) is Scalar and type(entry) is field.plain:
            decoded[key] = entry
        elif entry is not None:
            found = _decode(field, entry, f"{path}.{key}" if path else key, findings)
            if found is not None:
                decoded[key] = found
    return decoded


def _list(shape: Shape, value: Any, path: str, findings: list[Finding]) -> Any:
    if not isinstance(value, list | tuple):
        return _wrong(value, "list", path, findings)
    items = cast("Sequence[Any]", value)
    if shape is STRING and all(type(item) is str for item in items):
        return items
    return [_item(shape, item, f"{path}[{index}]", findings) for index, item in enumerate(items)]


def _map(shape: Shape, value: Any, path: str, findings: list[Finding]) -> Any:
    if type(value) is not dict and not isinstance(value, Mapping):
        return _wrong(value, "map", path, findings)
    decoded: dict[str, Any] = {}
    for key, entry in cast("Mapping[Any, Any]", value).items():
        name = _map_key(key)
        if name is None:
            _wrong(key, "string", f"{path}[{_shown(key)}]", findings)
        elif type(entry) is str and shape is STRING:
            decoded[name] = entry
        else:
            decoded[name] = _item(shape, entry, f"{path}[{_shown(key)}]", findings)
    return decoded


def _map_key(key: Any) -> str | None:
    """Return a key as JSON has it: text, unlike some keys of YAML and Python."""
    if isinstance(key, str):
        return str.__str__(key)
    if isinstance(key, bool):
        return str(key).lower()
    return _shown(key) if isinstance(key, int | float) else None


def _item(shape: Shape, value: Any, path: str, findings: list[Finding]) -> Any:
    """Decode an item of a list or map; null and wrong types become the zero value."""
    found = None if value is None else _decode(shape, value, path, findings)
    if found is not None:
        return found
    return _ZERO[shape.go] if isinstance(shape, Scalar) else [] if type(shape) is ListOf else {}


def _scalar(go: str, value: Any, path: str, findings: list[Finding]) -> Any:
    """Decode a single value; a float is never an integer, not even 80.0 or 1e3."""
    if isinstance(value, str):
        if go in _TEXTS or (go == "Time" and _is_time(value)):
            return value if type(value) is str else str.__str__(value)
    elif isinstance(value, bool):
        if go == "bool":
            return value
    elif isinstance(value, int) and go in _BITS:
        limit = 1 << _BITS[go]
        if -limit <= value < limit:
            return int(value)
    return _wrong(value, go, path, findings)


def _is_time(text: str) -> bool:
    """Return whether Go parses it as RFC 3339, which it does loosely (`time.Parse`)."""
    found = _TIME.fullmatch(text)
    if found is None:
        return False
    year, month, day, hour, minute, second, zone_hour, zone_minute = map(int, found.groups("0"))
    return (
        1 <= month <= len(_DAYS)
        and 1 <= day <= _DAYS[month - 1] + (month == _FEBRUARY and isleap(year))
        and hour < _HOURS
        and max(minute, second) < _MINUTES
        and zone_hour <= _HOURS
        and zone_minute <= _MINUTES
    )


def _wrong(value: Any, go: str, path: str, findings: list[Finding]) -> None:
    kind = _json_type(value)
    detail = f"cannot unmarshal {kind} into a field of type {go}"
    shown = value if isinstance(value, str | int | float) and not _is_long(value) else None
    is_unquoted = go == "string" and isinstance(value, bool | int | float)
    remedy = "quote it" if is_unquoted else ""
    findings.append(Finding(path, INVALID, detail, shown, remedy, JSON_TYPE.code))


def _json_type(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    if isinstance(value, int | float):
        return "number"
    return "array" if isinstance(value, list | tuple) else "object"


def _unknown(path: str, key: Any) -> Finding:
    where = join(path, _shown(key))
    return Finding(where, "", "unknown field", None, "", UNKNOWN_FIELD.code, "warning")


def _shown(key: Any) -> str:
    """Return a key as shown in a path: printable and shortened."""
    if _is_long(key):
        return "..."
    text = str.__str__(key) if isinstance(key, str) else str(key)
    if len(text) > _LONGEST_KEY:
        text = f"{text[:_LONGEST_KEY]}..."
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


def _is_long(value: Any) -> bool:
    """Return whether it is an integer too long for Python to print."""
    return isinstance(value, int) and value.bit_length() > _MAX_BITS
