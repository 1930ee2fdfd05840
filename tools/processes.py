"""Processes of this checkout: found by their command lines, ended by their ids."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """A running process."""

    pid: int
    parent: int
    command: str
    program: str
    """The first word of the command, which may contain spaces."""


def running() -> dict[int, Process]:
    """Return all visible processes, by id."""
    if Path("/proc/self/stat").exists():
        return {process.pid: process for process in _from_proc()}
    if not shutil.which("ps"):
        return {}
    programs = {pid: program for pid, _, program in _listed("comm=")}
    return {
        pid: Process(pid, parent, command, programs.get(pid, command))
        for pid, parent, command in _listed("args=")
    }


def _listed(column: str) -> Iterator[tuple[int, int, str]]:
    listing = subprocess.run(
        ["ps", "-axww", "-o", "pid=", "-o", "ppid=", "-o", column],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for line in listing.splitlines():
        pid, parent, *text = line.split(None, 2)
        if text:
            yield int(pid), int(parent), text[0].strip()


def _from_proc() -> Iterator[Process]:
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="surrogateescape").split("\0")
            status = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it has ended in the meantime
        if status[0] != "Z":
            command = " ".join(words).strip()
            yield Process(int(entry.name), int(status[1]), command, words[0])


def mentioning(directory: Path) -> list[Process]:
    """Return the processes that name `directory` in their command lines, except this one's line."""
    everything = running()
    mine = set(_line(os.getpid(), everything))
    text = f"{directory}/"
    return [one for one in everything.values() if text in one.command and one.pid not in mine]


def descendants(pid: int) -> list[Process]:
    """Return the processes that a process has started, directly or not."""
    everything = running()
    return [one for one in everything.values() if pid in _line(one.parent, everything)]


def _line(pid: int, everything: Mapping[int, Process]) -> Iterator[int]:
    """Yield the id of a process, of its parent, and so on."""
    seen: set[int] = set()
    while pid in everything and pid not in seen:
        seen.add(pid)
        yield pid
        pid = everything[pid].parent


def orphaned_plugins(directory: Path) -> list[Process]:
    """Return language hosts, providers and programs below `directory` whose `pulumi` is gone."""
    everything = running()

    def has_engine(process: Process) -> bool:
        line = (everything[pid] for pid in _line(process.pid, everything))
        return any(Path(one.program).name == "pulumi" for one in line)

    return [
        process
        for process in mentioning(directory)
        if ("pulumi-language-" in process.command or "pulumi-resource-" in process.command)
        and not has_engine(process)
    ]


def end(processes: Iterable[Process], patience: float = 5.0) -> None:
    """End those processes that still run: SIGTERM first, SIGKILL after `patience` seconds."""
    wanted = _still_running(processes)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in wanted:
            try:
                os.kill(process.pid, number)
            except ProcessLookupError:
                continue
        deadline = time.monotonic() + patience
        while wanted and time.monotonic() < deadline:
            wanted = _still_running(wanted)
            time.sleep(0.05)
        if not wanted:
            return


def _still_running(processes: Iterable[Process]) -> list[Process]:
    """Return the processes that still run, without new ones that reuse their ids."""
    alive = running()
    return [p for p in processes if p.pid in alive and alive[p.pid].command == p.command]
