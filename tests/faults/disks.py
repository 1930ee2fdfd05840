"""Disks that are full, or cannot be written, seen by one stack's commands alone.

As root no permission keeps a program from writing, hence mounts in a mount namespace of their own:
nothing else sees them, and they are gone with the process that holds the namespace.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from testbed.stack import Stack

_HELD_FOR = "600"
"""Seconds after which the namespace ends by itself, should the tests have been killed."""


class Disk:
    """The state folder of a stack on a disk of its own, small and in memory."""

    def __init__(self, stack: Stack, holder: int) -> None:
        self._folder = stack.folder / "state"
        namespace = f"/proc/{holder}/ns/mnt"
        self._inside = ["nsenter", f"--mount={namespace}", "env", f"--chdir={stack.folder}"]
        stack.prefix = self._inside
        self.seen = Path(f"/proc/{holder}/root{self._folder}")
        """The state folder, as it is seen from outside."""

    @property
    def checkpoint(self) -> Path:
        """The file that holds the state."""
        return self.seen / ".pulumi" / "stacks" / "tests" / "test.json"

    def content(self) -> dict[str, bytes]:
        """Return every file of the state folder."""
        files = sorted(one for one in self.seen.rglob("*") if one.is_file())
        return {str(one.relative_to(self.seen)): one.read_bytes() for one in files}

    def mount(self, size: str) -> None:
        """Put the state on the disk."""
        new = self._folder.with_name("disk")
        new.mkdir()
        self._do("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(new))
        self._do("cp", "-a", f"{self._folder}/.", str(new))
        self._do("mount", "--move", str(new), str(self._folder))

    def resize(self, size: str) -> None:
        self._do("mount", "-o", f"remount,size={size}", str(self._folder))

    def leave_free(self, kilobytes: int) -> None:
        """Make the disk so small that only so much is left of it."""
        at = os.statvfs(self.seen)
        used = (at.f_blocks - at.f_bfree) * at.f_frsize // 1024
        self.resize(f"{used + kilobytes}k")

    def forbid_writing(self) -> None:
        self._do("mount", "-o", "remount,ro", str(self._folder))

    def allow_writing(self) -> None:
        self._do("mount", "-o", "remount,rw", str(self._folder))

    def _do(self, *command: str) -> None:
        done = subprocess.run([*self._inside, *command], capture_output=True, text=True)
        assert done.returncode == 0, (command, done.stderr)


@contextmanager
def disk_of_its_own(stack: Stack, size: str = "64m") -> Iterator[Disk]:
    """Move the stack's state to a small disk that only its commands see."""
    holder = subprocess.Popen(["unshare", "--mount", "sleep", _HELD_FOR])
    try:
        _wait_for_namespace(holder.pid)
        disk = Disk(stack, holder.pid)
        disk.mount(size)
        yield disk
    finally:
        stack.prefix = []
        holder.kill()
        holder.wait()


def _wait_for_namespace(pid: int) -> None:
    deadline = time.monotonic() + 10
    ours = Path("/proc/self/ns/mnt").readlink()
    while Path(f"/proc/{pid}/ns/mnt").readlink() == ours:
        assert time.monotonic() < deadline
        time.sleep(0.01)
