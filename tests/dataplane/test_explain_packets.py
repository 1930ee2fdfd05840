"""A break that `explain` names stops every connection, and mending it lets them through.

And the program that `probe --in-cluster` runs in a Pod sees what a Pod sees.
"""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import pytest

from components.cli.live.proxy import Proxy
from components.cli.live.snapshots import read_snapshot
from components.cli.probing.one_shot import probe_job
from components.topology import Explainer
from testbed.cluster import get, path_with_kubectl, wait_for_accounts
from testbed.dataplane.rig import Rig
from tests.support.broken_setups import SETUPS, SOUND, Manifest, Setup, in_namespace
from tools.cluster import Cluster

CHOSEN = {
    "port-name": 5432,
    "second-port": 9187,
    "slice-unnamed": 5432,
    "service-unnamed": 5432,
    "protocol": 5432,
    "without-ports": 5432,
    "port-null": 5432,
    "empty-slice": 5432,
    "unlabelled-slice": 5432,
    "mislabelled-slice": 5432,
    "label-of-another-service": 5432,
    "none-ready": 5432,
    "names": 5432,
    "headless-label": 5432,
    "cluster-ip": 5432,
    "internal-local": 5432,
    "skip-mirror": 5432,
    "endpoints-port-name": 5432,
    "endpoints-not-ready": 5432,
}
"""Setups by name, with the port that is connected to."""
PATIENCE = 20.0
CASES = [setup for setup in SETUPS if setup.name in CHOSEN]


@pytest.fixture(scope="module")
def outcomes(rig: Rig) -> dict[str, tuple[str, str, str, str]]:
    """What is said and who answers, before and after mending, of all setups at once."""
    placed = {
        setup.name: (_of(rig, setup, setup.broken), _of(rig, setup, setup.mended))
        for setup in CASES
    }
    create(rig.cluster, [_namespace(setup.name) for setup in CASES])
    wait_for_accounts(rig.cluster, [setup.name for setup in CASES])
    create(rig.cluster, [one for broken, _ in placed.values() for one in broken])
    kubeconfig = f"--kubeconfig={rig.cluster.kubeconfig}"
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setenv("PATH", path_with_kubectl(rig.cluster))
        proxy = stack.enter_context(Proxy([kubeconfig]))
        settle(rig, proxy, {setup.name: setup.live for setup in CASES})
        before = {setup.name: (told(proxy, setup), asked(rig, setup)) for setup in CASES}
        gone = [one for broken, mended in placed.values() for one in broken if one not in mended]
        new = [one for broken, mended in placed.values() for one in mended if one not in broken]
        rig.cluster.kubectl("delete", "-f", "-", given=_list(gone))
        create(rig.cluster, new)
        settle(rig, proxy, dict.fromkeys(placed, SOUND))
        after = {setup.name: (told(proxy, setup), asked(rig, setup)) for setup in CASES}
    return {name: (*before[name], *after[name]) for name in placed}


@pytest.mark.parametrize("setup", CASES, ids=lambda setup: setup.name)
def test_mending_the_break_lets_traffic_through(
    outcomes: dict[str, tuple[str, str, str, str]], setup: Setup
) -> None:
    broken, nobody, mended, server = outcomes[setup.name]
    assert (broken, mended) == (setup.live, SOUND)
    assert nobody == ""
    assert server in {"host-1", "host-2", "host-3"}


def test_the_probing_program_sees_what_a_pod_sees(rig: Rig) -> None:
    address = rig.hosts[0].v4()
    targets = [
        {"address": address, "port": 5432, "kind": "tcp"},
        {"address": address, "port": 5999, "kind": "tcp"},
    ]
    job = probe_job("p", "image", {}, {"targets": targets, "timeout": 3, "at_once": 2}, 30)
    (container,) = job["spec"]["template"]["spec"]["containers"]
    command = rig.client.namespace.command(sys.executable, *container["command"][1:])
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    results = dict(json.loads(line) for line in done.stdout.splitlines())
    assert results[0]["ok"]
    assert results[1]["reason"] == "connection refused"


def settle(rig: Rig, proxy: Proxy, wanted: dict[str, str]) -> None:
    """Wait until the controllers have done their part, such as copying Endpoints, and the node."""
    end = time.monotonic() + PATIENCE
    while any(told(proxy, setup) != wanted[setup.name] for setup in CASES):
        if time.monotonic() > end:
            break  # the tests say what is not as it should be
        time.sleep(0.5)
    rig.settle()


def told(proxy: Proxy, setup: Setup) -> str:
    explainer = Explainer(read_snapshot(proxy, setup.name).snapshot)
    explanation = explainer.explain((setup.name, setup.service))
    return explanation.first.code if explanation.first else explanation.verdict.value


def asked(rig: Rig, setup: Setup) -> str:
    """Return who answers a connection to the Service; nothing where nobody does."""
    live = get(rig.cluster, "service", setup.name, setup.service)
    protocol = live["spec"]["ports"][0].get("protocol", "TCP").lower()
    try:
        (answer,) = rig.client.ask(live["spec"]["clusterIP"], CHOSEN[setup.name], protocol)
    except OSError:
        return ""
    return answer.host


def create(cluster: Cluster, objects: Sequence[Manifest]) -> None:
    cluster.kubectl("create", "--validate=false", "-f", "-", given=_list(objects))


def _of(rig: Rig, setup: Setup, manifests: Sequence[Manifest]) -> list[Manifest]:
    """Return a setup whose backends are machines of the rig."""
    text = json.dumps(in_namespace(manifests, setup.name))
    for number, host in enumerate(rig.hosts[:3]):
        text = text.replace(f'"192.0.2.1{number}"', f'"{host.v4()}"')
    found: list[Manifest] = json.loads(text)
    return found


def _namespace(name: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def _list(objects: Sequence[Manifest]) -> str:
    listed: dict[str, Any] = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
    return json.dumps(listed)
