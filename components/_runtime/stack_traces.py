"""Shortens the stack traces that Pulumi stores with each resource.

The SDK stores the whole stack of each registration. Of our resources that is mostly the runner's
and asyncio's frames, with absolute paths of the machine, in every object of the state.
"""

import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager

__all__ = ["CHILD", "COMPONENT", "short_stack_trace"]

COMPONENT = 8
"""Innermost frames that are kept of a component: five of the SDK's and ours, which the SDK leaves
out, then the user's call of it and what called that."""

CHILD = 5
"""The same of a child: those that the SDK leaves out, and none of ours. Its component has the
user's."""

_former: list[int | None] = []
_lock = threading.Lock()


@contextmanager
def short_stack_trace(frames: int) -> Generator[None]:
    """Let what is registered meanwhile be stored with a short stack trace.

    The limit is Python's own, `sys.tracebacklimit`, which all threads share: it holds until the
    last of those that asked for it is done. A stricter one of the user's stays.

    Args:
        frames: How many innermost frames are kept.
    """
    with _lock:
        former: int | None = getattr(sys, "tracebacklimit", None)
        _former.append(former)
        if former is None or former > frames:
            sys.tracebacklimit = frames
    try:
        yield
    finally:
        with _lock:
            first = _former.pop()
            if not _former:
                _restore(first)


def _restore(limit: int | None) -> None:
    if limit is not None:
        sys.tracebacklimit = limit
    elif hasattr(sys, "tracebacklimit"):
        del sys.tracebacklimit
