"""What enforces NetworkPolicies on the node of a rig: the controller of kube-network-policies.

The controller gives its verdict to every packet of a netfilter queue. It leads packets there itself
where the kernel has `queue` for nftables; iptables does so on any other.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tools.console import CommandError
from tools.install import ensure
from tools.parts import POLICY_VERDICTS

from .node import wait_for
from .rig import Rig

_QUEUE = "100"
_PATIENCE = 20.0


@contextmanager
def enforcing(rig: Rig, log: Path) -> Iterator[None]:
    """Enforce the existing policies on the node.

    Args:
        rig: The rig; it has the policies already, so that they are known from the first packet on.
        log: Where the controller writes.
    """
    program = str(ensure((POLICY_VERDICTS,))[POLICY_VERDICTS.name])
    node = rig.network.node
    command = node.command(program, "enforce", str(rig.cluster.kubeconfig), "node")
    with log.open("wb") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=sink)
    try:
        wait_for("a queue for packets", partial(node.run, _is_open))
        for tables in ("iptables", "ip6tables"):
            _tables(rig, tables, "--append", "FORWARD", "--jump", "NFQUEUE", "--queue-num", _QUEUE)
        yield
    finally:
        for tables in ("iptables", "ip6tables"):
            _tables(rig, tables, "--flush", "FORWARD")
        process.terminate()  # it takes its own rules away
        try:
            process.wait(_PATIENCE)
        finally:
            process.kill()


def _tables(rig: Rig, program: str, *arguments: str) -> None:
    command = rig.network.node.command(program, "--wait", "--table", "mangle", *arguments)
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise CommandError(f"{program}: {done.stderr.strip()}")


def _is_open() -> bool:
    """Return whether a program takes packets from the queue in this thread's namespace."""
    queues = Path("/proc/thread-self/net/netfilter/nfnetlink_queue").read_text()
    return any(line.split()[:1] == [_QUEUE] for line in queues.splitlines())
