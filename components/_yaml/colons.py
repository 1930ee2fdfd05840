"""Plain text between brackets that ends in a colon, such as `[2001:db8::]`.

go-yaml, and so kubectl, takes the colon as part of the text unless a space follows; libyaml refuses
it. A mark behind such a colon lets libyaml read on, and is taken out of what it has read.
"""

import re

MARK = "\ue000"
"""A character for private use, which no text may hold that is to be marked."""

_COLON = re.compile(rb"(?<![\"'\s]):(?=[,\[\]{}])")


def mark_colons(text: bytes) -> bytes:
    """Return a text with a mark behind each colon that libyaml may refuse."""
    mark = MARK.encode()
    return text if mark in text else _COLON.sub(b":" + mark, text)


def unmarked(text: str) -> str:
    """Return a text without marks."""
    return text.replace(MARK, "")


class Marks:
    """Where the marks of a text are, so that columns can be counted without them."""

    def __init__(self, marked: bytes) -> None:
        lines = marked.split(b"\n")
        mark = MARK.encode()
        self._lines = {
            n: one.decode(errors="replace") for n, one in enumerate(lines) if mark in one
        }

    def before(self, line: int, column: int) -> int:
        """Return how many marks a line has before a column, both counted from 0."""
        return self._lines.get(line, "")[:column].count(MARK)
