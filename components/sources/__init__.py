"""Where backends come from: clouds, DNS, files. Each source is a module of its own.

A source is a function that returns backends, called by a program and passed as `backends`.
"""

from ._base import Source, read
from .errors import SourceError

__all__ = ["Source", "SourceError", "read"]
