"""Shortcuts through the SDK that change nothing of what a rendered program sees."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

import pulumi
from pulumi.runtime import resource, settings
from pulumi.runtime.proto import source_pb2

from ._monitor import Monitor

__all__ = ["take"]

_MOST_TYPES = 10_000


@cache
def take() -> None:
    """Shorten the SDK's ways. Done once per process.

    What a type unwraps to depends on nothing else, so that is remembered for programs under an
    engine as well. Stack traces are left out under `Monitor` alone. An SDK that lacks one of these
    functions goes its own way.
    """
    types: Any = getattr(pulumi, "_types", None)
    _replace(types, "unwrap_type", _remembered)
    _replace(types, "unwrap_optional_type", _remembered)
    _replace(resource, "_get_stack_trace", _without_stack)


def _replace(module: Any, name: str, shorten: Callable[[Any], Any]) -> None:
    function = getattr(module, name, None)
    if callable(function):
        setattr(module, name, shorten(function))


def _remembered(unwrap: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function of types that remembers its results.

    They are found by identity, because types that differ in the order of a union are equal.
    """
    known: dict[int, tuple[Any, Any]] = {}

    @wraps(unwrap)
    def remember(annotation: Any) -> Any:
        found = known.get(id(annotation))
        if found is not None:
            return found[1]
        unwrapped = unwrap(annotation)
        if len(known) < _MOST_TYPES:
            known[id(annotation)] = annotation, unwrapped
        return unwrapped

    return remember


def _without_stack(trace: Callable[[], Any]) -> Callable[[], Any]:
    """Return a function that traces no stack for our mocks, which store none."""
    none = source_pb2.StackTrace()

    @wraps(trace)
    def of_engines_only() -> Any:
        return none if isinstance(settings.get_monitor(), Monitor) else trace()

    return of_engines_only
