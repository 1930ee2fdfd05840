"""Baselines: files of known findings, so that only new findings fail a repository's checks.

A baseline has one line for each finding, with its code, its path relative to the baseline, its
object and field. It stays valid when lines move, and in any working directory.
"""

import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any, NamedTuple, cast

from ..core.findings import Finding, quote
from ..core.rules import RuleBook
from ..validation.untyped import items, mapping, text
from .results import Results
from .subjects import Row, Subject

RULES = RuleBook()
BASELINE_STALE = RULES.rule("baseline-stale", "Every finding of the baseline is still there.")

_VERSION = 1
_MAX_SIZE = 256 << 20


class BaselineError(Exception):
    """A baseline that cannot be read or written, with the reason."""


class Known(NamedTuple):
    """A finding, without the parts that change when lines move."""

    path: str
    """The file, relative to the baseline's folder."""
    kind: str
    namespace: str
    name: str
    field: str
    code: str


def write_baseline(file: str, rows: Iterable[Row]) -> int:
    """Write findings as a baseline, and return their number.

    Raises:
        BaselineError: The file cannot be written.
    """
    known = sorted(_known(file, row) for row in rows)
    lines = ",\n".join(json.dumps(one._asdict(), ensure_ascii=True) for one in known)
    content = f'{{"version": {_VERSION}, "findings": [\n{lines}\n]}}\n'
    try:
        Path(file).write_text(content, encoding="ascii")
    except OSError as error:
        raise BaselineError(f"{file}: {error.strerror or error}") from None
    return len(known)


def read_baseline(file: str) -> Counter[Known]:
    """Return the findings of a baseline, each with its number of occurrences.

    Raises:
        BaselineError: The file is missing, or is not a baseline.
    """
    try:
        with open(file, "rb") as stream:  # noqa: PTH123, text stays as given
            content = stream.read(_MAX_SIZE)
        value: Any = json.loads(content)
    except OSError as error:
        remedy = f"write it with --write-baseline {file}"
        raise BaselineError(f"{file}: {error.strerror or error}; {remedy}") from None
    except (ValueError, RecursionError):
        raise BaselineError(f"{file}: is not a baseline: it is not JSON") from None
    fields = mapping(value)
    if fields.get("version") != _VERSION or not isinstance(fields.get("findings"), list):
        raise BaselineError(f"{file}: is not a baseline of version {_VERSION}")
    return Counter(_of_fields(mapping(one)) for one in items(cast("object", fields["findings"])))


def without_known(
    results: Results,
    file: str,
    known: Counter[Known],
    unchecked: Collection[str] = (),
) -> None:
    """Remove the findings of a baseline from the results, and report its stale entries.

    An entry is stale if this run would have found it: every existing file of the baseline was read
    completely, and the entry's code was checked.

    Args:
        results: The results, which are changed.
        file: The baseline, which its paths are relative to.
        known: Its findings.
        unchecked: The codes that were not checked. Defaults to none.
    """
    left = Counter(known)
    kept: list[Row] = []
    for row in results.rows:
        key = _known(file, row)
        if left[key]:
            left[key] -= 1
            results.known += 1
        else:
            kept.append(row)
    results.rows = kept
    if _is_whole(results, file, known):
        number = kept[-1].number + 1 if kept else 0
        results.rows += _stale(file, left, number, unchecked)


def _known(file: str, row: Row) -> Known:
    subject, finding = row.subject, row.finding
    return Known(
        _relative(subject.source, file),
        subject.kind,
        subject.namespace,
        subject.name,
        finding.path,
        finding.code,
    )


def _of_fields(fields: Any) -> Known:
    return Known(*(text(fields.get(name)) for name in Known._fields))


def _relative(source: str, file: str) -> str:
    """Return a path relative to the baseline's folder, with `/` between its parts."""
    if source == "-":
        return source
    folder = os.path.dirname(os.path.abspath(file))  # noqa: PTH100, PTH120, text stays as given
    try:
        return PurePath(os.path.relpath(source, folder)).as_posix()
    except ValueError:  # another drive
        return PurePath(os.path.abspath(source)).as_posix()  # noqa: PTH100


def _is_whole(results: Results, file: str, known: Iterable[Known]) -> bool:
    read = {_relative(source, file) for source in results.sources}
    folder = PurePath(file).parent
    unread = {one.path for one in known} - read
    return not results.unreadable and not any(_is_there(folder, path) for path in unread)


def _is_there(folder: PurePath, path: str) -> bool:
    return path == "-" or os.path.exists(folder / path)  # noqa: PTH110


def _stale(
    file: str, left: Counter[Known], number: int, unchecked: Collection[str]
) -> Iterator[Row]:
    for one in sorted(left.elements()):
        if one.code in unchecked:
            continue
        subject = Subject(file, 0, (), one.kind, one.namespace, one.name, None)
        detail = (
            f"{quote(one.code)} in {quote(one.path)} is in the baseline, but is no longer found"
        )
        remedy = "write the baseline again"
        finding = Finding(one.field, "", detail, None, remedy, BASELINE_STALE.code, "warning")
        yield Row(number, subject, finding)
        number += 1
