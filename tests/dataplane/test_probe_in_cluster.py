"""`probe --in-cluster` runs a Pod within its limits and deletes it however the command ends."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from components.cli.probing.one_shot import probe_job
from testbed.certificates import certificate
from testbed.cluster import names, path_with_kubectl, wait_for_accounts
from testbed.dataplane.kubelet import UNSEEN, Kubelet, Run, kubelet
from testbed.dataplane.rig import Rig
from tests.support.broken_setups import Manifest, endpoint_slice, in_namespace, service
from tools.paths import ROOT

HOME = "probed"
SILENT = "192.0.2.12"
"""An address that is routed, and that nobody has."""
TLS = {"name": "tls", "port": 8443}
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 20.0


@pytest.fixture(scope="module")
def node(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kubelet]:
    """A node that runs Pods, and a namespace that takes restricted ones, with two Services."""
    metadata = {"name": HOME, "labels": RESTRICTED}
    home: Manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    rig.cluster.kubectl("create", "-f", "-", given=json.dumps(home))
    wait_for_accounts(rig.cluster, [HOME])
    address = rig.hosts[1].v4()
    for name, ports, addresses in (
        ("db", [{"name": "pg", "port": 5432}, TLS], [address]),
        ("silent", [{"name": "pg", "port": 5432}], [SILENT]),
    ):
        made = [
            service(*ports, name=name),
            endpoint_slice(*ports, name=f"{name}-1", label=name, addresses=addresses),
        ]
        listed = {"apiVersion": "v1", "kind": "List", "items": in_namespace(made, HOME)}
        rig.cluster.kubectl("create", "-f", "-", given=json.dumps(listed))
    with kubelet(rig, tmp_path_factory.mktemp("kubelet")) as running:
        yield running
    rig.cluster.kubectl("delete", "namespace", HOME, "--wait=false")


def start(rig: Rig, service: str, *arguments: str) -> subprocess.Popen[str]:
    """Start the command as a shell does: in a process group of its own."""
    python = ["env", "--default-signal", sys.executable]
    command = [*python, "-m", "components", "probe", service, "-n", HOME, "--in-cluster"]
    return subprocess.Popen(
        [*command, f"--kubeconfig={rig.cluster.kubeconfig}", *arguments],
        cwd=ROOT,
        env={**os.environ, "PATH": path_with_kubectl(rig.cluster)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )


def eventually(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def nothing_left(rig: Rig) -> None:
    """Assert that the Job is gone, and that its Pod goes."""
    assert names(rig.cluster, "jobs", HOME) == []
    eventually(lambda: names(rig.cluster, "pods", HOME) == [], "the Pod is there")


@contextmanager
def probing(rig: Rig, node: Kubelet) -> Iterator[tuple[subprocess.Popen[str], Run]]:
    """Run a probe that is not answered, with its Pod."""
    before = len(node.runs)
    with start(rig, "silent", "--timeout", "60") as running:
        try:
            eventually(lambda: len(node.runs) > before and bool(node.runs[-1].identity), "no Pod")
            yield running, node.runs[-1]
        finally:
            running.kill()


@contextmanager
def tls_server(rig: Rig, context: ssl.SSLContext) -> Iterator[None]:
    place = (rig.hosts[1].v4(), TLS["port"])
    with rig.hosts[1].namespace.run(socket.create_server, place) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    accepted, _ = listener.accept()
                    with accepted, suppress(OSError):
                        accepted.settimeout(5)
                        context.wrap_socket(accepted, server_side=True).close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_a_pod_probes_within_its_limits(rig: Rig, node: Kubelet, tmp_path: Path) -> None:
    context, ca = certificate(tmp_path)
    named = ("--ca", str(ca), "--server-name", "db.example.com")
    with tls_server(rig, context):
        running = start(rig, "db", "-o", "json", *named)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (0, "")
    given = json.loads(out)
    assert given["source"] == f"a Pod of namespace {HOME}"
    rows = {row["kind"]: row for row in given["results"]}
    assert {*rows["tcp"]["ms"]} == {"connect"}
    assert {*rows["tls"]["ms"]} == {"connect", "tls"}
    assert rows["tls"]["expires"] > time.time()
    nothing_left(rig)

    run = node.runs[-1]
    identity = dict(line.split(":\t", 1) for line in run.identity.splitlines())
    assert {*identity["Uid"].split()} == {"65532"}
    assert int(identity["CapEff"], 16) == int(identity["CapBnd"], 16) == 0
    assert identity["NoNewPrivs"] == "1"
    (container,) = run.pod["spec"]["containers"]
    assert container["resources"]["limits"]["memory"] == "128Mi"
    assert 0 < run.peak < 128 * 1024


def test_many_backends_fit_into_the_pods_memory(rig: Rig, node: Kubelet) -> None:
    target = {"address": rig.hosts[1].v4(), "port": 5432, "kind": "tcp"}
    request = {"targets": [target] * 1000, "timeout": 3, "at_once": 256}
    job = probe_job("many", "image", {}, request, 60)
    rig.cluster.kubectl("create", "-n", HOME, "-f", "-", given=json.dumps(job))
    rig.cluster.kubectl("wait", "job/many", "-n", HOME, "--for=condition=complete", "--timeout=60s")
    printed = rig.cluster.kubectl("logs", "job/many", "-n", HOME)
    results: dict[int, Any] = dict(json.loads(line) for line in printed.splitlines())
    rig.cluster.kubectl("delete", "job", "many", "-n", HOME)
    assert len(results) == 1000
    assert all(result["ok"] for result in results.values())
    assert node.runs[-1].peak < 128 * 1024


@pytest.mark.parametrize("kind", SIGNALS)
def test_signals_delete_the_pod(rig: Rig, node: Kubelet, kind: signal.Signals) -> None:
    with probing(rig, node) as (running, run):
        os.killpg(running.pid, kind)  # a terminal signals the whole group, kubectl too
        assert running.wait(20) == 128 + kind
        nothing_left(rig)
        eventually(lambda: run.process.returncode is not None, "it runs on")


def test_the_cluster_deletes_the_pod_of_a_killed_command(rig: Rig, node: Kubelet) -> None:
    with probing(rig, node) as (running, run):
        running.kill()
        running.wait()
        (job,) = names(rig.cluster, "jobs", HOME)
        soon = {"spec": {"activeDeadlineSeconds": 1, "ttlSecondsAfterFinished": 0}}
        patch = ("--type=merge", "-p", json.dumps(soon))
        rig.cluster.kubectl("patch", "job", job, "-n", HOME, *patch)
        eventually(lambda: names(rig.cluster, "jobs", HOME) == [], "the Job is there")
        nothing_left(rig)
        eventually(lambda: run.process.returncode is not None, "it runs on")


@pytest.mark.usefixtures("node")
def test_a_pod_that_cannot_run_is_reported_and_deleted(rig: Rig) -> None:
    running = start(rig, "db", "--image", UNSEEN)
    _, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (2, "the Pod does not probe: ImagePullBackOff\n")
    nothing_left(rig)

    rig.cluster.kubectl("create", "quota", "none", "--hard=pods=0", "-n", HOME)
    in_force = ("--for=jsonpath={.status.hard.pods}=0", "--timeout=20s")
    rig.cluster.kubectl("wait", "quota/none", "-n", HOME, *in_force)
    running = start(rig, "db")
    _, err = running.communicate(timeout=60)
    rig.cluster.kubectl("delete", "quota", "none", "-n", HOME)
    assert running.returncode == 2
    assert err.startswith("the cluster refuses the Pod: ")
    assert "exceeded quota: none" in err
    nothing_left(rig)
