"""Faults of a control plane: its API server ends and comes back, its etcd stands still."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import processes
from tools.cluster import Cluster


@contextmanager
def frozen(cluster: Cluster, part: str) -> Iterator[None]:
    """Let one of the cluster's processes stand still: it holds its connections and answers none."""
    pid = _process(cluster, part).pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def without_api_server(cluster: Cluster) -> Iterator[None]:
    """Kill the API server, and start it again as it was; at the end it answers."""
    old = _process(cluster, "kube-apiserver")
    folder = Path(f"/proc/{old.pid}/cwd").readlink()
    command = Path(f"/proc/{old.pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
    environment = Path(f"/proc/{old.pid}/environ").read_bytes().rstrip(b"\0").split(b"\0")
    os.kill(old.pid, signal.SIGKILL)
    _wait(lambda: old.pid not in processes.running())
    try:
        yield
    finally:
        # Not a child of the tests: the cluster ends it, as it ends all that mentions its folder.
        subprocess.run(
            ["sh", "-c", '"$@" >/dev/null 2>&1 &', "sh", *command],
            cwd=folder,
            env=dict(entry.split(b"=", 1) for entry in environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            check=True,
        )
        _wait(cluster.is_ready)


def _process(cluster: Cluster, part: str) -> processes.Process:
    (found,) = (
        one
        for one in processes.mentioning(cluster.directory)
        if Path(one.command.partition(" ")[0]).name == part
    )
    return found


def _wait(condition: Callable[[], object], within: float = 60.0) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
