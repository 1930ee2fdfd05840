"""Shortens the stack traces that Pulumi stores with each resource.

The SDK stores the whole stack of each registration. Of a child that is mostly the runner's and
asyncio's frames, with absolute paths of the machine, in every object of the state.
"""

import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager

_FRAMES = 12
"""Innermost frames that are kept: six of the SDK's, which it leaves out, ours, and then the user's
call of the component with what called that."""

_former: list[int | None] = []
_lock = threading.Lock()


@contextmanager
def shortened() -> "Generator[None]":
    """Let what is registered meanwhile be stored with a short stack trace.

    The limit is Python's own, `sys.tracebacklimit`, which all threads share: it holds until the
    last of those that asked for it is done. A stricter one of the user's stays.
    """
    with _lock:
        former: int | None = getattr(sys, "tracebacklimit", None)
        _former.append(former)
        if former is None or former > _FRAMES:
            sys.tracebacklimit = _FRAMES
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
