"""The command as others install it: the wheel's console script, which the pre-commit hook runs."""

import os
import subprocess
from pathlib import Path

import yaml

from tests.support import wheel
from tools.paths import ROOT

WRONG = """\
apiVersion: v1
kind: Service
metadata: {name: a}
spec: {ports: [{port: 0}]}
"""


def test_the_hook_runs_beside_folders_of_the_names_of_its_modules(tmp_path: Path) -> None:
    site = wheel.install(tmp_path)
    checked = tmp_path / "checked"
    for module in ("yaml", "components", "k8s_endpoints"):
        (checked / module).mkdir(parents=True)
        (checked / module / "__init__.py").write_text("raise ImportError('a foreign module')\n")
    (checked / "a.yaml").write_text(WRONG)
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    command: list[str] = [*hook["entry"].split(), *hook["args"], "a.yaml"]
    program, *arguments = command

    done = subprocess.run(
        [site / "bin" / program, *arguments],
        cwd=checked,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("a.yaml\n  Service a\n    4:17  error    spec.ports[0].port: ")
    assert done.stderr == ""
