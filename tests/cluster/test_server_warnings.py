"""The warnings of a real API server are those that hazards repeat, in its words."""

import json
import re
import subprocess
from typing import Any

import pytest

from components.validation.hazards import hazards
from components.validation.hazards.server_warnings import HAZARDS
from testbed.agreement.warned import worded
from tests.unit.validation.hazard_tables import Hit, Quiet
from tests.unit.validation.test_hazards_server import HITS, QUIET
from tools.cluster import Cluster

CASES: list[Hit | Quiet] = [*HITS, *QUIET]


@pytest.fixture(scope="module")
def warned(cluster: Cluster) -> list[list[str]]:
    """What the API server warns of in each case, by dry run of a create."""
    return [warnings(cluster, *case.manifests) for case in CASES]


def warnings(cluster: Cluster, manifest: dict[str, Any]) -> list[str]:
    done = subprocess.run(
        [
            str(cluster.parts["kubectl"]),
            f"--kubeconfig={cluster.kubeconfig}",
            *("create", "--dry-run=server", "-f", "-"),
        ],
        input=json.dumps(manifest),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return re.findall(r"^Warning: (.*)$", done.stderr, re.MULTILINE)


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda one: f"{one}-{CASES[one][0]}")
def test_hazards_agree_with_the_servers_warnings(warned: list[list[str]], number: int) -> None:
    ours = [one for _, one in hazards(CASES[number].manifests) if one.code in HAZARDS]
    said = [one for one in warned[number] if "v1 Endpoints is deprecated" not in one]
    assert said == [worded(one) for one in ours]
