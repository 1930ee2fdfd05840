"""Comments and annotations that silence findings.

`# k8s-endpoints: ignore[code] reason` silences the findings of a code on its line, or, on a line of
its own, on the next non-empty line. The annotation `k8s-endpoints.pulumi/ignore`, with `code
reason` on each of its lines, silences those of its object.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from .._yaml import comments
from ..core.findings import Finding, quote
from ..core.rules import Rule, RuleBook
from ..validation.untyped import mapping, text
from .manifests import Chunk, Entry, Place
from .subjects import Row, Subject, located

RULES = RuleBook()
IGNORE_UNUSED = RULES.rule("ignore-unused", "Every ignored finding would be there.")
IGNORE_REASON = RULES.rule("ignore-reason", "Every ignored finding has a reason.")

ANNOTATION = "k8s-endpoints.pulumi/ignore"

_MARK = re.compile(rb"#[ \t]*k8s-endpoints:[ \t]*ignore(?![\w-])")
_COMMENT = re.compile(r"#[ \t]*k8s-endpoints:[ \t]*ignore(?![\w-])[ \t]*(?:\[([^\]]*)\])?(.*)")
_NAME = b"k8s-endpoints:"
_ANNOTATION_PATH = f"metadata.annotations[{ANNOTATION}]"


@dataclass(eq=False, slots=True)
class _Ignore:
    """One code to ignore in some place."""

    code: str
    reason: str
    number: int
    subject: Subject
    place: Place | None = None
    """The place of the comment; None for an annotation."""
    line: int = 0
    """The line that a comment applies to."""
    is_used: bool = False


class Ignores:
    """The comments and annotations of a run."""

    def __init__(self) -> None:
        self._of_object: dict[int, list[_Ignore]] = {}
        self._chunks: dict[int, tuple[int, Subject]] = {}
        """The first object of each document that has such comments, by the document's identity."""
        self._comments: list[_Ignore] = []
        self._last: Chunk | None = None
        self._is_last_marked = False

    def is_in(self, entry: Entry) -> bool:
        """Return whether an object or its document ignores something."""
        if entry.chunk is not self._last:
            content = entry.chunk.text
            self._last = entry.chunk
            self._is_last_marked = _NAME in content and _MARK.search(content) is not None
        return self._is_last_marked or bool(_annotation(entry.value))

    def take(self, number: int, subject: Subject, value: Any) -> None:
        """Read what an object ignores, the last one passed to `is_in`.

        Its subject must have the text of its document.
        """
        if self._is_last_marked:
            self._chunks.setdefault(id(subject.chunk), (number, subject))
        for line in _annotation(value).splitlines():
            code, _, reason = line.strip().partition(" ")
            if code:
                one = _Ignore(code.strip("[]:"), reason.strip(), number, subject)
                self._of_object.setdefault(number, []).append(one)

    def kept(self, rows: Iterable[Row]) -> list[Row]:
        """Return the findings that are not silenced."""
        by_chunk: dict[int, list[Row]] = {}
        kept: list[Row] = []
        for row in rows:
            if self._is_annotated(row):
                continue
            if id(row.subject.chunk) in self._chunks:
                by_chunk.setdefault(id(row.subject.chunk), []).append(row)
            else:
                kept.append(row)
        for key, (number, subject) in self._chunks.items():
            found = list(_comments(number, subject))
            self._comments += found
            kept += (
                row
                for row, place in located(by_chunk.get(key, ()))
                if not _use(found, row.finding.code, place.line)
            )
        return kept

    def complaints(self, unchecked: Collection[str]) -> Iterator[Row]:
        """Yield the errors in comments and annotations, after `kept` has seen all findings.

        Args:
            unchecked: The codes that were not checked, so that they cannot be found.
        """
        for one in (*chain.from_iterable(self._of_object.values()), *self._comments):
            if not one.code:
                detail, remedy = "a comment without a code ignores nothing", "write `ignore[code]`"
                yield _complaint(one, detail, remedy, IGNORE_UNUSED)
            elif not one.is_used and one.code not in unchecked:
                detail = f"nothing here has the code {quote(one.code)}, which is ignored"
                yield _complaint(one, detail, "leave it out", IGNORE_UNUSED)
            elif not one.reason:
                detail = f"{quote(one.code)} is ignored without a reason"
                yield _complaint(one, detail, "write it after the code", IGNORE_REASON)

    def _is_annotated(self, row: Row) -> bool:
        return _use(self._of_object.get(row.number, ()), row.finding.code)


def _use(ignores: Iterable[_Ignore], code: str, line: int = 0) -> bool:
    """Mark the entries that ignore a finding as used, and return whether there are any."""
    used = [one for one in ignores if one.code == code and one.line == line]
    for one in used:
        one.is_used = True
    return bool(used)


def _comments(number: int, subject: Subject) -> Iterator[_Ignore]:
    chunk = subject.chunk or Chunk(0, b"")
    for (line, column), comment, about in comments(chunk.text):
        if found := _COMMENT.match(comment):
            codes, reason = found[1] or "", found[2]
            place = Place(chunk.line + line, column)
            for code in [one.strip() for one in codes.split(",") if one.strip()] or [""]:
                yield _Ignore(code, reason.strip(), number, subject, place, chunk.line + about)


def _complaint(one: _Ignore, detail: str, remedy: str, rule: Rule) -> Row:
    path = "" if one.place else _ANNOTATION_PATH
    finding = Finding(path, "", detail, None, remedy, rule.code, "warning")
    return Row(one.number, one.subject, finding, one.place)


def _annotation(value: Any) -> str:
    metadata = mapping(mapping(value).get("metadata"))
    return text(mapping(metadata.get("annotations")).get(ANNOTATION))
