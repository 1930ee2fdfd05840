"""Sources of backends: clouds, DNS, files. Each source is a separate module.

A source is a function that returns a list for the argument `backends`.
"""

from ._base import Source, read
from .errors import SourceError

__all__ = ["Source", "SourceError", "read"]
