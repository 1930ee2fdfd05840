"""Chooses the Kubernetes provider: one of the two that are built here, or any other program.

`PROVIDER` chooses it: `upsert` (the default), `create`, or the path of a
`pulumi-resource-kubernetes`. Each has its own Pulumi home, with the provider in its plugin folder.
"""

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .client_side_create import ENVIRONMENT
from .console import CommandError
from .parts import CREATE, PROVIDER_PLUGIN, PROVIDERS, UPSERT, Part
from .paths import TOOLS

PROGRAM = PROVIDERS[UPSERT].name
DEFAULT_HOME = TOOLS / "pulumi"


@dataclass(frozen=True)
class Provider:
    """An existing provider."""

    name: str
    """Its name in `PROVIDER`."""
    program: Path

    def among(self, parts: Mapping[str, Path]) -> dict[str, Path]:
        """Return the parts, with this provider instead of another."""
        return {**parts, PROGRAM: self.program}

    @cached_property
    def kind(self) -> str:
        """Return `create` if it knows the variable that restores upsert, else `upsert`."""
        return CREATE if ENVIRONMENT.encode() in self.program.read_bytes() else UPSERT


def serve(parts: tuple[Part, ...], wanted: str = "") -> tuple[tuple[Part, ...], dict[str, Path]]:
    """Replace the provider among the parts with the requested one.

    Returns:
        The parts to find or build, and the paths of those that are already known.
    """
    pinned = PROVIDERS[UPSERT]
    name = wanted or chosen()
    if pinned not in parts or name == UPSERT:
        return parts, {}
    if name in PROVIDERS:
        return tuple(PROVIDERS[name] if part is pinned else part for part in parts), {}
    return tuple(part for part in parts if part is not pinned), {PROGRAM: _installed(Path(name))}


def chosen() -> str:
    """Return the value of `PROVIDER`."""
    return os.environ.get("PROVIDER") or UPSERT


def on_path() -> str:
    """Return the path of a provider on PATH that was not built here; empty if there is none."""
    found = shutil.which(PROGRAM)
    return "" if found is None or Path(found).is_relative_to(TOOLS) else found


def home(program: Path | None) -> Path:
    """Return the Pulumi home of a provider."""
    own = program is not None and program.name == PROGRAM and program.is_relative_to(TOOLS)
    return program.parents[2] if program and own else DEFAULT_HOME


def _installed(program: Path) -> Path:
    """Link a program into its own Pulumi home, as the pinned version."""
    if not (program.is_file() and os.access(program, os.X_OK)):
        raise CommandError(
            f"PROVIDER={program}: must be {UPSERT}, {CREATE} or the path of a {PROGRAM}"
        )
    real = program.resolve()
    own = TOOLS / f"pulumi-{hashlib.sha256(str(real).encode()).hexdigest()[:8]}"
    link = own / "plugins" / PROVIDER_PLUGIN / PROGRAM
    if not link.is_symlink() or link.readlink() != real:
        link.parent.mkdir(parents=True, exist_ok=True)
        partial = link.with_name(f".{PROGRAM}.{os.getpid()}")
        partial.symlink_to(real)
        partial.replace(link)
    return link
