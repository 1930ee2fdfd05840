"""Manifests from files, as kubectl reads them.

Multi-document YAML and JSON, lists of objects taken apart. What cannot be read is one result among
the others, with its place, and the rest is still read.
"""

from collections.abc import Iterator

from ..._yaml import Place, YamlProblems
from .documents import Chunk, Entry, entries, first_place, is_manifest, parts, places
from .files import Unreadable, chunks
from .folders import sources

__all__ = [
    "Chunk",
    "Entry",
    "Place",
    "Unreadable",
    "first_place",
    "is_manifest",
    "places",
    "read",
    "sources",
]


def read(source: str) -> Iterator[Entry | Unreadable]:
    """Give every object of a file, `-` being standard input, and what cannot be read of it."""
    document = 0
    for chunk in chunks(source):
        if isinstance(chunk, Unreadable):
            yield chunk
            continue
        for part, value in parts(chunk):
            try:
                yield from entries(part, document, value)
            except YamlProblems as problems:
                for one in problems.problems:
                    reason = f"{one.path}: {one.reason}" if one.path else one.reason
                    line = part.line + one.line if one.line else 0
                    yield Unreadable(source, reason, line, one.column)
            document += 1
