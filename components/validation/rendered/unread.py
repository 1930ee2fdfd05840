"""Kinds in which no hazards are looked for."""

from collections.abc import Mapping
from typing import Any

from ..object_set import ObjectSet

__all__ = ["read_nothing"]


def read_nothing(_set: ObjectSet, _index: int, _manifest: Mapping[str, Any]) -> None:
    """Pass over a manifest: hazards of what a component renders are its arguments'."""
