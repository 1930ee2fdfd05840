"""The program of `make demo`: shows the shop as YAML and as a table, without an engine.

Its program runs under Pulumi mocks, as in a unit test, and the manifests go through the same
`validate` as any others.
"""

import runpy
import sys
from pathlib import Path

import pulumi
import yaml

from components.cli.main import main as command
from components.testing import render

from . import report
from .console import say
from .paths import ROOT

_PROGRAM = ROOT / "examples" / "shop" / "__main__.py"


def main(file: Path) -> int:
    """Write the shop's manifests into a file, show them, and return what `validate` returns."""
    manifests = render(lambda: _shop(file.parent))
    text = yaml.safe_dump_all(manifests, sort_keys=False)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    say(f"\n{text}\n{report.manifests_table(manifests)}\n")
    say(f"{report.ways_table(manifests)}\n")
    say(f"$ k8s-endpoints validate {file}")
    return command(["validate", str(file)])


def _shop(folder: Path) -> None:
    """Declare the shop without annotations that only Pulumi reads."""
    pulumi.runtime.set_config("kubernetes:renderYamlToDirectory", str(folder))
    runpy.run_path(str(_PROGRAM))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
