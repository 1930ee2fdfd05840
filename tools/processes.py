"""Processes of this checkout: found by their command lines, ended by their ids."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """A running process."""

    pid: int
    parent: int
    command: str


def running() -> dict[int, Process]:
    """Give all processes that can be seen, by id."""
    if Path("/proc/self/stat").exists():
        return {process.pid: process for process in _from_proc()}
    if not shutil.which("ps"):
        return {}
    listing = subprocess.run(
        ["ps", "-axo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    found = [line.split(None, 2) for line in listing.splitlines()]
    return {
        int(pid): Process(int(pid), int(parent), args[0]) for pid, parent, *args in found if args
    }


def _from_proc() -> Iterable[Process]:
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            status = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        if status[0] != "Z":
            yield Process(int(entry.name), int(status[1]), command.strip())


def mentioning(directory: Path) -> list[Process]:
    """Give the processes whose command line names `directory`, but for this one's own line."""
    everything = running()
    mine: set[int] = set()
    pid = os.getpid()
    while pid in everything and pid not in mine:
        mine.add(pid)
        pid = everything[pid].parent
    text = f"{directory}/"
    return [one for one in everything.values() if text in one.command and one.pid not in mine]


def orphaned_plugins(directory: Path) -> list[Process]:
    """Give language hosts, providers and programs below `directory` whose `pulumi` is gone."""
    everything = running()

    def has_engine(process: Process) -> bool:
        seen: set[int] = set()
        current: Process | None = process
        while current and current.pid not in seen:
            seen.add(current.pid)
            if Path(current.command.partition(" ")[0]).name == "pulumi":
                return True
            current = everything.get(current.parent)
        return False

    return [
        process
        for process in mentioning(directory)
        if ("pulumi-language-" in process.command or "pulumi-resource-" in process.command)
        and not has_engine(process)
    ]


def end(processes: Iterable[Process], patience: float = 5.0) -> None:
    """End processes: ask first, insist after `patience` seconds."""
    wanted = list(processes)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in wanted:
            try:
                os.kill(process.pid, number)
            except ProcessLookupError:
                continue
        deadline = time.monotonic() + patience
        while wanted and time.monotonic() < deadline:
            alive = running()
            wanted = [p for p in wanted if p.pid in alive and alive[p.pid].command == p.command]
            time.sleep(0.05)
        if not wanted:
            return
