"""Plain text between brackets that ends in a colon, such as `[2001:db8::]`.

go-yaml, and so kubectl, reads the colon as part of the text unless a space follows; libyaml refuses
it. A mark after such a colon lets libyaml continue, and is removed from the result.
"""

import re

MARK = "\ue000"
"""A private-use character. Texts that contain it cannot be marked."""

_COLON = re.compile(rb"(?<![\"'\s]):(?=[,\[\]{}])")


def mark_colons(text: bytes) -> bytes:
    """Return a text with a mark behind each colon that libyaml may refuse."""
    mark = MARK.encode()
    return text if mark in text else _COLON.sub(b":" + mark, text)


def unmarked(text: str) -> str:
    """Return a text without marks."""
    return text.replace(MARK, "")


class Marks:
    """The positions of a text's marks, so that columns can be counted without them."""

    def __init__(self, marked: bytes) -> None:
        lines = marked.split(b"\n")
        mark = MARK.encode()
        self._lines = {
            n: one.decode(errors="replace") for n, one in enumerate(lines) if mark in one
        }

    def before(self, line: int, column: int) -> int:
        """Return how many marks a line has before a column, both counted from 0."""
        return self._lines.get(line, "")[:column].count(MARK)
