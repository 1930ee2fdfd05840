"""Reads the local state folder of a stack, and cleans up after killed updates."""

import json
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import processes
from .console import CommandError, say
from .paths import TOOLS

_PASSPHRASE = "passphrase"  # noqa: S105 - the name of a file


@dataclass(frozen=True)
class State:
    """The folder with the engine's stacks, and this project's files about them."""

    directory: Path

    @property
    def passphrase(self) -> Path:
        """The file of the passphrase that encrypts secrets."""
        return self.directory / _PASSPHRASE

    @property
    def _engine(self) -> Path:
        return self.directory / ".pulumi"

    @property
    def _target(self) -> Path:
        return self.directory / "cluster"

    def _interrupted(self, stack: str) -> Path:
        return self.directory / f"interrupted-{stack}"

    def has(self, stack: str) -> bool:
        """Return whether the stack exists."""
        return any(one.exists() for one in self._checkpoints(stack))

    def holds(self, stack: str) -> bool:
        """Return whether the stack has objects, or may have some from an interrupted update."""
        if self.was_interrupted(stack):
            return True
        files = self._checkpoints(stack)
        return not all(map(_is_whole, files)) or any(
            state.get("pending_operations") or any(map(_is_object, state.get("resources") or ()))
            for state in map(_latest, files)
        )

    def is_encrypted(self) -> bool:
        """Return whether a stack's secrets need a passphrase."""
        files = (self._engine / "stacks").glob("*/*.json")
        providers = (_latest(file).get("secrets_providers") or {} for file in files)
        return any(one.get("type") == "passphrase" for one in providers)

    def check_target(self, stack: str, target: str) -> None:
        """Refuse another cluster than that of the stack's objects, which Pulumi would not notice.

        Raises:
            CommandError: The stack's objects are on another cluster.
        """
        if not self._target.exists() or not self.holds(stack):
            return
        bound = self._target.read_text()
        if bound != target:
            raise CommandError(
                f"{self.directory.name} is the state of {bound}, not of {target}:"
                " use the KUBECONFIG that you began with, and `make down` there first"
            )

    def bind(self, target: str) -> None:
        """Record the target cluster."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self._target.write_text(target)

    def reset(self) -> None:
        """Delete all stacks. The passphrase stays, because their configuration needs it."""
        for entry in self.directory.glob("*"):
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name != _PASSPHRASE:
                entry.unlink(missing_ok=True)

    def release(self, stack: str) -> None:
        """Clean up after an update that died on this host. A running update is left alone.

        Its lock is cancelled, a partial lock is removed, and a partial checkpoint is replaced with
        the previous one. The stack counts as interrupted until an up succeeds.

        Raises:
            CommandError: The stack is locked by a running process, or by another host.
        """
        for lock in self._locks(stack):
            if _is_whole(lock):
                self._check_dead(stack, json.loads(lock.read_text()))
            self.interrupt(stack)
            lock.unlink(missing_ok=True)
        for partial in self._locks(stack, ".tmp"):  # the engine would read it, and fail
            partial.unlink(missing_ok=True)
        processes.end(processes.orphaned_plugins(TOOLS))  # before the lock is released
        self._mend(stack)

    def interrupt(self, stack: str) -> None:
        """Record that the cluster may have objects of the stack that its state lacks."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self._interrupted(stack).touch()

    def was_interrupted(self, stack: str) -> bool:
        """Return whether the cluster may have objects of the stack that its state lacks."""
        return self._interrupted(stack).exists() or bool(self.pending_creates(stack))

    def mark_recovered(self, stack: str) -> None:
        """Record that the state has all objects again."""
        self._interrupted(stack).unlink(missing_ok=True)

    def unbind(self) -> None:
        """Record that nothing is deployed."""
        self._target.unlink(missing_ok=True)

    def pending_creates(self, stack: str) -> list[str]:
        """Return the URNs that a killed update was creating and no later up has created."""
        states = map(_latest, self._checkpoints(stack))
        pending = [one for state in states for one in state.get("pending_operations") or ()]
        return [one["resource"]["urn"] for one in pending if one["type"] == "creating"]

    def _check_dead(self, stack: str, holder: dict[str, Any]) -> None:
        """Refuse a lock whose holder is running, or is on another host."""
        pid, host = holder.get("pid", 0), holder.get("hostname", "")
        if host != socket.gethostname():
            raise CommandError(f"stack {stack} is locked by {holder.get('username')} on {host}")
        process = processes.running().get(pid)
        if process is not None and "pulumi" in process.command:
            raise CommandError(
                f"stack {stack} is being changed by process {pid}: {process.command}"
            )
        say(f"stack {stack}: process {pid} died while it changed the stack; cancelling its lock")

    def _mend(self, stack: str) -> None:
        """Restore the last complete checkpoint if the engine was killed while writing one."""
        # The engine's own notes beside its files: it works without them, but not with partial ones.
        stacks = self._engine / "stacks"
        for file in [*self._engine.glob("*.attrs"), *stacks.glob(f"*/{stack}.json*.attrs")]:
            if not _is_whole(file):
                file.unlink(missing_ok=True)
        for folder in stacks.glob("*/"):
            file = folder / f"{stack}.json"
            backups = (self._engine / "backups" / folder.name / stack).glob("*.json")
            older = [folder / f"{stack}.json.bak", *sorted(backups, reverse=True)]
            if _is_whole(file) or not any(one.exists() for one in (file, *older)):
                continue
            say(f"stack {stack}: its last checkpoint was cut short; continuing from the one before")
            self.interrupt(stack)
            whole = next((one for one in older if _is_whole(one)), None)
            if whole:
                shutil.copyfile(whole, file)
            else:  # it was the first checkpoint
                file.unlink(missing_ok=True)

    def _locks(self, stack: str, suffix: str = ".json") -> list[Path]:
        folder = self._engine / "locks"
        return [file for file in folder.glob(f"**/*{suffix}") if file.parent.name == stack]

    def _checkpoints(self, stack: str) -> list[Path]:
        """Return the stack's file of each project, also if it was moved aside and not back."""
        folders = (self._engine / "stacks").glob("*/")
        return [
            folder / f"{stack}.json"
            for folder in folders
            if any((folder / f"{stack}.json{suffix}").exists() for suffix in ("", ".bak"))
        ]


def _latest(checkpoint: Path) -> dict[str, Any]:
    """Return the contents of a checkpoint; empty if it is truncated."""
    try:
        whole = json.loads(checkpoint.read_text())
        latest: dict[str, Any] = whole.get("checkpoint", {}).get("latest") or {}
    except (OSError, ValueError):
        return {}
    return latest


def _is_object(resource: dict[str, Any]) -> bool:
    return bool(resource.get("custom")) and not resource["type"].startswith("pulumi:")


def _is_whole(file: Path) -> bool:
    try:
        json.loads(file.read_text())
    except (OSError, ValueError):
        return False
    return True
