"""Which object a finding is about, and where that is."""

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
    """As it is given; empty where it is not text, and where the object has no `apiVersion` or
    `kind`: that may be any file. So is `name`."""
    name: str
    chunk: Chunk | None
    """The text of its document, where places in it may be asked for."""


@dataclass(frozen=True, slots=True)
class Row:
    """A finding and what it is about."""

    number: int
    """The subject's number, in the order in which they were read."""
    subject: Subject
    finding: Finding
    place: Place | None = None
    """Where it is, if that is not where its field is."""


def located(rows: Iterable[Row]) -> Iterator[tuple[Row, Place]]:
    """Return each finding with the place of its field, or of what holds the field."""
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
