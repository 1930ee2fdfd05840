"""Reads the objects in the state of a stack."""

from collections.abc import Iterator, Mapping
from typing import Any

from ...topology import Snapshot
from ...validation.untyped import items, mapping, text
from .stack import Stack

_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key that marks an encrypted value in the state."""
_OF_NOTHING = frozenset({"annotations", "managedFields"})
"""Fields of metadata that do not affect paths."""


def read_state(stack: Stack) -> Snapshot:
    """Return the objects from the last update of a stack, without secrets.

    Raises:
        ProgramError: The state cannot be read.
    """
    shown: list[Mapping[str, Any]] = []
    unseen: dict[str, str] = {}
    for resource in map(mapping, items(stack.state.get("resources"))):
        if not text(resource.get("type")).startswith("kubernetes:"):
            continue
        manifest = mapping(resource.get("outputs"))
        if _SIGNATURE in manifest or any(map(_is_secret, _on_paths(manifest))):
            kind = text(resource.get("type")).rpartition(":")[2]
            unseen[kind] = "the stack's state holds at least one as a secret"
        else:
            shown.append(manifest)
    return Snapshot(shown, unseen=unseen)


def _on_paths(manifest: Mapping[str, Any]) -> Iterator[object]:
    """Yield the values of an object that decide where traffic goes."""
    for key, value in manifest.items():
        if key == "metadata":
            yield from (one for name, one in mapping(value).items() if name not in _OF_NOTHING)
        elif not key.startswith("__"):
            yield value


def _is_secret(value: object) -> bool:
    found = mapping(value)
    return _SIGNATURE in found or any(map(_is_secret, [*found.values(), *items(value)]))
