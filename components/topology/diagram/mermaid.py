"""Mermaid: a flowchart that GitHub, GitLab and others render."""

from collections.abc import Iterator, Mapping

from ...core.findings import printable
from .graph import Box, Graph, State

_SHAPES: Mapping[State, tuple[str, str]] = {
    "sound": ("(", ")"),
    "broken": ("{{", "}}"),
    "unknown": ("([", "])"),
    "plain": ("[", "]"),
}
"""States by shape, too: rounded, hexagon, stadium, rectangle."""
_CLASSES = """\
  classDef sound stroke:#1a7f37,stroke-width:2px
  classDef broken stroke:#cf222e,stroke-width:4px
  classDef unknown stroke:#9a6700,stroke-width:2px,stroke-dasharray:5 3
  classDef plain stroke:#8c959f"""


def mermaid(graph: Graph) -> str:
    """Return a diagram as a Mermaid flowchart."""
    return "\n".join(["flowchart LR", *_panels(graph), _CLASSES]) + "\n"


def _panels(graph: Graph) -> Iterator[str]:
    number = 0
    edges: list[str] = []
    for place, panel in enumerate(graph.panels):
        yield f'  subgraph n{place}["{_text(panel.title)}"]'
        yield "    direction LR"
        for band in panel.bands:
            for position, box in enumerate(band.boxes):
                yield f"    b{number + position}{_box(box)}:::{box.state}"
            edges += [f"  b{number + one} --> b{number + other}" for one, other in band.edges]
            number += len(band.boxes)
        yield "  end"
    yield from edges


def _box(box: Box) -> str:
    before, after = _SHAPES[box.state]
    lines = "<br/>".join(_text(line) for line in [f"{box.title}", *box.lines] if line)
    return f'{before}"{lines}"{after}'


def _text(text: str) -> str:
    """Escape text for a quoted label as numbered entities, which Mermaid accepts."""
    return "".join(
        one if one.isalnum() or one in " .,:-_/()+~?=*" else f"#{ord(one)};"
        for one in printable(text)
    )
