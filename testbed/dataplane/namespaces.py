"""Network namespaces: made, entered by single threads, and removed with all that runs in them."""

import ctypes
import os
import subprocess
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from tools import processes
from tools.console import CommandError

_NEW_NETWORK = 0x40000000
_FOLDER = Path("/run/netns")

Given = TypeVarTuple("Given")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Namespace:
    """A network namespace that has a name."""

    name: str

    def ip(self, *commands: str) -> None:
        """Run commands of `ip` inside, all in one process."""
        run_ip(commands, "-n", self.name)

    def nft(self, rules: str) -> None:
        """Load rules of nftables, all or none."""
        command = self.command("nft", "-f", "-")
        done = subprocess.run(command, input=rules, capture_output=True, text=True)
        if done.returncode:
            raise CommandError(f"nft: {done.stderr.strip()}")

    def command(self, *command: str) -> list[str]:
        """Return the command line that runs a program inside."""
        return ["ip", "netns", "exec", self.name, *command]

    def run(self, function: Callable[[*Given], Result], *args: *Given) -> Result:
        """Call a function in a thread that is inside; sockets that it opens stay inside."""
        with ThreadPoolExecutor(1, initializer=self.enter) as thread:
            return thread.submit(function, *args).result()

    def enter(self) -> None:
        """Move the calling thread inside. The standard library can do it from Python 3.12 on."""
        libc = ctypes.CDLL(None, use_errno=True)
        with (_FOLDER / self.name).open() as file:
            if libc.setns(file.fileno(), _NEW_NETWORK):
                number = ctypes.get_errno()
                raise OSError(number, os.strerror(number), self.name)

    def set(self, **settings: int) -> None:
        """Write kernel settings below `/proc/sys/net`; `__` in a name stands for a slash."""

        def write() -> None:
            for name, value in settings.items():
                Path("/proc/sys/net", name.replace("__", "/")).write_text(str(value))

        self.run(write)


def run_ip(commands: Iterable[str], *options: str) -> None:
    """Run commands of `ip`, all in one process.

    Raises:
        CommandError: With what it says.
    """
    text = "".join(f"{command}\n" for command in commands)
    command = ["ip", *options, "-batch", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode:
        raise CommandError(f"ip: {done.stderr.strip()}")


def existing(prefix: str) -> list[Namespace]:
    """Return the namespaces whose names begin with `prefix`."""
    return [Namespace(file.name) for file in sorted(_FOLDER.glob(f"{prefix}*"))]


def remove(namespaces: Iterable[Namespace]) -> None:
    """Delete namespaces after ending what runs in them; one may already be gone."""
    doomed = list(namespaces)
    processes.end(_inside(doomed), patience=1.0)
    for namespace in doomed:
        subprocess.run(["ip", "netns", "delete", namespace.name], capture_output=True)


def _inside(namespaces: Iterable[Namespace]) -> list[processes.Process]:
    """Return the processes that are in one of the namespaces, but for this one."""
    places = {_identity(_FOLDER / namespace.name) for namespace in namespaces} - {None}
    return [
        process
        for process in processes.running().values()
        if process.pid != os.getpid() and _identity(Path(f"/proc/{process.pid}/ns/net")) in places
    ]


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
