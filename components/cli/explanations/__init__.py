"""Formats of explanations: a tree, a table, JSON."""

from .json_rows import write_rows
from .kubectl import kubectl_commands
from .style import Style
from .table import write_table
from .tree import write_tree

__all__ = ["Style", "kubectl_commands", "write_rows", "write_table", "write_tree"]
