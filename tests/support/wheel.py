"""The library as users install it: the wheel that is built from this checkout."""

import subprocess
import sys
from pathlib import Path

from tools.paths import ROOT


def install(folder: Path) -> Path:
    """Build the wheel in a folder, and give the folder in it where pip has installed the wheel."""
    _pip("wheel", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    (wheel,) = folder.glob("k8s_endpoints-*.whl")
    site = folder / "site"
    _pip("install", "--target", str(site), str(wheel))
    return site


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--no-deps"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
