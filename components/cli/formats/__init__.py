"""Formats of results: for people, programs, code scanning and GitHub Actions."""

from collections.abc import Callable, Mapping
from typing import TextIO

from ..results import Results
from . import github, rows, sarif, text

Writer = Callable[[Results, TextIO], None]
"""Writes results to a stream."""

FORMATS: Mapping[str, Writer] = {
    "text": text.write,
    "json": rows.write,
    "sarif": sarif.write,
    "github": github.write,
}
"""The formats, by their name for `-o`."""

PLACED = frozenset({"text", "sarif", "github"})
"""The formats that show lines."""
