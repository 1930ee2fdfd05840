"""Pulumi's Automation API: inline programs in threads of one process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from testbed.cluster import get, names
from tools import venv
from tools.backend import StateBackend
from tools.cluster import Cluster
from tools.paths import ROOT

REFUSED = "the backends would move from Slices to Endpoints in one step"


def run(cluster: Cluster, folder: Path, python: Path, *arguments: str) -> str:
    environment = StateBackend(folder / "state", cluster.parts, folder).environment(
        cluster.kubeconfig
    )
    environment["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(
        [str(python), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("version", ["oldest", "pinned", "newest"])
def test_stacks_in_three_threads_do_not_affect_each_other(
    cluster: Cluster, tmp_path: Path, namespace: str, version: str
) -> None:
    """Each is created, changed, refused something by a hook, and left alone by the others."""
    python = Path(sys.executable)
    if version != "pinned":
        python = venv.python(venv.ensure_end(version))
    namespaces = [f"{namespace}-{letter}" for letter in "abc"]
    for name in namespaces:
        cluster.kubectl("create", "namespace", name)

    printed = run(cluster, tmp_path, python, "-m", "tests.support.automation", *namespaces)

    results = json.loads(printed.splitlines()[-1])
    assert list(results) == namespaces
    for created, changed, refused, unchanged in results.values():
        assert created == {"create": 5}
        assert changed == {"update": 1, "same": 4}
        assert REFUSED in refused
        assert unchanged == {"same": 5}
    for name in namespaces:
        assert names(cluster, "services,endpointslices", name) == []


def test_the_example_deploys_its_teams(cluster: Cluster, tmp_path: Path) -> None:
    example = str(ROOT / "examples" / "automation" / "deploy.py")

    printed = run(cluster, tmp_path, Path(sys.executable), example, "up")

    assert printed.splitlines() == [
        "carts: database.carts.svc",
        "orders: database.orders.svc",
        "search: database.search.svc",
    ]
    slices = {team: names(cluster, "endpointslices", team) for team in ("carts", "search")}
    assert slices == {"carts": ["database-ipv4"], "search": ["database-ipv4", "database-ipv6"]}
    live = get(cluster, "endpointslice", "carts", "database-ipv4")
    assert len(live["endpoints"]) == 2
    run(cluster, tmp_path, Path(sys.executable), example, "destroy")
