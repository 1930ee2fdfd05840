"""A stack: its state, its owners, and the objects that its program declares."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import yaml

from ...core.orphan_search import Declared, read_declared, recorded_managers
from ...core.ownership import field_manager
from .programs import ProgramError, ask, run

_OWNER = "k8s-endpoints:owner"

UPSERT = {"PULUMI_K8S_UPSERT_EXISTING_OBJECTS": "true"}
"""Lets a provider that creates client-side take over an existing object."""


@dataclass(frozen=True)
class Stack:
    """A stack of the project in a folder."""

    folder: Path
    name: str = ""
    """The stack's name. Defaults to the selected stack."""

    @cached_property
    def qualified_name(self) -> str:
        """Return `<project>/<stack>`."""
        return f"{self._project}/{self._short_name}"

    @cached_property
    def state(self) -> Mapping[str, Any]:
        """Return the stack's exported state."""
        exported = ask(self._command("stack", "export"))
        deployment: Mapping[str, Any] = exported.get("deployment") or {}
        return deployment

    @cached_property
    def manager(self) -> str:
        """Return the field manager of its new objects."""
        values: Mapping[str, Mapping[str, Any]] = ask(self._command("config", "--json"))
        configured = (values.get(_OWNER) or {}).get("value")
        return field_manager(configured or self.qualified_name)

    def managers(self, former: Sequence[str]) -> set[str]:
        """Return all field managers of its objects.

        Args:
            former: Former owners given by the user, in addition to those in its state.
        """
        named = {field_manager(owner) for owner in former}
        return {self.manager, *named, *recorded_managers(self.state)}

    def claimed(self, managers: set[str]) -> set[str]:
        """Return those field managers that another stack of the backend also uses."""
        others: set[str] = set()
        for other in ask(self._pulumi("stack", "ls", "--all", "--json")):
            parts = other["name"].split("/")
            project = parts[-2] if len(parts) > 1 else self._project
            others.add(f"{project}/{parts[-1]}")
        others.discard(self.qualified_name)
        return managers & {*map(field_manager, others), *self._configured_elsewhere()}

    def declared(self) -> Declared:
        """Preview the program, and return the objects that it declares."""
        command = self._command("preview", "--json", "--suppress-progress")
        done = run(command, variables=UPSERT)
        preview: object = None
        with suppress(ValueError):
            preview = json.loads(done.stdout)
        if done.returncode or not isinstance(preview, dict):
            said = _diagnostics(preview) or done.stderr or done.stdout
            raise ProgramError(
                "the preview of the program fails, so what it declares is unknown:\n" + said.strip()
            )
        return read_declared(cast("Mapping[str, Any]", preview))

    def adopt(self, urns: Sequence[str], *, asks: bool) -> bool:
        """Run an up of these resources only, whose creates take over objects.

        Returns:
            Whether it succeeded.
        """
        targets = [part for urn in urns for part in ("--target", urn)]
        flags = [] if asks else ["--yes", "--skip-preview", "--non-interactive"]
        stack = ["--stack", self.name] if self.name else []
        command = self._pulumi("up", *flags, *stack, *targets)
        return subprocess.run(command, env={**os.environ, **UPSERT}).returncode == 0

    def _pulumi(self, *arguments: str) -> list[str]:
        return ["pulumi", "--cwd", str(self.folder), *arguments]

    def _command(self, *arguments: str) -> list[str]:
        stack = ["--stack", self.name] if self.name else []
        return self._pulumi(*arguments, "--non-interactive", *stack)

    @cached_property
    def _short_name(self) -> str:
        if self.name:
            return self.name.rpartition("/")[2]
        done = run(self._pulumi("stack", "--show-name", "--non-interactive"))
        if done.returncode:
            raise ProgramError("no stack is selected; name one with --stack")
        return done.stdout.strip().rpartition("/")[2]

    @cached_property
    def _project_file(self) -> Path:
        start = self.folder.absolute()
        for folder in (start, *start.parents):
            for name in ("Pulumi.yaml", "Pulumi.yml"):
                if (folder / name).is_file():
                    return folder / name
        raise ProgramError(f"{start}: neither it nor a folder above it has a Pulumi.yaml")

    @cached_property
    def _project(self) -> str:
        name = _read(self._project_file).get("name")
        if not isinstance(name, str):
            raise ProgramError(f"{self._project_file}: has no project name")
        return name

    def _configured_elsewhere(self) -> set[str]:
        """Return the managers in the configurations of the project's other stacks."""
        found: set[str] = set()
        for file in self._project_file.parent.glob("Pulumi.*.y*ml"):
            if file.name.partition(".")[2].rpartition(".")[0] != self._short_name:
                owner = _mapping(_read(file).get("config")).get(_OWNER)
                found |= {field_manager(owner)} if isinstance(owner, str) else set()
        return found


def _read(file: Path) -> Mapping[str, Any]:
    try:
        return _mapping(yaml.safe_load(file.read_text()))
    except (OSError, yaml.YAMLError) as error:
        raise ProgramError(f"{file}: cannot be read: {error}") from error


def _diagnostics(preview: object) -> str:
    """Return the errors of a preview's JSON."""
    found: list[Mapping[str, Any]] = _mapping(preview).get("diagnostics") or []
    return "".join(one.get("message") or "" for one in found if one.get("severity") == "error")


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
