"""YAML for files that others write: values with their places, and limits instead of surprises.

Works on the parser's events with a stack of its own, so that nesting, aliases and size are bounded
before memory is spent on them.
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
