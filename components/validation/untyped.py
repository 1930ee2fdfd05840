"""Reads values of any type: a value of another type than requested reads as empty."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

_LIMIT = 1 << 31


def mapping(value: object) -> Mapping[str, Any]:
    """Return a mapping unchanged, or an empty one for any other value."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def items(value: object) -> Sequence[Any]:
    """Return a list unchanged, or an empty one for any other value."""
    return cast("list[Any]", value) if isinstance(value, list) else ()


def text(value: object) -> str:
    """Return text unchanged, or an empty one for any other value."""
    return value if isinstance(value, str) else ""


def number(value: object) -> int | None:
    """Return a 32-bit integer unchanged, or None for any other value."""
    if not isinstance(value, int) or isinstance(value, bool) or not -_LIMIT <= value < _LIMIT:
        return None
    return value
