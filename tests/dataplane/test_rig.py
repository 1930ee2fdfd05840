"""A rig leaves nothing, however it ends, and does not disturb other rigs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from testbed.dataplane import packages
from testbed.dataplane.namespaces import existing
from testbed.dataplane.node import wait_for
from testbed.dataplane.rig import Rig
from testbed.dataplane.rig_lock import rig_lock
from tools.paths import ROOT
from tools.signals import hear_interrupts

MAKES_LITTLE = """
import subprocess, sys, time
from testbed.dataplane.rig_lock import rig_lock
from testbed.dataplane.network import Network

with rig_lock() as held:
    network = Network(held.prefix, 1)
    network.make()
    subprocess.Popen(network.client.command("sleep", "300"))
    print(f"Ctrl-C ends {held.prefix} {held.folder}", flush=True)
    time.sleep(300)
"""


@contextmanager
def running(*command: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a Python program of the rig's until it has started; give the process and its words."""
    with subprocess.Popen(
        [sys.executable, "-u", *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=hear_interrupts,  # noqa: PLW1509 - the tests have one thread
    ) as process:
        try:
            said = ""
            while "Ctrl-C ends" not in said:
                assert process.poll() is None, said
                assert process.stdout
                said += process.stdout.readline()
            yield process, said
        finally:
            process.kill()


def left_of(prefix: str, folder: str) -> list[str]:
    """Return what there is of a rig: its namespaces, its folder, and processes that name it."""
    commands = [_text(file) for file in Path("/proc").glob("[0-9]*/cmdline")]
    return [
        *(namespace.name for namespace in existing(prefix)),
        *([folder] if Path(folder).exists() else []),
        *(one for one in commands if prefix in one or folder in one or _reaper_of(prefix) in one),
    ]


def _reaper_of(prefix: str) -> str:
    """Return what the command line of a rig's reaper ends in."""
    return f"testbed.dataplane.rig_lock {prefix.removesuffix('-').rpartition('-')[2]}"


def _text(file: Path) -> str:
    try:
        return file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""  # it has ended


def test_a_second_rig_starts_beside_the_first_and_is_removed_when_killed(rig: Rig) -> None:
    begun = time.monotonic()
    with running("-m", "testbed.dataplane.rig") as (process, said):
        crowding = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        assert time.monotonic() - begun < 15 * crowding
        folder = said.partition("KUBECONFIG=")[2].partition("/cluster/")[0]
        prefix = said.partition("ip netns exec ")[2].split()[0].removesuffix("node")
        assert len(left_of(prefix, folder)) > 15

        process.send_signal(signal.SIGKILL)

        wait_for("the reaper", lambda: not left_of(prefix, folder))
    assert rig.client.hosts(rig.hosts[0].v4(), 5432, times=1) == {"host-1"}


@pytest.mark.usefixtures("rig")
def test_the_next_start_removes_what_a_killed_reaper_left() -> None:
    with running("-c", MAKES_LITTLE) as (process, said):
        prefix, folder = said.split()[-2:]
        reaper = next(
            int(file.parent.name)
            for file in Path("/proc").glob("[0-9]*/cmdline")
            if _reaper_of(prefix) in _text(file)
        )
        assert len(existing(prefix)) == 4
        os.kill(reaper, signal.SIGKILL)
        process.send_signal(signal.SIGKILL)
        process.wait()

    with rig_lock():
        assert left_of(prefix, folder) == []


@pytest.mark.usefixtures("rig")
def test_an_interrupted_rig_leaves_nothing() -> None:
    with running("-c", MAKES_LITTLE) as (process, said):
        prefix, folder = said.split()[-2:]
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)
    assert left_of(prefix, folder) == []


BY_HAND = """
apiVersion: v1
kind: Service
metadata: {{name: by-hand, namespace: {namespace}}}
spec: {{ports: [{{port: 5432}}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: by-hand, namespace: {namespace}, labels: {{kubernetes.io/service-name: by-hand}}}}
addressType: IPv4
endpoints: [{{addresses: ["{address}"]}}]
ports: [{{port: 5432}}]
"""


@pytest.fixture
def by_hand(rig: Rig, namespace: str) -> str:
    """Return the address of a Service that no component made."""
    manifest = BY_HAND.format(namespace=namespace, address=rig.hosts[0].v4())
    rig.cluster.kubectl("apply", "-f", "-", given=manifest)
    rig.settle()
    return rig.address(f"by-hand.{namespace}.svc")


def test_a_load_counts_what_is_refused(rig: Rig, namespace: str, by_hand: str) -> None:
    with rig.client.load(by_hand, 5432) as load:
        before = len(load.failed)
        rig.cluster.kubectl("delete", "endpointslice", "by-hand", "-n", namespace)
        rig.settle()
        load.go_on()

    assert before == 0
    assert load.made
    assert {problem.partition(":")[0] for *_, problem in load.failed} == {"ConnectionRefusedError"}


def test_a_load_counts_lost_packets_that_tcp_repeats(rig: Rig, by_hand: str) -> None:
    def nft(*commands: str) -> None:
        command = rig.network.node.command("nft", ";".join(commands))
        subprocess.run(command, check=True, capture_output=True)

    with rig.client.load(by_hand, 5432) as load:
        nft(
            "add table ip lossy",
            "add chain ip lossy way { type filter hook forward priority 0; }",
            "add rule ip lossy way tcp flags syn / syn,ack counter drop",
        )
        time.sleep(0.3)
        nft("delete table ip lossy")
        load.go_on()

    problems = [problem for *_, problem in load.failed]
    assert len(problems) >= 5
    assert all("lost" in problem for problem in problems)


@pytest.mark.parametrize(
    ("platform", "user", "reason"),
    [
        ("darwin", 0, "network namespaces need Linux"),
        ("linux", 1000, "network namespaces need root"),
        ("linux", 0, "install the packages iproute2, nftables, iptables of your distribution"),
    ],
)
def test_a_machine_that_cannot_run_a_rig_gets_the_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, user: int, reason: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert packages.unsupported() == reason
