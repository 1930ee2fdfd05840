"""The virtual environment: `.venv`, with exactly what `requirements.txt` pins."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from .console import CommandError, step
from .paths import ROOT, VENV

_STAMP = VENV / "requirements.sha256"


def ensure() -> None:
    """Make `.venv` and install the requirements, unless that has been done for these files."""
    if _STAMP.is_file() and _STAMP.read_text() == _wanted():
        return
    with step(f"python {sys.version_info[0]}.{sys.version_info[1]}: .venv from requirements.txt"):
        _make()
        install(["--requirement", str(ROOT / "requirements.txt")])
        _STAMP.write_text(_wanted())


def install(what: list[str]) -> None:
    """Run pip's install with the arguments `what`."""
    command = [str(python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*command, *what], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise CommandError(f"pip cannot install:\n{(done.stdout + done.stderr).strip()}")


def python() -> Path:
    """Give the interpreter of the virtual environment."""
    return VENV / "bin" / "python"


def _wanted() -> str:
    digest = hashlib.sha256(f"{sys.version_info[:2]} {ROOT}".encode())
    for name in ("requirements.txt", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _make() -> None:
    """Make the environment anew where it is missing, broken or of another Python."""
    if python().exists():
        probe = [str(python()), "-c", "import pip, sys; print(*sys.version_info[:2])"]
        answer = subprocess.run(probe, capture_output=True, text=True)
        if answer.stdout.split() == [str(part) for part in sys.version_info[:2]]:
            return
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if made.returncode:
        raise CommandError(
            f"cannot make .venv: {(made.stdout + made.stderr).strip()}\n"
            "On Debian and Ubuntu: apt-get install python3-venv"
        )
