"""Diagrams of the paths to Services: Mermaid, and SVG with its own layout."""

from .graph import DETAILED, Graph, graph_of
from .mermaid import mermaid
from .svg import svg

__all__ = ["DETAILED", "Graph", "graph_of", "mermaid", "svg"]
