"""Measures the CPU time and wall time of a command and of every process that it starts."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from testbed.stack import Stack
from tools.signals import hear_interrupts

WITHOUT_CHECKPOINTS = {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_EXPERIMENTAL": "true"}
"""The environment variables with which `pulumi` saves the state only once, at the end."""

_EVERY = 0.025
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """The time of a command in seconds, and the peak memory of its processes in MB."""

    cpu: float
    wall: float
    parts: Mapping[str, float]
    """CPU time by program: `pulumi`, `python`, the provider."""
    memory: Mapping[str, float]


def pulumi(stack: Stack, *arguments: str) -> Spent:
    """Run `pulumi` on a stack."""
    return spend(stack.command(*arguments), stack.folder, stack.variables())


def state_size(stack: Stack) -> int:
    """Return how large the stack's state is on its file backend, in bytes."""
    return sum(file.stat().st_size for file in stack.folder.glob("state/.pulumi/stacks/**/*.json"))


def spend(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Spent:
    """Run a command to its end.

    Raises:
        RuntimeError: It failed; with its output.
    """
    begun = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=hear_interrupts,  # noqa: PLW1509 - the watching thread starts afterwards
    )
    seen: dict[int, _Look] = {}
    watching = threading.Event()

    def watch() -> None:
        while not watching.wait(_EVERY):
            _look(process.pid, seen)

    watcher = threading.Thread(target=watch)
    watcher.start()
    printed = process.communicate()[0]
    watching.set()
    watcher.join()
    wall = time.monotonic() - begun
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}:\n{printed[-3000:]}")
    parts: dict[str, float] = {}
    memory: dict[str, float] = {}
    for name, cpu, peak in seen.values():
        parts[name] = parts.get(name, 0.0) + cpu
        memory[name] = max(memory.get(name, 0.0), peak)
    return Spent(sum(parts.values()), wall, parts, memory)


class _Look(NamedTuple):
    """The usage of a process so far."""

    name: str
    cpu: float
    memory: float


def _look(root: int, seen: dict[int, _Look]) -> None:
    """Record the usage of each process below `root` so far; the last record of each counts."""
    children: dict[int, list[int]] = {}
    found: dict[int, _Look] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name, rest = (folder / "stat").read_text().rsplit(")", 1)
            status = (folder / "status").read_text()
        except OSError:
            continue
        fields = rest.split()
        pid = int(folder.name)
        children.setdefault(int(fields[1]), []).append(pid)
        peak = status.partition("VmHWM:")[2].split()[:1]
        found[pid] = _Look(
            name.partition("(")[2],
            (int(fields[11]) + int(fields[12])) / _TICKS,
            int(peak[0]) / 1000 if peak else 0.0,
        )
    pending = [root]
    while pending:
        pid = pending.pop()
        pending += children.get(pid, [])
        if pid in found:
            last = seen.get(pid)
            # A process that is ending has already released its memory.
            memory = max(found[pid].memory, last.memory if last else 0.0)
            seen[pid] = found[pid]._replace(memory=memory)
