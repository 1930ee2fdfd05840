"""What runs on the node beside the control plane: kube-proxy and CoreDNS."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from textwrap import dedent
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from tools.cluster import Cluster
from tools.console import CommandError
from tools.paths import ROOT

from .network import CLUSTER_RANGES, NODE, Network

DOMAIN = "cluster.local"
"""The cluster's, in DNS."""
ALIASED = "db.example.com"
"""The name of the first host in DNS, beside the cluster's domain."""
_PATIENCE = 20.0
_PROXY = """
    apiVersion: kubeproxy.config.k8s.io/v1alpha1
    kind: KubeProxyConfiguration
    mode: nftables
    clusterCIDR: {ranges}
    detectLocalMode: ClusterCIDR
    conntrack: {{maxPerCore: 0, min: 0}}
    nftables: {{minSyncPeriod: 20ms}}
    hostnameOverride: {node}
    clientConnection: {{kubeconfig: {kubeconfig}}}
"""
"""Every write of the engine is put into force by itself: by default those of one second are taken
together, which would hide a wrong order."""
_DNS = """
    {domain} {{
        bind {addresses}
        errors
        ready 127.0.0.1:8181
        kubernetes {domain} {{
            kubeconfig {kubeconfig}
            ttl 0
        }}
    }}
    {aliased} {{
        bind {addresses}
        hosts {{
            {v4} {aliased}
            {v6} {aliased}
        }}
    }}
"""


@contextmanager
def serving(cluster: Cluster, network: Network, folder: Path) -> Iterator[None]:
    """Run kube-proxy and CoreDNS for the first of the cluster's nodes.

    Raises:
        CommandError: One of them does not start.
    """
    nodes = cluster.kubectl("get", "nodes", "-o", "jsonpath={.items[*].metadata.name}").split()
    # Without an address of its Node, kube-proxy waits; fake nodes have none.
    addresses = [{"type": "InternalIP", "address": address} for address in NODE]
    patch = json.dumps({"status": {"addresses": addresses}})
    how = ["--subresource=status", "--type=merge", "-p", patch]
    cluster.kubectl("patch", "node", nodes[0], *how)
    values = {
        "node": nodes[0],
        "kubeconfig": str(cluster.kubeconfig),
        "ranges": ",".join(CLUSTER_RANGES),
        "addresses": " ".join(NODE),
        "domain": DOMAIN,
        "aliased": ALIASED,
        "v4": network.hosts[0].v4(),
        "v6": network.hosts[0].v6(),
    }
    programs = (
        ("kube-proxy", "--config", _PROXY, "http://127.0.0.1:10256/healthz"),
        ("coredns", "-conf", _DNS, "http://127.0.0.1:8181/ready"),
    )
    with ExitStack() as stack:
        for name, flag, text, _ in programs:
            file = folder / f"{name}.conf"
            file.write_text(dedent(text).format(**values))
            command = [str(cluster.parts[name]), flag, str(file)]
            stack.enter_context(running(command, folder / f"{name}.log"))
        for name, _, _, url in programs:
            wait_for(f"{name} to be ready", partial(network.node.run, _is_healthy, url))
        yield


@contextmanager
def running(command: list[str], log: Path) -> Iterator[None]:
    """Run a program, what it prints in a file, and end it."""
    with log.open("wb") as sink:
        process = subprocess.Popen(command, cwd=ROOT, stdout=sink, stderr=sink)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def wait_for(what: str, holds: Callable[[], bool]) -> None:
    """Wait until something holds, but not for long.

    Raises:
        CommandError: It does not hold after 20 s.
    """
    deadline = time.monotonic() + _PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise CommandError(f"waited {_PATIENCE:.0f} s without success for {what}")
        time.sleep(0.03)


def _is_healthy(url: str) -> bool:
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=1) as answer:
            return answer.status == 200
    except (URLError, OSError):
        return False
