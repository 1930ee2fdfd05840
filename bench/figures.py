"""Medians and ratios of figures that were measured in turns."""

import statistics
from collections.abc import Sequence
from typing import Literal

from bench.cpu import Spent

Kind = Literal["cpu", "wall"]


def median(spent: Sequence[Spent], kind: Kind) -> float:
    """Return the median, in seconds."""
    return statistics.median(_of(one, kind) for one in spent)


def ratio(ours: Sequence[Spent], rival: Sequence[Spent], kind: Kind) -> float:
    """Return the median of the ratios of all turns."""
    pairs = zip(ours, rival, strict=True)
    return statistics.median(_of(one, kind) / _of(other, kind) for one, other in pairs)


def _of(spent: Spent, kind: Kind) -> float:
    return spent.cpu if kind == "cpu" else spent.wall
