"""Runs type checkers, at their strictest, over code as users of the package write it."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]

Found = dict[str, dict[int, list[str]]]
"""What is said of each file, by line."""


def place(folder: Path, files: Iterable[tuple[str, str]]) -> None:
    """Write files of these names and texts beside the package as it is when it is installed."""
    (folder / "k8s_endpoints").symlink_to(ROOT / "components")
    for name, text in files:
        (folder / name).write_text(text)


def mypy(folder: Path) -> Found:
    """Return what `mypy --strict` says."""
    command = [sys.executable, "-m", "mypy", "--strict", "--output=json", "--config-file="]
    done = _run([*command, "--cache-dir=cache", *_names(folder)], folder)
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    found: Found = defaultdict(lambda: defaultdict(list))
    for line in done.stdout.splitlines():
        one = json.loads(line)
        if one["severity"] == "error":
            found[one["file"]][one["line"]].append(one["message"])
    return found


def pyright(folder: Path) -> Found:
    """Return what pyright says in its mode `strict`."""
    environment = Path(sys.prefix)
    settings = {
        "include": _names(folder),
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "venvPath": str(environment.parent),
        "venv": environment.name,
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "pyright", "--outputjson", "--project", str(folder)]
    done = _run(command, folder)
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    found: Found = defaultdict(lambda: defaultdict(list))
    for one in json.loads(done.stdout)["generalDiagnostics"]:
        if one["severity"] == "error":
            line = one["range"]["start"]["line"] + 1
            found[Path(one["file"]).name][line].append(one["message"])
    return found


def _names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.glob("*.py"))


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "MYPYPATH"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
