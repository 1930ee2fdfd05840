"""Places boxes and arrows: in three columns, or stacked for narrow pages."""

from dataclasses import dataclass

from .graph import Band, Box

COLUMN, MARGIN = 264, 16
"""The width of a box, and the margin around a diagram and in a panel, in pixels."""
LINE, PAD, TITLE, BETWEEN = 17, 10, 20, 14
_GAP, _INDENT, _COLUMNS = 44, 22, 3


@dataclass(frozen=True, slots=True)
class Placed:
    """A box with its position."""

    box: Box
    left: int
    top: int
    height: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How boxes are placed."""

    is_narrow: bool

    @property
    def width(self) -> int:
        """The width of the diagram."""
        inner = 2 * _INDENT + COLUMN if self.is_narrow else _COLUMNS * COLUMN + 2 * _GAP
        return inner + 4 * MARGIN

    def left(self, column: int) -> int:
        """Return the left edge of a column."""
        return 2 * MARGIN + column * (_INDENT if self.is_narrow else COLUMN + _GAP)

    def place(self, band: Band, top: int) -> tuple[list[Placed], int]:
        """Place the boxes of a band, and return its height.

        Boxes of a column are stacked; columns that arrows connect are centred.
        """
        heights = [TITLE + LINE * sum(map(bool, box.lines)) + 2 * PAD - 6 for box in band.boxes]
        columns = [0 if self.is_narrow else box.column for box in band.boxes]
        totals = [0] * _COLUMNS
        for column, height in zip(columns, heights, strict=True):
            totals[column] += height + BETWEEN
        whole = max(totals)
        is_centred = bool(band.edges) and not self.is_narrow
        tops = [top + (whole - total) // 2 if is_centred else top for total in totals]
        placed: list[Placed] = []
        for box, column, height in zip(band.boxes, columns, heights, strict=True):
            left = self.left(box.column if band.edges or not self.is_narrow else 0)
            placed.append(Placed(box, left, tops[column], height))
            tops[column] += height + BETWEEN
        return placed, max(0, whole - BETWEEN)

    def arrow(self, one: Placed, other: Placed) -> tuple[str, tuple[int, int]]:
        """Return the path of an arrow, and the position of its head."""
        if self.is_narrow:
            left, start = one.left + _INDENT // 2, one.top + one.height
            tip = other.left, other.top + other.height // 2
            return f"M{left},{start} V{tip[1]} H{tip[0] - 7}", tip
        left, start = one.left + COLUMN, one.top + one.height // 2
        tip = other.left, other.top + other.height // 2
        middle, right = (left + tip[0] - 7) // 2, tip[0] - 7
        return f"M{left},{start} C{middle},{start} {middle},{tip[1]} {right},{tip[1]}", tip
