"""Where Pulumi keeps its state, and the environment in which it runs."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import processes, providers
from .console import CommandError, say
from .parts import PROVIDER_PLUGIN
from .paths import BIN, ROOT, TOOLS, VENV


@dataclass(frozen=True)
class Backend:
    """A place for state: a folder of this checkout, or wherever the user is logged in."""

    directory: Path | None
    """The folder, or None for the user's own login."""
    parts: Mapping[str, Path]
    project: Path = ROOT
    """The folder that holds `Pulumi.yaml`."""

    @classmethod
    def of_user(cls, directory: Path, parts: Mapping[str, Path]) -> "Backend":
        """Give the backend that the user is logged in to, else `directory`."""
        return cls(None if _is_logged_in() else directory, parts)

    def environment(self, kubeconfig: Path | None = None) -> dict[str, str]:
        """Give the environment for `pulumi`, with the parts and `.venv` first on PATH."""
        environment = dict(os.environ)
        folders = [str(VENV / "bin"), str(BIN), str(self.parts["pulumi"].parent)]
        if "kubectl" in self.parts:
            folders.insert(1, str(self.parts["kubectl"].parent))
        environment["PATH"] = os.pathsep.join([*folders, os.environ.get("PATH", "")])
        environment["PULUMI_SKIP_UPDATE_CHECK"] = "true"
        if kubeconfig is not None:
            environment["KUBECONFIG"] = str(kubeconfig)
        if self.directory is not None:
            environment["PULUMI_BACKEND_URL"] = f"file://{self.directory}"
            environment["PULUMI_HOME"] = str(self._home())
            environment["PULUMI_IGNORE_AMBIENT_PLUGINS"] = "true"  # one on PATH would come first
            environment.update(self._passphrase())
        elif self._home() != providers.DEFAULT_HOME:  # the user's own home keeps what it has
            program = self.parts[providers.PROGRAM]
            environment["PATH"] = os.pathsep.join([str(program.parent), environment["PATH"]])
        elif self.parts["pulumi"].is_relative_to(TOOLS):
            self._lend_provider()
        return environment

    def _home(self) -> Path:
        return providers.home(self.parts.get(providers.PROGRAM))

    def _passphrase(self) -> dict[str, str]:
        """Give the passphrase that encrypts secrets in a local state: the user's, else ours."""
        if {"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"} & os.environ.keys():
            return {}
        assert self.directory is not None  # noqa: S101 - asked only where there is a folder
        self.directory.mkdir(parents=True, exist_ok=True)
        file = self.directory / "passphrase"
        if not file.exists():
            partial = file.with_suffix(".partial")
            partial.touch(mode=0o600)
            partial.write_text(secrets.token_urlsafe(32))
            partial.replace(file)
        return {"PULUMI_CONFIG_PASSPHRASE_FILE": str(file)}

    def _lend_provider(self) -> None:
        """Put the built provider where the user's own Pulumi home looks for it."""
        home = Path(os.environ.get("PULUMI_HOME", Path.home() / ".pulumi"))
        target = home / "plugins" / PROVIDER_PLUGIN
        if not target.exists():
            shutil.copytree(self.parts[providers.PROGRAM].parent, target)

    def pulumi(self, *arguments: str, kubeconfig: Path | None = None, shown: bool = False) -> str:
        """Run `pulumi` in the project's folder.

        Args:
            arguments: Its arguments.
            kubeconfig: Which cluster; None for the one that the environment names.
            shown: Let it print, instead of giving what it prints.

        Raises:
            CommandError: With what it says.
        """
        command = [str(self.parts["pulumi"]), *arguments]
        if not (shown and sys.stdout.isatty()):
            command.append("--non-interactive")
        done = subprocess.run(
            command,
            cwd=self.project,
            env=self.environment(kubeconfig),
            stdin=None if shown else subprocess.DEVNULL,
            capture_output=not shown,
            text=True,
            preexec_fn=hear_interrupts,
        )
        if done.returncode:
            said = "" if shown else f":\n{done.stdout}{done.stderr}".rstrip()
            raise CommandError(f"pulumi {' '.join(arguments[:2])} failed{said}")
        return "" if shown else done.stdout

    def select(self, stack: str) -> None:
        """Make the stack where it does not exist yet."""
        self.pulumi("stack", "select", "--create", stack)

    def release(self, stack: str) -> None:
        """Undo what an update that died on this host has left; a living one is respected.

        Its lock is cancelled, one that it was writing is removed, and a checkpoint that it was
        writing is replaced by the one before.

        Raises:
            CommandError: The stack is locked by a living process, or by another host.
        """
        for lock in self._locks(stack):
            if _is_whole(lock):
                self._check_dead(stack, json.loads(lock.read_text()))
            lock.unlink(missing_ok=True)
        for partial in self._locks(stack, ".tmp"):  # the engine would read it, and fail
            partial.unlink(missing_ok=True)
        processes.end(processes.orphaned_plugins(TOOLS))  # they come before the lock
        self._mend(stack)

    def _check_dead(self, stack: str, holder: dict[str, Any]) -> None:
        """Refuse a lock whose holder lives, or is on another host."""
        pid, host = holder.get("pid", 0), holder.get("hostname", "")
        if host != socket.gethostname():
            raise CommandError(f"stack {stack} is locked by {holder.get('username')} on {host}")
        process = processes.running().get(pid)
        if process is not None and "pulumi" in process.command:
            raise CommandError(
                f"stack {stack} is being changed by process {pid}: {process.command}"
            )
        say(f"stack {stack}: process {pid} died while it changed the stack; cancelling its lock")

    def cut_off(self, stack: str) -> list[str]:
        """Give the URNs of what a killed update was creating, and no up has created since."""
        if self.directory is None:
            return []
        files = (self.directory / ".pulumi" / "stacks").glob(f"*/{stack}.json")
        states = [json.loads(file.read_text())["checkpoint"].get("latest") or {} for file in files]
        pending = [one for state in states for one in state.get("pending_operations") or ()]
        return [one["resource"]["urn"] for one in pending if one["type"] == "creating"]

    def settle(self, stack: str, kubeconfig: Path | None) -> None:
        """Forget what a killed update was creating, once an up of the same program has created it.

        The engine does not: it would warn of it at every command, for ever.
        """
        if self.cut_off(stack):
            command = ["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]
            self.pulumi(*command, "--stack", stack, kubeconfig=kubeconfig)

    def _mend(self, stack: str) -> None:
        """Take the last whole checkpoint where the engine was killed while it wrote one.

        What the step in between made is found again: objects have names of their own, and a create
        is an upsert by the stack's own field manager.
        """
        if self.directory is None:
            return
        state = self.directory / ".pulumi"
        # What the engine notes of its files beside them: it does without, but not with half of it.
        notes = [*state.glob("*.attrs"), *(state / "stacks").glob(f"*/{stack}.json*.attrs")]
        for file in notes:
            if not _is_whole(file):
                file.unlink(missing_ok=True)
        for folder in (state / "stacks").glob("*/"):
            file = folder / f"{stack}.json"
            backups = (state / "backups" / folder.name / stack).glob("*.json")
            older = [folder / f"{stack}.json.bak", *sorted(backups, reverse=True)]
            if _is_whole(file) or not any(one.exists() for one in (file, *older)):
                continue
            say(f"stack {stack}: its last checkpoint was cut short; going on from the one before")
            whole = next((one for one in older if _is_whole(one)), None)
            if whole:
                shutil.copyfile(whole, file)
            else:  # it was the very first one
                file.unlink(missing_ok=True)

    def _locks(self, stack: str, suffix: str = ".json") -> list[Path]:
        if self.directory is None:
            return []
        folder = self.directory / ".pulumi" / "locks"
        return [file for file in folder.glob(f"**/*{suffix}") if file.parent.name == stack]


def _is_whole(checkpoint: Path) -> bool:
    try:
        json.loads(checkpoint.read_text())
    except (OSError, ValueError):
        return False
    return True


def _is_logged_in() -> bool:
    if {"PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN"} & os.environ.keys():
        return True
    home = Path(os.environ.get("PULUMI_HOME", Path.home() / ".pulumi"))
    try:
        return bool(json.loads((home / "credentials.json").read_text()).get("current"))
    except (OSError, ValueError):
        return False


def hear_interrupts() -> None:
    """Undo an ignored SIGINT, as under nohup: with it every pulumi command takes 5 s longer."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
