"""A node with real kube-proxy and CoreDNS, a client, and hosts outside: in network namespaces.

Everything, the control plane too, runs in namespaces that the rig makes, and nothing else is
contacted. As a program (`make rig`) it starts, says how to use it, and holds until Ctrl-C.
"""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from testbed.stack import Stack
from tools.cluster import Cluster
from tools.console import CommandError, say
from tools.install import ensure
from tools.parts import CONTROL_PLANE, DATA_PLANE, PULUMI

from . import packages
from .dns import Record, resolve
from .namespaces import Namespace
from .network import NODE, Host, Network
from .node import DOMAIN, running, serving, wait_for
from .rig_lock import rig_lock
from .traffic import Client

_BARRIER = """
apiVersion: v1
kind: Service
metadata: {{name: barrier, namespace: kube-system}}
spec: {{ipFamilyPolicy: PreferDualStack, ports: [{{port: {port}}}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  {{name: barrier-v4, namespace: kube-system, labels: {{kubernetes.io/service-name: barrier}}}}
addressType: IPv4
endpoints: [{{addresses: ["192.0.2.2"], hostname: at-{port}}}]
ports: [{{port: {port}}}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  {{name: barrier-v6, namespace: kube-system, labels: {{kubernetes.io/service-name: barrier}}}}
addressType: IPv6
endpoints: [{{addresses: ["2001:db8::2"], hostname: at-{port}}}]
ports: [{{port: {port}}}]
"""
"""What kube-proxy and CoreDNS have seen of it tells how far they are."""


@dataclass(frozen=True)
class Rig:
    """A rig that runs."""

    cluster: Cluster
    network: Network
    folder: Path
    _barriers: Iterator[int]

    @property
    def hosts(self) -> list[Host]:
        """The machines outside the cluster."""
        return self.network.hosts

    @property
    def client(self) -> Client:
        """A Pod that connects to Services."""
        return Client(self.network.client)

    @property
    def outsider(self) -> Client:
        """A machine outside the cluster that connects to it."""
        return Client(self.hosts[0].namespace)

    def stack(self, folder: Path, parts: Mapping[str, Path] | None = None) -> Stack:
        """Make a stack that deploys to the rig's control plane, by other parts where given."""
        return Stack(folder, parts or self.cluster.parts, self.cluster.kubeconfig)

    def resolve(self, name: str, kind: str) -> list[Record]:
        """Ask CoreDNS, as a Pod does, and give the records of the answer, sorted."""
        return self.client.namespace.run(resolve, NODE[0], name, kind)

    def address(self, service: str, kind: str = "A") -> str:
        """Return the one address of a Service, by its name in DNS."""
        (record,) = self.resolve(f"{service}.{DOMAIN}", kind)
        return record.value

    def settle(self) -> None:
        """Wait until kube-proxy and CoreDNS have put into force what the API server holds now.

        Both see changes of one kind in the order in which they were made: once the last one made
        here is in force, so is every one before it.
        """
        port = next(self._barriers)
        self.cluster.kubectl("apply", "-f", "-", given=_BARRIER.format(port=port))

        def in_force() -> bool:
            name = f"at-{port}.barrier.kube-system.svc.{DOMAIN}"
            return (
                self._forwards("ip", "192.0.2.2", port)
                and self._forwards("ip6", "2001:db8::2", port)
                and len(self.resolve(name, "A")) == 1
                and len(self.resolve(name, "AAAA")) == 1
            )

        wait_for("kube-proxy and CoreDNS to follow the API server", in_force)

    def _forwards(self, family: str, address: str, port: int) -> bool:
        """Return whether the rules of kube-proxy hold a Service's port and its one endpoint."""
        command = self.network.node.command("nft", "list", "table", family, "kube-proxy")
        rules = subprocess.run(command, capture_output=True, text=True).stdout
        shown = f"[{address}]" if ":" in address else address
        forms = (f"dnat to {shown}:{port}", f"{address} . {port} }}")  # from 1.37, and until 1.36
        return f". tcp . {port} : goto" in rules and any(form in rules for form in forms)


@contextmanager
def start(size: int = 4) -> Iterator[Rig]:
    """Run a rig with `size` external hosts, 1 to 11, and leave nothing of it.

    Raises:
        CommandError: It cannot be started here; says what a person has to do.
    """
    packages.ensure()
    if reason := packages.unsupported():
        raise CommandError(reason)
    parts = ensure((*PULUMI, *CONTROL_PLANE, *DATA_PLANE))
    with rig_lock() as held:
        network = Network(held.prefix, size)
        network.make()
        inside = _wrapped(parts, network.node, held.folder / "bin")
        cluster = Cluster(held.folder / "cluster", inside, name="rig", load_balancer=False)
        with _echoing(network, held.folder):
            cluster.start()
            with serving(cluster, network, held.folder):
                yield Rig(cluster, network, held.folder, count(20001))


def _wrapped(parts: Mapping[str, Path], namespace: Namespace, folder: Path) -> dict[str, Path]:
    """Return the parts; scripts stand for those that the API server is started or contacted by."""
    folder.mkdir()
    inside = dict(parts)
    for name in ("kubectl", "kwokctl", "pulumi", "kube-proxy", "coredns"):
        command = " ".join(namespace.command(str(parts[name])))
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        script.chmod(0o755)
        inside[name] = script
    return inside


@contextmanager
def _echoing(network: Network, folder: Path) -> Iterator[None]:
    """Run the servers of the hosts and of the Pods."""
    servers = [f"{host.namespace.name}={host.name}" for host in network.hosts]
    command = [sys.executable, "-m", "testbed.dataplane.echo", *servers, f"{network.pods.name}=pod"]
    log = folder / "echo.log"
    with running(network.pods.command(*command), log):
        wait_for("the servers outside", lambda: "listening" in log.read_text())
        yield


def main() -> None:
    """Hold a rig until Ctrl-C, for a person to look at."""
    begun = time.monotonic()
    with start() as rig:
        took = time.monotonic() - begun
        names = "\n".join(
            f"  {host.namespace.name}  {host.ranges[0]}  {host.ranges[1]}" for host in rig.hosts
        )
        say(
            f"""
The rig runs; that took {took:.1f} s.

control plane: export KUBECONFIG={rig.cluster.kubeconfig}
programs that reach it (kubectl, pulumi): export PATH={rig.folder}/bin:$PATH
node, with kube-proxy: ip netns exec {rig.network.node.name} nft list table ip kube-proxy
client, as a Pod: ip netns exec {rig.network.client.name} bash
CoreDNS: {NODE[0]} port 53, for {DOMAIN}
hosts outside; on every address servers tell who they are, on ports of `testbed/dataplane/echo.py`:
{names}
logs and configuration: {rig.folder}

Ctrl-C ends it and removes everything."""
        )
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            say("\nremoving the rig")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        say("\ninterrupted; nothing is left")
    except CommandError as failure:
        say(f"error: {failure}")
        sys.exit(1)
