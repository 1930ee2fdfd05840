"""The library as others install it: a wheel, imported as `k8s_endpoints`."""

import subprocess
import sys
from pathlib import Path

from tests.support import wheel
from tools.install import ensure
from tools.parts import CONTROL_PLANE

USE = """
import components
assert components.MARK == "the user's own folder"

from k8s_endpoints import ExternalService
from k8s_endpoints.testing import render

declared = render(lambda: ExternalService(
    "db", {"addresses": ["192.0.2.1"], "ports": [{"port": 5432}]}
))
print([one["kind"] for one in declared])
"""


def test_a_wheel_works_beside_a_components_folder_of_the_user(tmp_path: Path) -> None:
    site = wheel.install(tmp_path)
    project = tmp_path / "project"
    (project / "components").mkdir(parents=True)
    (project / "components" / "__init__.py").write_text('MARK = "the user\'s own folder"\n')
    (project / "use.py").write_text(USE)

    done = subprocess.run(
        [sys.executable, "use.py"],
        cwd=project,
        env={"PYTHONPATH": f"{project}:{site}"},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "['Service', 'EndpointSlice']"
    assert (site / "k8s_endpoints" / "py.typed").exists()
    installed = {entry.name for entry in site.iterdir() if entry.suffix != ".dist-info"}
    assert installed == {"k8s_endpoints", "bin"}


def test_kubectl_runs_the_plugin_of_a_wheel(tmp_path: Path) -> None:
    site = wheel.install(tmp_path)
    kubectl = ensure(CONTROL_PLANE)["kubectl"]
    environment = {
        "PATH": f"{site / 'bin'}:{Path(kubectl).parent}:{Path(sys.executable).parent}",
        "PYTHONPATH": str(site),
    }
    command = [str(kubectl), "k8s-endpoints", "explain", "--help"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: kubectl k8s-endpoints explain")
    command = [str(kubectl), "__complete", "k8s-endpoints", "expl"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.stdout.startswith("explain\n"), done.stderr
