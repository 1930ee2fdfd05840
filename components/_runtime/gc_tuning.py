"""Keeps Python's garbage collector from walking through what is not garbage.

The SDK makes tens of Outputs for a resource, and each full collection walks through all of them and
all models of Kubernetes again: a fifth of the CPU of a preview of 300 Services, and half of that of
rendering them.
"""

import gc
import threading
from collections.abc import Generator
from contextlib import contextmanager

_YOUNG = 50_000
"""How many objects are made before the collector looks at them; Python's default is 700 to 2000."""

_tuned: list[bool] = []
_pauses: list[bool] = []
_lock = threading.Lock()


def tune() -> None:
    """Set aside what exists when the first component of a real run is made: mostly modules.

    From then on the collector comes more rarely, if at all. Once in a process, so that nothing
    builds up in a program that runs many updates.
    """
    if _tuned:
        return
    _tuned.append(True)
    gc.freeze()
    young, *older = gc.get_threshold()
    if young:  # else it is off
        gc.set_threshold(max(young, _YOUNG), *older)


@contextmanager
def paused() -> "Generator[None]":
    """Keep the collector off during a block; in several threads, until the last one is done."""
    with _lock:
        _pauses.append(gc.isenabled())
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            was_enabled = _pauses.pop()
            if was_enabled and not _pauses:
                gc.enable()
