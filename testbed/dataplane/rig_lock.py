"""Cleaning up after a rig, whatever ended the process that made it.

A rig is alive while its process holds the lock on a file of the rig's own, which the kernel
releases with the process. A reaper, which is a process in a session of its own, waits for the end
of a pipe that only the rig's process holds, and removes everything. Should the reaper have been
killed too, the next start does it.

Run as `python -m testbed.dataplane.rig_lock <id>`, with that pipe as its standard input, it is the
reaper.
"""

import fcntl
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from tools.console import CommandError
from tools.paths import ROOT

from . import namespaces

_LOCKS = Path("/run/k8s-endpoints-rigs")
_PATIENCE = 30.0


@dataclass(frozen=True)
class RigLock:
    """The right to make things under one name, all of which are removed in the end."""

    id: str
    folder: Path

    @property
    def prefix(self) -> str:
        """What the names of the namespaces begin with."""
        return _prefix(self.id)


@contextmanager
def rig_lock() -> Iterator[RigLock]:
    """Remove what dead processes have left, and give names that nobody uses.

    Raises:
        CommandError: What was made could not be removed in time.
    """
    with _new_lock() as made:
        # Only this process may hold the pipe: the reaper waits for its last holder to end.
        reaper = subprocess.Popen(
            [sys.executable, "-m", "testbed.dataplane.rig_lock", made.id],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            yield made
        finally:
            try:
                reaper.communicate(timeout=_PATIENCE)
            except subprocess.TimeoutExpired:
                reaper.kill()
                reaper.communicate()
                raise CommandError(f"rig {made.id} was not removed in {_PATIENCE} s") from None


@contextmanager
def _new_lock() -> Iterator[RigLock]:
    _LOCKS.mkdir(exist_ok=True)
    with (_LOCKS / ".lock").open("w") as everything:
        fcntl.flock(everything, fcntl.LOCK_EX)  # no other start takes this rig for a dead one
        for file in _LOCKS.glob("[!.]*"):
            if _is_dead(file):
                remove(file.name)
        made = RigLock(secrets.token_hex(3), Path(mkdtemp(prefix="k8s-endpoints-rig-")))
        lock = (_LOCKS / made.id).open("w")
        lock.write(str(made.folder))
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
    with lock:
        yield made


def remove(rig: str) -> None:
    """End all that runs in the namespaces of a rig, and remove them and its folder."""
    namespaces.remove(namespaces.existing(_prefix(rig)))
    file = _LOCKS / rig
    try:
        shutil.rmtree(file.read_text(), ignore_errors=True)
    except OSError:
        return  # another process is removing it
    file.unlink(missing_ok=True)


def _prefix(rig: str) -> str:
    return f"k8s-endpoints-rig-{rig}-"


def _is_dead(file: Path) -> bool:
    try:
        with file.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return False  # it has just been removed
    return True


def _reap(rig: str) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    remove(rig)


if __name__ == "__main__":
    _reap(sys.argv[1])
