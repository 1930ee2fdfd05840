"""The backend of Pulumi's state, and the environment in which Pulumi runs."""

import json
import os
import pwd
import secrets
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from . import providers, signals, venv
from .client_side_create import ENVIRONMENT
from .configuration import Configuration
from .console import CommandError, say
from .parts import PROVIDER_PLUGIN
from .paths import BIN, ROOT, TOOLS
from .state import State


@dataclass(frozen=True)
class StateBackend:
    """A backend for state: a folder of this checkout, or the one that the user is logged in to."""

    directory: Path | None
    """The folder, or None for the user's own login."""
    parts: Mapping[str, Path]
    project: Path = ROOT
    """The folder that holds `Pulumi.yaml`."""

    @property
    def state(self) -> State | None:
        """The folder's contents, or None for the user's own login."""
        return None if self.directory is None else State(self.directory)

    @classmethod
    def of_user(cls, directory: Path, parts: Mapping[str, Path]) -> "StateBackend":
        """Return the backend that the user is logged in to, else `directory`."""
        return cls(None if _is_logged_in() else directory, parts)

    def environment(self, kubeconfig: Path | None = None) -> dict[str, str]:
        """Return the environment for `pulumi`, with the parts and the library first on PATH."""
        environment = dict(os.environ)
        folders = [str(venv.existing() / "bin"), str(BIN), str(self.parts["pulumi"].parent)]
        if "kubectl" in self.parts:
            folders.insert(1, str(self.parts["kubectl"].parent))
        environment["PATH"] = os.pathsep.join([*folders, os.environ.get("PATH", "")])
        environment["PULUMI_SKIP_UPDATE_CHECK"] = "true"
        if kubeconfig is not None:
            environment["KUBECONFIG"] = str(kubeconfig)
        if self.directory is not None:
            environment["PULUMI_BACKEND_URL"] = f"file://{quote(str(self.directory))}"
            environment["PULUMI_HOME"] = str(self._home())
            environment["PULUMI_IGNORE_AMBIENT_PLUGINS"] = "true"  # PATH would win
            environment.update(self._passphrase())
        elif self._home() != providers.DEFAULT_HOME:  # the user's own home stays unchanged
            program = self.parts[providers.PROGRAM]
            environment["PATH"] = os.pathsep.join([str(program.parent), environment["PATH"]])
        elif self.parts["pulumi"].is_relative_to(TOOLS):
            self._lend_provider()
        return environment

    def _home(self) -> Path:
        return providers.home(self.parts.get(providers.PROGRAM))

    def _passphrase(self) -> dict[str, str]:
        """Return the passphrase that encrypts secrets in a local state: the user's, or else ours.

        Raises:
            CommandError: The state is encrypted with a passphrase that is lost.
        """
        if self.state is None or _gives_passphrase():
            return {}
        file = self.state.passphrase
        if not file.exists():
            if self.state.is_encrypted():
                folder = self.state.directory.name
                raise CommandError(
                    f"{folder} is encrypted with a passphrase that is not there: set"
                    " PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE to it; where it is"
                    f" lost, remove {folder} and run the same command again"
                )
            file.parent.mkdir(parents=True, exist_ok=True)
            partial = file.with_suffix(".partial")
            partial.touch(mode=0o600)
            partial.write_text(secrets.token_urlsafe(32))
            partial.replace(file)
        return {"PULUMI_CONFIG_PASSPHRASE_FILE": str(file)}

    def _lend_provider(self) -> None:
        """Link the built provider into the user's own Pulumi home."""
        target = _home_of_user() / "plugins" / PROVIDER_PLUGIN
        if not target.exists():
            shutil.copytree(self.parts[providers.PROGRAM].parent, target)

    def pulumi(
        self, *arguments: str, kubeconfig: Path | None = None, shown: bool = False, **extra: str
    ) -> str:
        """Run `pulumi` in the project's folder.

        Args:
            arguments: Its arguments.
            kubeconfig: The kubeconfig of the cluster; None for the one that the environment names.
            shown: Whether it prints, instead of returning its output.
            extra: Additional environment variables.

        Raises:
            CommandError: It failed; with its error text.
        """
        command = [str(self.parts["pulumi"]), *arguments]
        if not (shown and sys.stdout.isatty()):
            command.append("--non-interactive")
        environment = {**self.environment(kubeconfig), **extra}
        done = signals.run(command, cwd=self.project, environment=environment, shown=shown)
        if done.returncode:
            said = "" if shown else f":\n{done.stdout}{done.stderr}".rstrip()
            raise CommandError(f"pulumi {' '.join(arguments[:2])} failed{said}")
        return done.stdout

    def select(self, stack: str) -> bool:
        """Create the stack if it does not exist yet, and return whether its state was lost.

        A new stack may have had another state before, with another passphrase, which its
        configuration still refers to.

        Raises:
            CommandError: The configuration contains secrets whose passphrase is lost.
        """
        command = ("stack", "select", "--create", stack)
        try:
            self.pulumi(*command)
        except CommandError as failure:
            configuration = Configuration.of(self.project, stack)
            is_lost = "incorrect passphrase" in str(failure) and configuration.has_salt
            is_new = "secrets manager for new stack" in str(failure)
            if not is_lost or (not is_new and (self.state is None or _gives_passphrase())):
                raise
            file = configuration.file.name
            if keys := configuration.secure_keys():
                raise CommandError(
                    f"{file}: the passphrase that encrypts {', '.join(keys)} is lost: set"
                    " PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE to it, or remove"
                    " these values and set them again once the stack is up"
                ) from failure
            configuration.drop_salt()
            say(f"{file}: its passphrase belongs to another state; this one has its own")
            self.pulumi(*command)
            return True
        return False

    def release(self, stack: str) -> None:
        """Clean up after an update that died on this host. A running update is left alone.

        Raises:
            CommandError: The stack is locked by a running process, or by another host.
        """
        if self.state is not None:
            self.state.release(stack)

    def up(self, stack: str, *flags: str, kubeconfig: Path | None, shown: bool = False) -> None:
        """Deploy, and take over the objects of an interrupted update.

        The engine records what it is about to create, but not always the result. A provider that
        creates client-side then fails at every up, because the object exists but is not in the
        state; this function lets it take over the object. Components still refuse foreign objects.
        """
        was_interrupted = self.was_interrupted(stack)
        extra = {ENVIRONMENT: "true"} if was_interrupted else {}
        if was_interrupted:
            say(
                f"stack {stack}: objects of it may exist that its state does not hold; this up"
                f" takes them over ({ENVIRONMENT}=true)"
            )
        command = ("up", "--yes", *flags, "--stack", stack)
        self.pulumi(*command, kubeconfig=kubeconfig, shown=shown, **extra)
        if not was_interrupted:
            return
        if self.state is None or self.state.pending_creates(stack):
            # The engine would otherwise warn about them at every command.
            command = ("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
            self.pulumi(*command, "--stack", stack, kubeconfig=kubeconfig)
        if self.state is not None:
            self.state.mark_recovered(stack)
        self._report_orphans(stack, kubeconfig)

    def _report_orphans(self, stack: str, kubeconfig: Path | None) -> None:
        """Print the objects of the interrupted update that the program no longer declares."""
        command = [str(venv.python(venv.existing())), "-m", "components", "orphans"]
        project = ["--cwd", str(self.project), "--stack", stack]
        environment = self.environment(kubeconfig)
        done = signals.run([*command, *project], cwd=ROOT, environment=environment, shown=False)
        said = (done.stdout + done.stderr).rstrip()
        say(f"stack {stack}: no orphans" if done.returncode == 0 else said)

    def was_interrupted(self, stack: str) -> bool:
        """Return whether the cluster may have objects of the stack that its state lacks."""
        if self.state is not None:
            return self.state.was_interrupted(stack)
        exported = json.loads(self.pulumi("stack", "export", "--stack", stack))
        return bool(exported["deployment"].get("pending_operations"))


def _gives_passphrase() -> bool:
    """Return whether the user gives a passphrase."""
    return bool({"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"} & os.environ.keys())


def _is_logged_in() -> bool:
    if {"PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN"} & os.environ.keys():
        return True
    try:
        text = (_home_of_user() / "credentials.json").read_text()
        return bool(json.loads(text).get("current"))
    except (OSError, ValueError):
        return False


def _home_of_user() -> Path:
    """Return the user's own Pulumi home, which the engine derives from the system, not `$HOME`."""
    return Path(os.environ.get("PULUMI_HOME") or Path(pwd.getpwuid(os.getuid()).pw_dir, ".pulumi"))
