"""The paths of files. Created files are in the checkout, under names that git ignores."""

import os
from pathlib import Path

from .console import CommandError

ROOT = Path(__file__).resolve().parent.parent

VENV = ROOT / ".venv"
RUNTIME_VENV = ROOT / ".venv-runtime"
TOOLS = ROOT / ".tools"
BIN = TOOLS / "bin"
CLUSTER = ROOT / ".cluster"
STATE = ROOT / ".pulumi-state"
RENDER_STATE = ROOT / ".pulumi-render"
LOCK = ROOT / "requirements" / "lock.txt"
RUNTIME_LOCK = ROOT / "requirements" / "runtime.txt"
VALIDATE_LOCK = ROOT / "requirements" / "validate.txt"
GO_LOCK = ROOT / "requirements" / "go.txt"
DEMO = ROOT / "out" / "shop.yaml"
GO_MODULES = ROOT / "tools" / "go"


def check_root() -> None:
    """Refuse a checkout whose path does not work.

    Raises:
        CommandError: The path contains a character that does not work.
    """
    for character, reason in ((os.pathsep, "separates the folders of PATH"), ("\n", "ends a line")):
        if character in str(ROOT):
            raise CommandError(
                f"the path of this checkout contains {character!r}, which {reason}: move it"
            )
