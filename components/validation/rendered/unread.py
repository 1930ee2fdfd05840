"""Kinds that are not linted."""

from collections.abc import Mapping
from typing import Any

from ..object_set import ObjectSet

__all__ = ["read_nothing"]


def read_nothing(_set: ObjectSet, _index: int, _manifest: Mapping[str, Any]) -> None:
    """Ignore a manifest: hazards of rendered objects follow from the component's arguments."""
