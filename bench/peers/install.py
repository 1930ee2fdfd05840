"""Installs pinned versions of cdk8s on first use.

cdk8s needs Node.js, also from Python. Without Node.js it is not measured.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from tools.console import step
from tools.paths import TOOLS

_PYTHON = ("cdk8s==2.70.115",)
_NODE = ("cdk8s@2.70.106", "constructs@10.4.3", "yaml@2.8.1")
_HOME = TOOLS / "bench"


def python_with_cdk8s() -> str | None:
    """Return an interpreter with cdk8s, or None without Node.js."""
    if not shutil.which("node"):
        return None
    interpreter = _HOME / "venv" / "bin" / "python"
    if not interpreter.exists():
        with step("cdk8s for Python"):
            subprocess.run([sys.executable, "-m", "venv", _HOME / "venv"], check=True)
            pip = [interpreter, "-m", "pip", "install", "--quiet", *_PYTHON]
            subprocess.run(pip, check=True)
    return str(interpreter)


def node_modules() -> Path | None:
    """Return a folder of Node.js modules with cdk8s, or None without Node.js."""
    if not shutil.which("npm"):
        return None
    modules = _HOME / "node" / "node_modules"
    if not modules.exists():
        with step("cdk8s for TypeScript"):
            modules.parent.mkdir(parents=True, exist_ok=True)
            npm = ["npm", "install", "--silent", "--prefix", str(modules.parent), *_NODE]
            subprocess.run(npm, check=True)
    return modules
