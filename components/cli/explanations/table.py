"""A table of Services, one per line."""

from collections import Counter
from collections.abc import Sequence
from typing import TextIO

from ...topology import Explanation, Verdict
from ..formats.wording import count, visible
from .style import Colour, Style

_COLOURS: dict[Verdict, Colour] = {
    Verdict.SOUND: "green",
    Verdict.BROKEN: "red",
    Verdict.UNKNOWN: "yellow",
}


def write_table(explanations: Sequence[Explanation], out: TextIO, *, style: Style) -> None:
    """Write a line for each Service, and one with totals."""
    rows = [("NAMESPACE", "SERVICE", "VERDICT", "FIRST BREAK")]
    rows += [(one.namespace, one.name, one.verdict.value, _reason(one)) for one in explanations]
    widths = [max(len(row[place]) for row in rows) for place in range(3)]
    for number, row in enumerate(rows):
        cells = [f"{visible(row[place]):<{widths[place]}}" for place in range(3)]
        if number:
            cells[2] = style.paint(cells[2], _COLOURS[explanations[number - 1].verdict])
        out.write("  ".join([*cells, visible(row[3])]).rstrip() + "\n")
    counted = Counter(one.verdict for one in explanations)
    parts = [f"{counted[verdict]} {verdict.value}" for verdict in Verdict if counted[verdict]]
    out.write(f"\n{count(len(explanations), 'Service')}: {', '.join(parts) or 'none'}\n")


def _reason(one: Explanation) -> str:
    if one.first is not None:
        return f"{one.first.code}: {one.first.text}"
    return f"cannot tell {one.unknown[0]}" if one.unknown else ""
