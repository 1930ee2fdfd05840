"""Handles signals that ask `make` to end: the programs that it started end first, cleanly."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from . import processes
from .console import say

_PATIENCE = 30.0
"""How many seconds a program may take to end after a signal; it then gets a second signal, and is
finally killed."""

_INSISTENCE = 5.0


class Terminated(BaseException):
    """A signal has asked this process to end."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


@contextmanager
def heard() -> Iterator[None]:
    """Raise `Terminated` on the first SIGTERM or SIGHUP, so that programs end with the block.

    Only on the first one, because `make` forwards signals that its whole process group has already
    received. An ignored signal, such as SIGHUP under nohup, stays ignored. A complete control plane
    keeps running, because it is not a child of this process.
    """
    started: list[processes.Process] = []

    def hear(number: int, _frame: FrameType | None) -> None:
        for other in previous:
            signal.signal(other, signal.SIG_IGN)
        started.extend(processes.descendants(os.getpid()))
        raise Terminated(number)

    previous = {
        number: signal.getsignal(number)
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    for number in previous:
        signal.signal(number, hear)
    try:
        yield
    except Terminated:
        processes.end(started)
        raise
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def run(
    command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], shown: bool
) -> subprocess.CompletedProcess[str]:
    """Run a program that ends cleanly on a signal, and wait for its end.

    It receives a signal once, from here; a second one would make `pulumi` abort. Only the keys of a
    terminal reach it directly, because it must own the terminal.

    Args:
        command: The program and its arguments.
        cwd: The folder that it runs in.
        environment: Its environment variables.
        shown: Whether it uses the terminal, instead of returning its output.
    """
    owns_terminal = shown and _is_in_foreground()
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdin=None if shown else subprocess.DEVNULL,
        stdout=None if shown else subprocess.PIPE,
        stderr=None if shown else subprocess.PIPE,
        text=True,
        process_group=None if owns_terminal else 0,
        preexec_fn=_hear_what_is_forwarded,  # noqa: PLW1509 - `make` has one thread
    ) as process:
        try:
            out, err = process.communicate()
        except KeyboardInterrupt:
            _end(process, command, None if owns_terminal else signal.SIGINT)
            raise
        except Terminated:
            _end(process, command, signal.SIGTERM)
            raise
    return subprocess.CompletedProcess(command, process.returncode, out or "", err or "")


def _end(process: subprocess.Popen[str], command: Sequence[str], number: int | None) -> None:
    """Wait for the end of a program; another signal in the meantime shortens the wait."""
    for patience in (_PATIENCE, _INSISTENCE):
        if number is not None:
            process.send_signal(number)
        with suppress(subprocess.TimeoutExpired, KeyboardInterrupt, Terminated):
            process.communicate(timeout=patience)
            return
    with suppress(OSError):  # the terminal may be gone
        say(f"{Path(command[0]).name} does not end; killing it")
    process.kill()
    process.wait()


def _is_in_foreground() -> bool:
    """Return whether a terminal is attached whose keys send signals to this process."""
    with suppress(OSError):
        return sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    return False


def _hear_what_is_forwarded() -> None:
    """Ignore a hang-up of the terminal, which this process forwards, and undo an ignored SIGINT.

    With SIGINT ignored, as under nohup, every pulumi command takes 5 s longer.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    hear_interrupts()


def hear_interrupts() -> None:
    """Undo an ignored SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
