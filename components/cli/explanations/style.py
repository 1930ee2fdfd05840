"""Colours and lines on a terminal; plain text elsewhere."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TextIO

Colour = Literal["red", "yellow", "green", "bold", "faint"]

_CODES: Mapping[Colour, str] = {
    "red": "\033[31m",
    "yellow": "\033[33m",
    "green": "\033[32m",
    "bold": "\033[1m",
    "faint": "\033[2m",
}
_PLAIN = "\033[0m"


@dataclass(frozen=True, slots=True)
class Style:
    """The style of text."""

    has_colours: bool = False
    has_lines: bool = False
    """Whether branches are drawn with box-drawing characters."""

    @classmethod
    def of(cls, out: TextIO) -> "Style":
        """Return the style of a stream.

        NO_COLOR turns colours off on a terminal, FORCE_COLOR turns them on elsewhere; NO_COLOR
        wins.
        """
        is_terminal = out.isatty() and os.environ.get("TERM") != "dumb"
        wanted = is_terminal or _is_set("FORCE_COLOR")
        return cls(wanted and not _is_set("NO_COLOR"), _takes_lines(out))

    def paint(self, text: str, colour: Colour) -> str:
        """Return text in a colour."""
        return f"{_CODES[colour]}{text}{_PLAIN}" if self.has_colours and text else text

    def branch(self, *, is_last: bool) -> str:
        """Return the prefix of a branch of a tree."""
        if self.has_lines:
            return "└─ " if is_last else "├─ "
        return "`- " if is_last else "|- "

    def trunk(self, *, is_last: bool) -> str:
        """Return the prefix of the branches below a branch."""
        if is_last:
            return "   "
        return "│  " if self.has_lines else "|  "


def _is_set(variable: str) -> bool:
    return bool(os.environ.get(variable))


def _takes_lines(out: TextIO) -> bool:
    return out.isatty() and (getattr(out, "encoding", None) or "").lower().startswith("utf")
