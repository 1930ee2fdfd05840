"""What `pulumi` and `kubectl` show of a stack and of a cluster, with the user's credentials."""

from .cluster import Cluster, Searched
from .programs import ProgramError
from .stack import Stack

__all__ = ["Cluster", "ProgramError", "Searched", "Stack"]
