"""Finds the comments of a document, which are not among YAML's events."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import yaml
from yaml.events import ScalarEvent

from .colons import mark_colons, unmarked
from .places import Place
from .reader import parser_of

_LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#")
_NOTHING = re.compile(r"[ \t]*(?:#.*)?")
_MOST_BETWEEN = 100
_BLOCKS = frozenset({"|", ">"})


class Comment(NamedTuple):
    """A comment of a document."""

    place: Place
    text: str
    """From the `#` to the end of the line."""
    about: int
    """Its line; for a comment on its own line, the next non-empty one."""


def comments(text: bytes) -> Iterator[Comment]:
    """Yield the comments of one document; none if it cannot be read.

    Text within a value that looks like a comment is not one.
    """
    text = mark_colons(text)
    lines = _LINE_END.split(text.decode(errors="replace"))
    try:
        within = _texts(text, len(lines)) if any("#" in line for line in lines) else {}
    except yaml.YAMLError:
        return
    for number, line in enumerate(lines, 1):
        spans = within.get(number, ())
        for found in _COMMENT.finditer(line):
            begin = found.start()
            if not any(first <= begin < last for first, last in spans):
                about = number if line[:begin].strip() else _next(lines, number)
                column = len(unmarked(line[:begin])) + 1
                yield Comment(Place(number, column), unmarked(line[begin:]), about)
                break


def _next(lines: Sequence[str], number: int) -> int:
    """Return the number of the next line that holds more than a comment."""
    rest = enumerate(lines[number : number + _MOST_BETWEEN], number + 1)
    return next((at for at, line in rest if not _NOTHING.fullmatch(line)), number)


def _texts(text: bytes, lines: int) -> dict[int, list[tuple[int, int]]]:
    """Return the columns within quotes and block texts, by line."""
    found: dict[int, list[tuple[int, int]]] = {}
    for event in iter(parser_of(text).get_event, None):
        if not isinstance(event, ScalarEvent) or not event.style:
            continue
        start: Any = event.start_mark
        end: Any = event.end_mark
        first = start.line + (event.style in _BLOCKS)
        for line in range(first, min(end.line, lines - 1) + 1):
            begin = start.column if line == start.line else 0
            stop = end.column if line == end.line else len(text)
            found.setdefault(line + 1, []).append((begin, stop))
    return found
