"""Commands of a page that need a cluster or something to connect to, and what they print.

The page has the times of a run; here they are compared as `N` ms, and `HH:MM:SS`.
"""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from testbed.cluster import wait_for_accounts
from testbed.dataplane.kubelet import Kubelet, kubelet
from testbed.dataplane.rig import Rig
from tools.paths import ROOT

PAGE = ROOT / "docs" / "explain.md"
EXAMPLE = ROOT / "examples" / "explain" / "port-name.yaml"
BLOCK = re.compile(r"^```console\n\$ ([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [found for found in BLOCK.findall(PAGE.read_text()) if " -f " not in found[0]]
FOLLOWING = "--watch"
ONCE = [block for block in BLOCKS if FOLLOWING not in block[0]]
LAST = "`- x 192.0.2.11"
NEW = {"addresses": ["192.0.2.12"], "conditions": {"ready": True}}
CHANGES = [
    (
        "service orders-db",
        {"op": "replace", "path": "/spec/ports/0/name", "value": "postgres"},
    ),
    (
        "endpointslice orders-db-ipv4",
        {"op": "add", "path": "/endpoints/-", "value": NEW},
    ),
    ("endpointslice orders-db-ipv4", {"op": "remove", "path": "/endpoints/1"}),
]
INTERRUPTED = 130
PATIENCE = 60.0
TIMES = [(re.compile(r"\d+\.\d ms"), "N ms"), (re.compile(r"\b\d\d:\d\d:\d\d\b"), "HH:MM:SS")]


@pytest.fixture(scope="module")
def node(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kubelet]:
    """A node that runs Pods, and the Service of the page: one of its backends is there."""
    rig.cluster.kubectl("create", "namespace", "shop")
    wait_for_accounts(rig.cluster, ["shop"])
    rig.cluster.kubectl("create", "-f", str(EXAMPLE))
    (host, *_) = rig.hosts
    host.namespace.ip("address add 192.0.2.10 dev lo")
    with kubelet(rig, tmp_path_factory.mktemp("kubelet")) as running:
        yield running
    host.namespace.ip("address delete 192.0.2.10 dev lo")
    rig.cluster.kubectl("delete", "namespace", "shop", "--wait=false")


@pytest.fixture(scope="module")
def environment(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables with which the page's commands are found, and find the cluster."""
    folder = tmp_path_factory.mktemp("bin")
    for name in ("k8s-endpoints", "kubectl-k8s_endpoints"):
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec {sys.executable} -m components "$@"\n')
        script.chmod(0o755)
    path = os.pathsep.join(map(str, (folder, rig.folder / "bin", os.environ["PATH"])))
    return {"PATH": path, "HOME": str(folder), "KUBECONFIG": str(rig.cluster.kubeconfig)}


def start(rig: Rig, environment: dict[str, str], command: str) -> subprocess.Popen[str]:
    at_a_prompt = ("env", "--default-signal")
    return subprocess.Popen(
        rig.network.client.command(*at_a_prompt, *shlex.split(command)),
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def timeless(text: str) -> str:
    for pattern, said in TIMES:
        text = pattern.sub(said, text)
    return text


@pytest.mark.usefixtures("node")
@pytest.mark.parametrize(("command", "output"), ONCE, ids=[command for command, _ in ONCE])
def test_commands_print_what_the_page_shows(
    rig: Rig, environment: dict[str, str], command: str, output: str
) -> None:
    out, err = start(rig, environment, command).communicate(timeout=60)
    assert err == ""
    assert timeless(out) == timeless(output)


@pytest.mark.usefixtures("node")
def test_following_prints_what_the_page_shows(rig: Rig, environment: dict[str, str]) -> None:
    ((command, output),) = [block for block in BLOCKS if FOLLOWING in block[0]]
    head, *lines = output.splitlines(keepends=True)
    assert head == "...\n"
    assert len(lines) == len(CHANGES)
    with start(rig, environment, command) as following:
        assert following.stdout is not None
        limit = threading.Timer(PATIENCE, following.kill)
        limit.start()
        try:
            while LAST not in following.stdout.readline():  # of the tree; what follows is seen
                assert following.poll() is None
            for (kind, patch), line in zip(CHANGES, lines, strict=True):
                change = ("--type=json", "-p", json.dumps([patch]))
                rig.cluster.kubectl("patch", *kind.split(), "-n", "shop", *change)
                assert timeless(following.stdout.readline()) == timeless(line)
            following.send_signal(signal.SIGINT)
            assert following.wait(10) == INTERRUPTED
        finally:
            limit.cancel()
            following.kill()
