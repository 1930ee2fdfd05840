"""A `pulumi` that runs while a test does something to it, or to what it needs."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from testbed.stack import Stack
from tools import processes
from tools.signals import hear_interrupts

_MINUTES = 120.0
"""More than any of these commands takes, were it not stuck."""


class Running:
    """A command of a stack, in a session of its own: the engine and all that it starts."""

    def __init__(self, engine: subprocess.Popen[bytes], log: Path) -> None:
        self.engine = engine
        self._log = log

    def said(self) -> str:
        """Return what it has printed so far."""
        return self._log.read_text(errors="replace")

    def wait_until_it_says(self, *texts: str, within: float = 60.0) -> None:
        """Wait until one of the texts is printed."""
        deadline = time.monotonic() + within
        while not any(text in self.said() for text in texts):
            assert self.engine.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.01)

    def finish(self, within: float = _MINUTES) -> subprocess.CompletedProcess[str]:
        """Wait for its end and give what came of it."""
        try:
            code = self.engine.wait(within)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it hangs:\n{self.said()}") from None
        return subprocess.CompletedProcess(self.engine.args, code, self.said())

    def processes(self) -> list[processes.Process]:
        """Return engine, language host, program and provider, as far as they live."""
        return [one for one in processes.running().values() if _session(one.pid) == self.engine.pid]

    def kill_engine(self) -> None:
        """End the engine alone, as the kernel does when memory is short; the others see it gone."""
        self.engine.kill()
        self.engine.wait()

    def kill(self) -> None:
        """End all of it at one moment, as with the machine. Plugins have process groups of their
        own, so that it takes the session to find them.
        """
        deadline = time.monotonic() + 10
        while alive := self.processes():
            assert time.monotonic() < deadline, alive
            for one in alive:
                _end(one.pid)
            self.engine.wait()


@contextmanager
def running(stack: Stack, *arguments: str, log: str = "running.log") -> Iterator[Running]:
    """Run `pulumi` on the stack in the background; at the end nothing of it is left."""
    file = stack.folder / log
    with file.open("wb") as sink:
        engine = subprocess.Popen(
            stack.command(*arguments),
            cwd=stack.folder,
            env=stack.variables(),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=hear_interrupts,  # noqa: PLW1509 - the tests have one thread
        )
    made = Running(engine, file)
    try:
        yield made
    finally:
        made.kill()
        engine.wait()


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return 0


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
