"""Text for people: by file and object, then a line for each code, and one with totals."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import TextIO

from ..results import Results
from ..subjects import Row, Subject, located
from .wording import count, message, page, title, visible

_Painter = Callable[[str, str], str]

_MOST_COUNTS = 5
_BOLD, _FAINT, _RED, _YELLOW, _PLAIN = "\033[1m", "\033[2m", "\033[31m", "\033[33m", "\033[0m"


def write(results: Results, out: TextIO) -> None:
    """Write the findings; in colours on a terminal, unless NO_COLOR is set."""
    paint = _paint if _has_colours(out) else _no_paint
    source = None
    for _, group in groupby(located(results.rows), key=lambda one: one[0].number):
        placed = list(group)
        subject = placed[0][0].subject
        if subject.source != source:
            out.write("\n" if source is not None else "")
            source = subject.source
            out.write(paint(visible(source), _BOLD) + "\n")
        out.write(f"  {visible(title(subject))}{paint(_where(subject), _FAINT)}\n")
        width = max(len(_place(*place)) for _, place in placed)
        out.writelines(
            f"    {_place(*place):<{width}}  {_line(row, paint)}\n" for row, place in placed
        )
    if results.rows:
        out.write("\n")
        out.writelines(f"{line}\n" for line in _by_code(results.rows, paint))
    out.write(_summary(results) + "\n")


def _where(subject: Subject) -> str:
    parts = [f"document {subject.document}"] if subject.document else []
    parts += [f"item {index}" for index in subject.item]
    return f" ({', '.join(parts)})" if parts else ""


def _line(row: Row, paint: _Painter) -> str:
    finding = row.finding
    colour = _RED if finding.severity == "error" else _YELLOW
    path = f"{finding.path}: " if finding.path else ""
    code = paint(f"  [{finding.code}]", _FAINT) if finding.code else ""
    severity = paint(f"{finding.severity:<7}", colour)
    return f"{severity}  {visible(path + message(finding))}{code}"


def _place(line: int, column: int) -> str:
    return f"{line}:{column}"


def _by_code(rows: Iterable[Row], paint: _Painter) -> Iterator[str]:
    """Yield a line for each code: its number of findings, and the address of its page."""
    counted = Counter(row.finding.code for row in rows)
    most = len(str(max(counted.values())))
    width = max(map(len, counted))
    for code, number in sorted(counted.items(), key=lambda one: (-one[1], one[0])):
        yield f"{number:{most}}  {code:{width}}  {paint(page(code), _FAINT)}"


def _summary(results: Results) -> str:
    errors = sum(row.finding.severity == "error" for row in results.rows)
    others = results.passed_over
    parts = [
        count(results.validated, "object"),
        count(errors, "error"),
        count(len(results.rows) - errors, "warning"),
        f"{others.total()} of other kinds passed over{_counts(others)}",
    ]
    parts += [f"{results.known} known"] if results.known else []
    parts += [f"{results.ignored} ignored"] if results.ignored else []
    if results.strangers:
        total = results.strangers.total()
        parts.append(f"{total} skipped{_counts(results.strangers)}")
    if results.unreadable:
        parts.append(count(len(results.unreadable), "unreadable part"))
    return ", ".join(parts)


def _counts(counted: Counter[str]) -> str:
    by_number = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    shown = [f"{visible(name)} {number}" for name, number in by_number[:_MOST_COUNTS]]
    more = ["..."] if len(by_number) > _MOST_COUNTS else []
    return f" ({', '.join(shown + more)})" if by_number else ""


def _has_colours(out: TextIO) -> bool:
    return out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _paint(text: str, colour: str) -> str:
    return f"{colour}{text}{_PLAIN}" if text else ""


def _no_paint(text: str, _colour: str) -> str:
    return text
