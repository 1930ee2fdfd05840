"""Reads stacks and clusters through `pulumi` and `kubectl`, with the user's credentials."""

from .cluster import Cluster, Searched
from .programs import ProgramError
from .stack import Stack

__all__ = ["Cluster", "ProgramError", "Searched", "Stack"]
