"""Virtual environments: `.venv`, with exactly what `requirements.txt` pins, and its siblings."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from .console import CommandError, step
from .paths import ROOT, VENV

ENDS = ("oldest", "newest")
"""The ends of the range of Pulumi's versions that the library is tested with."""


def ensure() -> None:
    """Make `.venv` and install the requirements, unless that has been done for these files."""
    _ensure(VENV, "requirements.txt", "pyproject.toml")


def ensure_end(end: str) -> Path:
    """Make the environment of one end of the range, and return its folder."""
    folder = of_end(end)
    _ensure(folder, f"requirements/{end}.txt")
    return folder


def of_end(end: str) -> Path:
    """Return the folder of the environment of one end of the range, made or not."""
    return ROOT / f".venv-{end}"


def install(what: list[str], folder: Path = VENV) -> None:
    """Run the install command of an environment's pip with the arguments `what`."""
    pip = [str(python(folder)), "-m", "pip"]
    command = [*pip, "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*command, *what], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise CommandError(f"pip cannot install:\n{(done.stdout + done.stderr).strip()}")


def python(folder: Path = VENV) -> Path:
    """Return the interpreter of a virtual environment."""
    return folder / "bin" / "python"


def _ensure(folder: Path, *files: str) -> None:
    """Make an environment from the first of the files; the others matter to it too."""
    stamp, wanted = folder / "requirements.sha256", _wanted(*files)
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    version = ".".join(map(str, sys.version_info[:2]))
    with step(f"python {version}: {folder.name} from {files[0]}"):
        _make(folder)
        install(["--requirement", str(ROOT / files[0])], folder)
        stamp.write_text(wanted)


def _wanted(*files: str) -> str:
    digest = hashlib.sha256(f"{sys.version_info[:2]} {ROOT}".encode())
    for name in files:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _make(folder: Path) -> None:
    """Make the environment anew where it is missing, broken or of another Python."""
    if python(folder).exists():
        probe = [str(python(folder)), "-c", "import pip, sys; print(*sys.version_info[:2])"]
        answer = subprocess.run(probe, capture_output=True, text=True)
        if answer.stdout.split() == [str(part) for part in sys.version_info[:2]]:
            return
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "venv", str(folder)]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode:
        raise CommandError(
            f"cannot make {folder.name}: {(made.stdout + made.stderr).strip()}\n"
            "On Debian and Ubuntu: apt-get install python3-venv"
        )
