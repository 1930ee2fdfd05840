"""Outputs that are made on first use.

The SDK waits for every existing Output, in time quadratic in their number.
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any

import pulumi

__all__ = ["LazyOutputs"]


class LazyOutputs(pulumi.ComponentResource):
    """A component whose outputs are cached properties of its declared objects."""

    _declared: Any
    """Set in the constructor, after the component is registered."""

    if not TYPE_CHECKING:  # a type checker uses the annotations of each component

        def __getattr__(self, name: str) -> Any:
            declared = self.__dict__.get("_declared")
            if isinstance(getattr(type(declared), name, None), cached_property):
                return getattr(declared, name)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
