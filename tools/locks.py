"""Locks between processes, as files; the system frees them when their process ends."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from .console import say


@contextmanager
def locked(file: Path, waiting: str = "") -> Iterator[None]:
    """Hold a lock, after another process has released it.

    Args:
        file: The lock; its folder is created. Only its holder may remove it.
        waiting: What to print if another process holds it. Defaults to nothing.
    """
    while True:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            opened = file.open("w")
        except (FileExistsError, FileNotFoundError):  # its folder is just being removed
            if file.parent.is_file():
                raise
            continue
        with opened as lock:
            _wait(lock, waiting)
            if _is_at(file, lock):
                yield
                return


def remove_folder(lock: Path) -> None:
    """Remove the folder of a lock that the caller holds; the lock itself last."""
    for one in lock.parent.iterdir():
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one, ignore_errors=True)
        elif one != lock:
            one.unlink(missing_ok=True)
    lock.unlink()
    with suppress(OSError):  # a process that waited may have made a new lock
        lock.parent.rmdir()


def _wait(lock: TextIO, waiting: str) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if waiting:
            say(waiting)
        fcntl.flock(lock, fcntl.LOCK_EX)


def _is_at(file: Path, lock: TextIO) -> bool:
    """Return whether a lock is the file at its path; one that was removed locks nothing."""
    try:
        return os.path.samestat(os.fstat(lock.fileno()), file.stat())
    except FileNotFoundError:
        return False
