"""Manifests from files, as kubectl reads them.

It reads multi-document YAML and JSON, and splits lists into objects. An unreadable part is a result
like the others, with its place, and the rest is still read.
"""

from collections.abc import Iterator

from ..._yaml import Place, YamlProblems
from .documents import Chunk, Entry, entries, first_place, is_manifest, parts, places
from .files import Unreadable, chunks
from .folders import Source, sources
from .strangers import (
    NO_MANIFEST,
    NOTES,
    Marks,
    Stranger,
    is_large_definition,
    is_large_stranger,
    marks_of,
    stranger_by_text,
    stranger_by_value,
)

__all__ = [
    "Chunk",
    "Entry",
    "Place",
    "Source",
    "Stranger",
    "Unreadable",
    "first_place",
    "is_manifest",
    "places",
    "read",
    "sources",
]

_DEFINITION = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}


def read(source: Source | str) -> Iterator[Entry | Unreadable | Stranger]:
    """Yield every object of a file, its unreadable parts, and its skipped ones.

    Nothing is skipped in a file that the user names, or in a text.
    """
    if isinstance(source, str):
        source = Source(source, is_named=True)
    if source.is_named:
        yield from _parts_of(source)
        return
    held: list[Unreadable] = []
    are_notes = False
    for one in _parts_of(source):
        if isinstance(one, Unreadable) and (held or one.is_ruled_off):
            held.append(one)
        else:
            are_notes |= isinstance(one, Stranger)
            yield one
    if held and are_notes:
        yield Stranger(source.path, NOTES)
    else:
        yield from held


def _parts_of(source: Source) -> Iterator[Entry | Unreadable | Stranger]:
    document = 0
    marks: Marks | None = None
    for chunk in chunks(source.path, source.content):
        if isinstance(chunk, Unreadable):
            yield chunk
            continue
        if not source.is_named and is_large_stranger(chunk.text):
            yield Stranger(source.path, NO_MANIFEST)
            document += 1
            continue
        if not source.is_named and is_large_definition(chunk.text):
            yield Entry(chunk, document, (), dict(_DEFINITION))
            document += 1
            continue
        for part, value in parts(chunk):
            marks = None if source.is_named else marks_of(part.text, marks)
            yield from _of_document(source, part, document, value, marks)
            document += 1


def _of_document(
    source: Source, chunk: Chunk, document: int, value: object, marks: Marks | None
) -> Iterator[Entry | Unreadable | Stranger]:
    try:
        for entry in entries(chunk, document, value):
            reason = stranger_by_value(source.path, entry.value, marks) if marks else ""
            yield Stranger(source.path, reason) if reason else entry
    except YamlProblems as problems:
        reason = "" if source.is_named else stranger_by_text(chunk.text)
        if reason:
            yield Stranger(source.path, reason)
            return
        for one in problems.problems:
            reason = f"{one.path}: {one.reason}" if one.path else one.reason
            line = chunk.line + one.line if one.line else 0
            yield Unreadable(source.path, reason, line, one.column)
