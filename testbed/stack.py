"""A new Pulumi project with a stack, for one test or benchmark, run by the real engine."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

from tools.backend import StateBackend
from tools.signals import hear_interrupts

_COUNT = re.compile(
    r"^\s+(?:[-+~=<>]+\s*)?(\d+) (created|updated|deleted|unchanged|replaced|to \w+)$", re.MULTILINE
)

_LOST_HOST = "failed to discover package requirements: error reading from server"


@dataclass
class Stack:
    """One stack named `test` of one project, both new."""

    folder: Path
    parts: Mapping[str, Path]
    kubeconfig: Path | None
    project: str = "tests"
    config: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    name: str = "test"
    prefix: list[str] = field(default_factory=list)
    """What its commands are run by, such as `nsenter` and its arguments."""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "Pulumi.yaml").write_text(f"name: {self.project}\nruntime: python\n")
        self.backend = StateBackend(self.folder / "state", self.parts, self.folder)
        self.backend.select(self.name)
        for key, value in self.config.items():
            self.backend.pulumi("config", "set", key, value, "--stack", self.name)

    def write(self, program: str) -> "Stack":
        """Make `program` what the stack runs."""
        (self.folder / "__main__.py").write_text(dedent(program))
        return self

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `pulumi` on the stack; what it prints is in `stdout`.

        An engine that loses its language host before the program has begun is run again.
        """
        done = self._run(*arguments)
        return self._run(*arguments) if _LOST_HOST in done.stdout else done

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            preexec_fn=hear_interrupts,
        )

    def command(self, *arguments: str) -> list[str]:
        """Return the command line that `run` runs."""
        pulumi = [*self.prefix, str(self.parts["pulumi"])]
        return [*pulumi, *arguments, "--non-interactive", "--stack", self.name]

    def variables(self) -> dict[str, str]:
        """Return the environment that `run` gives to it."""
        return {**self.backend.environment(self.kubeconfig), **self.environment}

    def up(self, *flags: str) -> dict[str, int]:
        """Run `pulumi up` and give the counts of its summary, such as `{"created": 3}`."""
        return self._counts("up", "--yes", "--skip-preview", *flags)

    def preview(self, *flags: str) -> dict[str, int]:
        """Run `pulumi preview` and give the counts of its summary, such as `{"to create": 3}`."""
        return self._counts("preview", *flags)

    def destroy(self) -> dict[str, int]:
        """Run `pulumi destroy` and give the counts of its summary."""
        return self._counts("destroy", "--yes", "--skip-preview")

    def _counts(self, *arguments: str) -> dict[str, int]:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout
        return {what: int(number) for number, what in _COUNT.findall(done.stdout)}
