"""SVG with a fixed layout in layers: no layout engine, no browser, deterministic.

States differ in shape, mark and colour: cut corners and a thick line are a break, a dashed
line is unknown. Colours follow the reader's light or dark mode.
"""

from collections.abc import Iterator, Sequence
from html import escape

from ...core.findings import printable
from .graph import Box, Graph, State
from .layout import BETWEEN, COLUMN, LINE, MARGIN, PAD, Layout, Placed

_PANEL_HEAD = 32
_CUT = 10
_MOST = 33
"""The maximum of characters in a line of a box."""
_CHARACTER = 8.2
"""The width of a character of the largest size, in pixels."""

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
    ("unknown", "? unknown, ~ drains, ! weak"),
    ("broken", "x breaks, or gets no traffic"),
)
_OF_MARKS = {"x": "t-broken", "+": "t-ok", "?": "t-unknown", "~": "t-unknown", "!": "t-unknown"}


def svg(graph: Graph, *, is_narrow: bool = False) -> str:
    """Return a diagram as an SVG document.

    Args:
        graph: The diagram.
        is_narrow: Whether the boxes of a path are stacked. Defaults to False.
    """
    layout = Layout(is_narrow)
    body: list[str] = []
    top = MARGIN
    for panel in graph.panels:
        start = top
        width = layout.width - 2 * MARGIN
        most = int((width - 2 * MARGIN) / _CHARACTER)
        titles = [panel.title] if len(panel.title) <= most else panel.title.split(": ", 1)
        top += _PANEL_HEAD + LINE * (len(titles) - 1)
        inner: list[str] = []
        for band in panel.bands:
            placed, height = layout.place(band, top)
            inner += [_arrow(layout, placed[one], placed[other]) for one, other in band.edges]
            inner += [part for one in placed for part in _draw(one)]
            top += height + BETWEEN
        body.append(
            f'<rect class="panel" x="{MARGIN}" y="{start}" width="{width}"'
            f' height="{top - start}" rx="8"/>'
        )
        body += [
            _text(2 * MARGIN, start + 21 + LINE * place, title, "p", most)
            for place, title in enumerate(titles)
        ]
        body += inner
        top += MARGIN
    legend, top = _legend(layout, top + 14)
    body += legend
    title = escape(printable(graph.title))
    width = layout.width
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" width="{width}"'
        f' height="{top}" role="img" aria-label="{title}" style="max-width:100%;height:auto">\n'
        f"<style>{_STYLE}</style>\n"
        f'<rect class="bg" width="{width}" height="{top}"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _draw(one: Placed) -> Iterator[str]:
    yield _outline(one)
    top = one.top + PAD + 9
    yield _text(one.left + PAD, top, one.box.title, "h")
    for line in filter(None, one.box.lines):
        top += LINE
        kind = _OF_MARKS.get(line[:1], "d") if line[1:2] == " " else "d"
        yield _text(one.left + PAD, top, line, kind)


def _outline(one: Placed, width: int = COLUMN, cut: int = _CUT) -> str:
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


def _arrow(layout: Layout, one: Placed, other: Placed) -> str:
    line, (x, y) = layout.arrow(one, other)
    return f'<path class="e" d="{line}"/><path class="a" d="M{x},{y} l-8,-4 v8 z"/>'


def _legend(layout: Layout, top: int) -> tuple[list[str], int]:
    """Return the legend of shapes and marks, and the bottom of the diagram."""
    parts: list[str] = []
    for place, (state, text) in enumerate(_LEGEND):
        left = layout.left(0 if layout.is_narrow else place)
        sample = Placed(Box(0, "", (), state), left, top - 12, 16)
        parts += [_outline(sample, 24, 4), _text(left + 34, top, text, "d")]
        top += 24 if layout.is_narrow else 0
    return parts, top if layout.is_narrow else top + 16


def _text(left: int, top: int, text: str, kind: str, most: int = _MOST) -> str:
    shown = printable(text)
    if len(shown) <= most:
        return f'<text class="{kind}" x="{left}" y="{top}">{escape(shown)}</text>'
    cut = escape(f"{shown[: most - 1]}…")
    return f'<text class="{kind}" x="{left}" y="{top}">{cut}<title>{escape(shown)}</title></text>'
