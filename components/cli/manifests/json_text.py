"""JSON among manifests.

Python's JSON reader is much faster than any YAML reader, and JSON values may follow one another
without `---`. kubectl reads everything else as YAML. So does this module, also for JSON with
duplicate keys, or with a size or depth that must be limited.
"""

import json
import re
from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any, cast

from ..._yaml import MAX_DEPTH, MAX_NODES
from ..._yaml.scalars import whole

_BETWEEN = re.compile(r"(?<=\})[ \t\r]*(?=\n\s*\{)")
"""Matches the space between JSON values, which never occurs within one."""
_SPACE = re.compile(r"\s*")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)"
)


def may_be(text: bytes) -> bool:
    """Return whether a text looks like JSON, as kubectl does."""
    return text.lstrip()[:1] == b"{"


def values(text: bytes) -> Iterator[tuple[bytes, Any]]:
    """Yield the text of each value and the value, or None if it must be read as YAML."""
    try:
        decoded = text.decode()
    except UnicodeDecodeError:
        yield text, None
        return
    is_json = False
    for piece in _pieces(decoded):
        for one, value in _values(piece):
            if value is None and not is_json:
                yield text, None
                return
            is_json = True
            yield one.encode(), value


def as_yaml(text: bytes) -> bytes:
    """Return JSON in a form that a YAML reader accepts."""
    try:
        return _without_surrogates(text.decode()).encode()
    except UnicodeDecodeError:
        return text


def _pieces(text: str) -> Iterator[str]:
    begin = 0
    for between in _BETWEEN.finditer(text):
        yield text[begin : between.end()]
        begin = between.end()
    yield text[begin:]


def _values(text: str) -> Iterator[tuple[str, Any]]:
    """Yield the values that follow one another on one line."""
    if text.count(",") + text.count("{") + text.count("[") > MAX_NODES:
        yield text, None
        return
    text = _without_surrogates(text)
    begin = _end_of_space(text, 0)
    before = 0
    while begin < len(text):
        try:
            value, end = _DECODER.raw_decode(text, begin)
        except (ValueError, RecursionError):
            value, end = None, len(text)
        if _is_deep(value):
            value = None
        end = _end_of_space(text, end)
        yield text[before:end], value
        before = begin = end


def _without_surrogates(text: str) -> str:
    """Replace escaped surrogates with characters, as Go does; a single one with U+FFFD."""
    return _ESCAPE.sub(_character, text) if _SURROGATE.search(text) else text


def _character(escape: re.Match[str]) -> str:
    high, low = escape[1], escape[2]
    if high:
        return chr(0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF))
    return "\N{REPLACEMENT CHARACTER}" if len(escape[0]) > 2 else escape[0]  # noqa: PLR2004


def _end_of_space(text: str, begin: int) -> int:
    found = _SPACE.match(text, begin)
    return found.end() if found else begin


def _is_deep(value: Any) -> bool:
    level: list[Any] = [[value]]
    for _ in range(MAX_DEPTH + 1):
        level = [item for one in level for item in _items_of(one) if _is_container(item)]
        if not level:
            return False
    return True


def _items_of(container: Any) -> Iterable[Any]:
    return cast("dict[str, Any]", container).values() if type(container) is dict else container


def _is_container(value: Any) -> bool:
    return isinstance(value, dict | list)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _number(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text} is too large")
    return whole(number)


def _constant(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_number, parse_constant=_constant
)
