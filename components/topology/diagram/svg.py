"""SVG with a fixed layout in layers: no layout engine, no browser, the same picture every time.

States are told by shape, by mark and by colour: cut corners and a thick line are a break, a dashed
line is what cannot be told. Colours follow the reader's light or dark mode.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from ...core.findings import printable
from .graph import Box, Graph, State

_COLUMN, _GAP, _MARGIN = 264, 44, 16
_LINE, _PAD, _TITLE = 17, 10, 20
_BETWEEN, _PANEL_HEAD = 14, 32
_CUT = 10
_CHARACTERS = 33
WIDTH = 3 * _COLUMN + 2 * _GAP + 4 * _MARGIN

_STYLE = """\
:root{--bg:#fff;--panel:#f6f8fa;--line:#d0d7de;--box:#fff;--text:#1f2328;--dim:#59636e;
--sound:#1a7f37;--broken:#cf222e;--unknown:#9a6700;--plain:#818b98}
@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--panel:#151b23;--line:#3d444d;--box:#0d1117;
--text:#f0f6fc;--dim:#9198a1;--sound:#3fb950;--broken:#f85149;--unknown:#d29922;--plain:#656c76}}
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:var(--text)}
.h{font-weight:700}.p{font-size:13px;font-weight:700}.d{fill:var(--dim)}
.bg{fill:var(--bg)}.panel{fill:var(--panel);stroke:var(--line)}
.b{fill:var(--box)}.sound{stroke:var(--sound);stroke-width:2}
.broken{stroke:var(--broken);stroke-width:3}
.unknown{stroke:var(--unknown);stroke-width:2;stroke-dasharray:6 4}
.plain{stroke:var(--plain);stroke-width:1}
.t-broken{fill:var(--broken);font-weight:700}.t-ok{fill:var(--sound)}.t-unknown{fill:var(--unknown)}
.e{fill:none;stroke:var(--plain);stroke-width:1.5}.a{fill:var(--plain)}"""
_LEGEND: Sequence[tuple[State, str]] = (
    ("sound", "+ takes connections"),
    ("unknown", "? cannot be told, ~ drains"),
    ("broken", "x breaks, or gets no traffic"),
)
_OF_MARKS = {"x": "t-broken", "+": "t-ok", "?": "t-unknown", "~": "t-unknown"}


def svg(graph: Graph) -> str:
    """Return a picture as an SVG document."""
    body: list[str] = []
    top = _MARGIN
    for panel in graph.panels:
        start = top
        top += _PANEL_HEAD
        inner: list[str] = []
        for band in panel.bands:
            placed, height = _place(band.boxes, top, is_centred=bool(band.edges))
            for one, other in band.edges:
                inner.append(_edge(placed[one], placed[other]))
            inner += [part for one in placed for part in _draw(one)]
            top += height + _BETWEEN
        width = WIDTH - 2 * _MARGIN
        body.append(
            f'<rect class="panel" x="{_MARGIN}" y="{start}" width="{width}"'
            f' height="{top - start}" rx="8"/>'
        )
        body.append(_text(2 * _MARGIN, start + 21, panel.title, "p", 100))
        body += inner
        top += _MARGIN
    body += _legend(top + 14)
    height = top + 30
    title = escape(printable(graph.title))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" role="img" aria-label="{title}" style="max-width:100%;height:auto">\n'
        f"<style>{_STYLE}</style>\n"
        f'<rect class="bg" width="{WIDTH}" height="{height}"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


@dataclass(frozen=True, slots=True)
class _Placed:
    box: Box
    left: int
    top: int
    height: int


def _place(boxes: Sequence[Box], top: int, *, is_centred: bool) -> tuple[list[_Placed], int]:
    """Place the boxes of a band, each below the last one of its column."""
    heights = [_TITLE + _LINE * sum(map(bool, box.lines)) + 2 * _PAD - 6 for box in boxes]
    totals = [0, 0, 0]
    for box, height in zip(boxes, heights, strict=True):
        totals[box.column] += height + _BETWEEN
    whole = max(totals, default=0)
    next_top = [top + (whole - total) // 2 if is_centred else top for total in totals]
    placed: list[_Placed] = []
    for box, height in zip(boxes, heights, strict=True):
        left = 2 * _MARGIN + box.column * (_COLUMN + _GAP)
        placed.append(_Placed(box, left, next_top[box.column], height))
        next_top[box.column] += height + _BETWEEN
    return placed, whole - _BETWEEN if whole else 0


def _draw(one: _Placed) -> Iterator[str]:
    yield _outline(one)
    top = one.top + _PAD + 9
    yield _text(one.left + _PAD, top, one.box.title, "h")
    for line in filter(None, one.box.lines):
        top += _LINE
        kind = _OF_MARKS.get(line[:1], "d") if line[1:2] == " " else "d"
        yield _text(one.left + _PAD, top, line, kind)


def _outline(one: _Placed, width: int = _COLUMN, cut: int = _CUT) -> str:
    left, top, right, bottom = one.left, one.top, one.left + width, one.top + one.height
    state = one.box.state
    if state == "broken":
        points = [
            (left + cut, top),
            (right - cut, top),
            (right, top + cut),
            (right, bottom - cut),
            (right - cut, bottom),
            (left + cut, bottom),
            (left, bottom - cut),
            (left, top + cut),
        ]
        corners = " ".join(f"{x},{y}" for x, y in points)
        return f'<polygon class="b broken" points="{corners}"/>'
    radius = 2 if state == "plain" else 10
    return (
        f'<rect class="b {state}" x="{left}" y="{top}" width="{width}" height="{one.height}"'
        f' rx="{radius}"/>'
    )


def _edge(one: _Placed, other: _Placed) -> str:
    left, right = one.left + _COLUMN, other.left - 7
    start, end = one.top + one.height // 2, other.top + other.height // 2
    middle = (left + right) // 2
    return (
        f'<path class="e" d="M{left},{start} C{middle},{start} {middle},{end} {right},{end}"/>'
        f'<path class="a" d="M{right + 7},{end} l-8,-4 v8 z"/>'
    )


def _legend(top: int) -> Iterator[str]:
    for column, (state, text) in enumerate(_LEGEND):
        left = 2 * _MARGIN + column * (_COLUMN + _GAP)
        yield _outline(_Placed(Box(column, "", (), state), left, top - 12, 16), 24, 4)
        yield _text(left + 34, top, text, "d")


def _text(left: int, top: int, text: str, kind: str, most: int = _CHARACTERS) -> str:
    shown = printable(text)
    if len(shown) <= most:
        return f'<text class="{kind}" x="{left}" y="{top}">{escape(shown)}</text>'
    cut = escape(f"{shown[: most - 1]}…")
    return f'<text class="{kind}" x="{left}" y="{top}">{cut}<title>{escape(shown)}</title></text>'
