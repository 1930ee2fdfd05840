"""The object of a finding, and its place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from ..core.findings import Finding
from .manifests import Chunk, Place, first_place, places


@dataclass(frozen=True, slots=True)
class Subject:
    """An object of a file."""

    source: str
    document: int
    item: tuple[int, ...]
    kind: str
    namespace: str
    """The namespace as given; empty if it is not text, or if the object has no `apiVersion` or
    `kind`, because it may then be any file. The same holds for `name`."""
    name: str
    chunk: Chunk | None
    """The text of its document, if places in it may be needed."""


@dataclass(frozen=True, slots=True)
class Row:
    """A finding and its object."""

    number: int
    """The object's number, in the order of reading."""
    subject: Subject
    finding: Finding
    place: Place | None = None
    """Its place, if that differs from the place of its field."""


def located(rows: Iterable[Row]) -> Iterator[tuple[Row, Place]]:
    """Yield each finding with the place of its field, or of the field's parent."""
    for _, group in groupby(rows, key=lambda row: id(row.subject.chunk)):
        ours = list(group)
        wanted: dict[tuple[int, ...], set[str]] = {}
        for row in ours:
            wanted.setdefault(row.subject.item, set()).add(row.finding.path)
        chunk = ours[0].subject.chunk or Chunk(0, b"")
        found = places(chunk, wanted)
        start = first_place(chunk)
        for row in ours:
            yield row, row.place or found.get((row.subject.item, row.finding.path), start)
