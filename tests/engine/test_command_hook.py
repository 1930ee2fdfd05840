"""The command as others install it: the wheel's console script, which the pre-commit hook runs."""

import os
import subprocess
import sys
from pathlib import Path

import yaml

from tools.paths import ROOT

WRONG = """\
apiVersion: v1
kind: Service
metadata: {name: a}
spec: {ports: [{port: 0}]}
"""


def test_the_hook_runs_beside_folders_of_the_names_of_its_modules(tmp_path: Path) -> None:
    def pip(*arguments: str) -> None:
        command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--no-deps"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    pip("wheel", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT))
    (wheel,) = tmp_path.glob("k8s_endpoints-*.whl")
    site = tmp_path / "site"
    pip("install", "--target", str(site), str(wheel))
    checked = tmp_path / "checked"
    for module in ("yaml", "components", "k8s_endpoints"):
        (checked / module).mkdir(parents=True)
        (checked / module / "__init__.py").write_text("raise ImportError('somebody else')\n")
    (checked / "a.yaml").write_text(WRONG)
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    program, *arguments = [*hook["entry"].split(), *hook["args"], "a.yaml"]

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
