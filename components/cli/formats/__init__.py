"""How a judgement is written: for people, for programs, for code scanning, for GitHub Actions."""

from collections.abc import Callable, Mapping
from typing import TextIO

from ..results import Judgement
from . import github, rows, sarif, text

Report = Callable[[Judgement, TextIO], None]
"""Writes a judgement to a stream."""

REPORTS: Mapping[str, Report] = {
    "text": text.write,
    "json": rows.write,
    "sarif": sarif.write,
    "github": github.write,
}
"""The formats, by the name that `-o` takes."""

PLACED = frozenset({"text", "sarif", "github"})
"""Those that tell lines."""
