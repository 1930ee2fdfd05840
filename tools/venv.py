"""Virtual environments: `.venv` from `requirements/lock.txt`, and others beside it."""

import hashlib
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path

from .console import CommandError, step
from .locks import locked
from .paths import LOCK, ROOT, RUNTIME_LOCK, RUNTIME_VENV, VENV

ENDS = ("oldest", "newest")
"""The oldest and newest Pulumi versions that the library is tested with."""


def ensure() -> None:
    """Create `.venv` and install the lock and the project, unless it is up to date."""
    _ensure(VENV, LOCK, project=True)


def ensure_runtime() -> Path:
    """Return an environment for the library: `.venv`, or a small one that is quick to create."""
    if _is_current(VENV, LOCK, project=True):
        return VENV
    _ensure(RUNTIME_VENV, RUNTIME_LOCK, project=True)
    return RUNTIME_VENV


def existing() -> Path:
    """Return the environment to run the library in: `.venv`, or the small one if only it is right.

    One that is out of date is better than none.
    """
    folders = ((VENV, LOCK), (RUNTIME_VENV, RUNTIME_LOCK))
    right = (folder for folder, file in folders if _is_current(folder, file, project=True))
    made = (folder for folder, _ in folders if python(folder).exists())
    return next(chain(right, made), VENV)


def ensure_end(end: str) -> Path:
    """Create the environment of one end of the range, and return its folder."""
    folder = of_end(end)
    _ensure(folder, ROOT / "requirements" / f"{end}.txt")
    return folder


def of_end(end: str) -> Path:
    """Return the folder of the environment of one end of the range, which may not exist."""
    return ROOT / f".venv-{end}"


def remove() -> None:
    """Remove all environments, after processes that make one have finished."""
    for folder in (VENV, RUNTIME_VENV, *map(of_end, ENDS)):
        with locked(lock_of(folder)):
            shutil.rmtree(folder, ignore_errors=True)
            lock_of(folder).unlink()


def make(folder: Path) -> None:
    """Create the environment if it is missing, broken or of another Python."""
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


def install(what: list[str], folder: Path = VENV) -> None:
    """Run `pip install` in an environment with the arguments `what`."""
    pip = [str(python(folder)), "-m", "pip"]
    command = [*pip, "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    done = subprocess.run([*command, *what], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise CommandError(f"pip cannot install:\n{(done.stdout + done.stderr).strip()}")


def python(folder: Path = VENV) -> Path:
    """Return the interpreter of a virtual environment."""
    return folder / "bin" / "python"


def lock_of(folder: Path) -> Path:
    """Return the file that one process at a time locks to make an environment."""
    return folder.with_name(f"{folder.name}.lock")


def _ensure(folder: Path, file: Path, *, project: bool = False) -> None:
    """Create an environment from a requirements file, and install the project if asked."""
    if _is_current(folder, file, project=project):
        return
    with locked(lock_of(folder), f"waiting for another process that makes {folder.name}"):
        if not _is_current(folder, file, project=project):
            _make(folder, file, project=project)


def _make(folder: Path, file: Path, *, project: bool) -> None:
    version = ".".join(map(str, sys.version_info[:2]))
    with step(f"python {version}: {folder.name} from {file.relative_to(ROOT)}"):
        _stamp(folder).unlink(missing_ok=True)
        make(folder)
        install(["--requirement", str(file)], folder)
        if project:  # separately, because pip refuses an editable install beside hashes
            install(["--no-deps", "--no-build-isolation", "--editable", str(ROOT)], folder)
        _stamp(folder).write_text(_wanted(file, project=project))


def _is_current(folder: Path, file: Path, *, project: bool) -> bool:
    stamp = _stamp(folder)
    return stamp.is_file() and stamp.read_text() == _wanted(file, project=project)


def _stamp(folder: Path) -> Path:
    return folder / "requirements.sha256"


def _wanted(file: Path, *, project: bool) -> str:
    digest = hashlib.sha256(f"{sys.version_info[:2]} {ROOT}".encode())
    for one in (file, ROOT / "pyproject.toml") if project else (file,):
        digest.update(one.read_bytes())
    return digest.hexdigest()
