"""Locks between processes, as files; the system frees them when their process ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import say


@contextmanager
def locked(file: Path, waiting: str = "") -> Iterator[None]:
    """Hold a lock, after another process has released it.

    Args:
        file: The lock; its folder is created.
        waiting: What to print if another process holds it. Defaults to nothing.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting:
                say(waiting)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
