"""Where things are. What is made stands in the checkout, under names that git ignores."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
BIN = TOOLS / "bin"
CLUSTER = ROOT / ".cluster"
STATE = ROOT / ".pulumi-state"
RENDER_STATE = ROOT / ".pulumi-render"
GO_MODULES = ROOT / "tools" / "go"
