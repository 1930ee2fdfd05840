"""Handles signals that ask `make` to end: the programs that it started end first, cleanly."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Self

from . import processes
from .console import say

_PATIENCE = 30.0
"""How many seconds a program may take to end after a signal; then it gets a second one."""

_INSISTENCE = 5.0
"""How many seconds it may take after the second one; then it is killed."""
_FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
    terminal reach it directly, because it must own the terminal. An exception that a handler
    raises, such as `KeyboardInterrupt`, is raised once the program has ended.

    Args:
        command: The program and its arguments.
        cwd: The folder that it runs in.
        environment: Its environment variables.
        shown: Whether it uses the terminal, instead of returning its output.
    """
    owns_terminal = shown and _is_in_foreground()
    with (
        _Forwarding(Path(command[0]).name, owns_terminal=owns_terminal) as forwarding,
        subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=None if shown else subprocess.DEVNULL,
            stdout=None if shown else subprocess.PIPE,
            stderr=None if shown else subprocess.PIPE,
            text=True,
            process_group=None if owns_terminal else 0,
            preexec_fn=forwarding.hear_in_child,  # noqa: PLW1509 - `make` has one thread
        ) as process,
    ):
        out, err = forwarding.communicate(process)
    return subprocess.CompletedProcess(command, process.returncode, out or "", err or "")


class _Forwarding:
    """Passes signals on to a program, and keeps what their handlers raise until it has ended.

    An exception in the middle of the wait would leave a program running that was sent no signal.
    A program that does not end is sent a second one, and then killed; what it has started is not.
    Another signal in the meantime shortens the wait. While handlers change, signals are blocked.

    Args:
        name: What to call the program.
        owns_terminal: Whether the keys of the terminal reach it directly.
    """

    def __init__(self, name: str, *, owns_terminal: bool) -> None:
        self._name = name
        self._owns_terminal = owns_terminal
        self._process: subprocess.Popen[str] | None = None
        self._is_waiting = False
        self._raised: BaseException | None = None
        self._latest: BaseException | None = None
        self._patience = [_PATIENCE, _INSISTENCE]

    def __enter__(self) -> Self:
        """Handle signals, which stay blocked until there is a program to wait for."""
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, _FORWARDED)
        try:
            self._alarm = signal.signal(signal.SIGALRM, self._insist)
            self._previous = {
                number: handler
                for number in _FORWARDED
                if callable(handler := signal.getsignal(number))
            }
            for number in self._previous:
                signal.signal(number, self._hear)
        except BaseException:
            signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
            raise
        return self

    def communicate(self, process: subprocess.Popen[str]) -> tuple[str | None, str | None]:
        """Wait for a program, and pass signals on, also those that arrived while it started.

        Returns:
            Its output and its errors, if they are pipes.

        Raises:
            BaseException: What a handler raised, if the program has ended or is killed. What the
                program has started may keep the pipes open, which takes longer.
        """
        self._process = process
        self._is_waiting = True
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
            return process.communicate()
        finally:
            self._is_waiting = False

    def __exit__(self, *_: object) -> None:
        """Handle signals as before, and raise what they raised."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _FORWARDED)
        try:
            for number, handler in self._previous.items():
                if signal.getsignal(number) == self._hear:  # else `heard` ignores it by now
                    signal.signal(number, handler)
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._alarm)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
        if self._raised is not None:
            raise self._raised

    def hear_in_child(self) -> None:
        """Ignore a hang-up of the terminal, which is forwarded, and undo an ignored SIGINT.

        With SIGINT ignored, as under nohup, every pulumi command takes 5 s longer. From here on
        SIGINT and SIGTERM end the child, even before it has become the program.
        """
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        hear_interrupts()
        if callable(signal.getsignal(signal.SIGTERM)):
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        try:
            self._previous[signal.Signals(number)](number, frame)
        except (KeyboardInterrupt, Terminated) as raised:
            if isinstance(raised, Terminated) and isinstance(self._latest, Terminated):
                return  # it arrived before `heard` could ignore it
            self._latest = raised
            self._raised = self._raised or raised
            self._insist()

    def _insist(self, *_: object) -> None:
        """Send the signal; when that was done twice, kill the program and wait no longer."""
        if self._process is None or self._raised is None:
            return
        if self._process.poll() is not None:
            self._stop_waiting(self._raised)
        elif not self._patience:
            with suppress(OSError):  # the terminal may be gone
                say(f"{self._name} does not end; killing it")
            self._process.kill()
            self._stop_waiting(self._raised)
        else:
            if isinstance(self._latest, Terminated):
                self._process.send_signal(signal.SIGTERM)
            elif not self._owns_terminal:
                self._process.send_signal(signal.SIGINT)
            signal.setitimer(signal.ITIMER_REAL, self._patience.pop(0))

    def _stop_waiting(self, raised: BaseException) -> None:
        if self._is_waiting:
            self._is_waiting = False  # never twice: the second would interrupt `__exit__`
            raise raised


def _is_in_foreground() -> bool:
    """Return whether a terminal is attached whose keys send signals to this process."""
    with suppress(OSError):
        return sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    return False


def hear_interrupts() -> None:
    """Undo an ignored or handled SIGINT, before another program runs in this process."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
