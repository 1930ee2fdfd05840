"""A copy of this checkout in which `make` can be run, interrupted and run again."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tools import processes
from tools.paths import ROOT, TOOLS

UNCHANGED = "18 unchanged"
"""What an up of the shop says that has nothing to do."""

_NOT_INHERITED = ("KUBECONFIG", "RENDER", "PULUMI_", "VIRTUAL_ENV", "MAKE", "MFLAGS")


@dataclass(frozen=True)
class Checkout:
    """The copy. It shares nothing with the original but the parts, which are linked."""

    root: Path
    provider: str = ""
    """What `PROVIDER` is there; where it is empty, what it is here."""

    @classmethod
    def make(cls, root: Path, provider: str = "") -> "Checkout":
        """Copy what git tracks and what it does not ignore, and link the built parts."""
        listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        files = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, files.split("\0")):
            if (ROOT / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, root / name)
        shutil.copytree(TOOLS, root / ".tools", copy_function=os.link, symlinks=True)
        return cls(root, provider)

    def run(self, target: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a target of the Makefile to its end."""
        return subprocess.run(
            ["make", target],
            cwd=self.root,
            env=self._environment(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
        )

    def ok(self, target: str, **environment: str) -> str:
        """Run a target that must succeed, and return what it prints."""
        done = self.run(target, **environment)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def killed(self, target: str, *, when: str, within: float = 60.0, delay: float = 0.0) -> str:
        """Run a target and kill it and all its children as soon as it has printed `when`."""
        with self._running(target, when, within) as (process, log):
            time.sleep(delay)
            while alive := _session(process.pid):
                for one in alive:
                    with suppress(ProcessLookupError):
                        os.kill(one, signal.SIGKILL)
                process.poll()
        assert process.returncode == -signal.SIGKILL, log.read_text()
        return log.read_text()

    def told(
        self, target: str, number: int, *, when: str, within: float = 60.0, to_all: bool = False
    ) -> tuple[int, str]:
        """Run a target, send a signal as soon as it has printed `when`, and wait for its end.

        The signal goes to `make` alone, or to its whole process group, as from a terminal.
        """
        with self._running(target, when, within) as (process, log):
            (os.killpg if to_all else os.kill)(process.pid, number)
            code = process.wait(timeout=60)
            assert _session(process.pid) == []
        return code, log.read_text()

    @contextmanager
    def _running(
        self, target: str, when: str, within: float
    ) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
        log = self.root / ".running.log"
        with log.open("w") as sink:
            process = subprocess.Popen(
                ["make", target],
                cwd=self.root,
                env=self._environment({}),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_hear_hangups,  # noqa: PLW1509 - the tests have one thread
            )
            try:
                deadline = time.monotonic() + within
                while when not in log.read_text() and process.poll() is None:
                    assert time.monotonic() < deadline, log.read_text()
                    time.sleep(0.01)
                yield process, log
            finally:
                process.kill()
                process.wait()

    def processes(self) -> list[str]:
        """Return the command lines of processes that belong to the copy."""
        found: list[str] = []
        for entry in Path("/proc").iterdir():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                folder = str((entry / "cwd").readlink())
            except (OSError, UnicodeDecodeError):
                continue
            if not command:
                continue  # it is ending
            if str(self.root) in command or folder.startswith(str(self.root)):
                found.append(command)
        return found

    def _environment(self, extra: dict[str, str]) -> dict[str, str]:
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(_NOT_INHERITED)
        }
        if self.provider:
            kept["PROVIDER"] = self.provider
        return {**kept, "HOME": str(self.root / "home"), "GOCACHE": _go_cache(), **extra}


def _hear_hangups() -> None:
    """Undo an ignored SIGHUP, as under nohup."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def _session(leader: int) -> list[int]:
    """Return the processes of a session. Those of `pulumi` and its plugins have other groups."""

    def is_in_it(pid: int) -> bool:
        with suppress(ProcessLookupError):
            return os.getsid(pid) == leader
        return False

    return [pid for pid in processes.running() if is_in_it(pid)]


def _go_cache() -> str:
    default = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "go-build"
    return os.environ.get("GOCACHE", str(default))
