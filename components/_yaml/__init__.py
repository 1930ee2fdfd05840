"""YAML for untrusted files: values with their places, within limits.

It processes the parser's events with its own stack, so that nesting, aliases and size are limited
before they use memory.
"""

from .comments import comments
from .places import Place, PlacedList, PlacedMap, locate, plain
from .problems import Problem, YamlProblems, character_problem
from .reader import MAX_DEPTH, MAX_NODES, Item, Reader, Scalars
from .scalars import KUBECTL

__all__ = [
    "KUBECTL",
    "MAX_DEPTH",
    "MAX_NODES",
    "Item",
    "Place",
    "PlacedList",
    "PlacedMap",
    "Problem",
    "Reader",
    "Scalars",
    "YamlProblems",
    "character_problem",
    "comments",
    "locate",
    "plain",
]
