"""How results are written: for people, for programs, for code scanning, for GitHub Actions."""

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
"""The formats, by the name that `-o` takes."""

PLACED = frozenset({"text", "sarif", "github"})
"""Those that tell lines."""
