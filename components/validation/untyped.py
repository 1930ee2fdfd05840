"""Reads values that may be of any type: one of another type than is asked for reads as empty."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

_LIMIT = 1 << 31


def mapping(value: object) -> Mapping[str, Any]:
    """Return an object as it is, and anything else as an empty one."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def items(value: object) -> Sequence[Any]:
    """Return a list as it is, and anything else as an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else ()


def text(value: object) -> str:
    """Return text as it is, and anything else as an empty one."""
    return value if isinstance(value, str) else ""


def number(value: object) -> int | None:
    """Return a whole number of 32 bits as it is, and None for anything else."""
    if not isinstance(value, int) or isinstance(value, bool) or not -_LIMIT <= value < _LIMIT:
        return None
    return value
