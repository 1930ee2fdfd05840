"""No connection fails while a `MigratingService` goes from external backends to Pods.

kwok gives Pods IPv4 addresses; the tests add one of the other family.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address

from testbed.dataplane.node import wait_for
from testbed.dataplane.rig import Rig
from testbed.dataplane.traffic import Load
from tests.support.programs import component

from .pods import start_pods, stop_pods
from .service_under_load import PORTS, ServiceUnderLoad


def in_phase(steady: ServiceUnderLoad, phase: str, addresses: list[str]) -> float:
    """Deploy the phase; give when that was in force."""
    args = {
        "namespace": steady.namespace,
        "phase": phase,
        "addresses": addresses,
        "selector": {"app": "db"},
        "ports": PORTS,
        "await_ready": False,
    }
    return steady.run(component("MigratingService", "db", **args))


def external_backends(rig: Rig) -> list[str]:
    """Return the addresses of two hosts outside, of both families."""
    return [address for host in rig.hosts[:2] for address in (host.v4(), host.v6())]


def start_dual_stack_pods(steady: ServiceUnderLoad) -> set[str]:
    """Run Pods of both families, and give their addresses."""
    cluster, chosen = steady.rig.cluster, ["-n", steady.namespace]
    first = start_pods(steady)
    path = "jsonpath={range .items[*]}{.metadata.name} {.status.podIP}{'\\n'}{end}"
    lines = cluster.kubectl("get", "pods", "-l", "app=db", "-o", path, *chosen).splitlines()
    second: set[str] = set()
    for name, address in map(str.split, lines):
        added = str(IPv6Address(f"fd00:10:244:0:{address.replace('.', ':')}"))
        status = json.dumps({"status": {"podIPs": [{"ip": address}, {"ip": added}]}})
        how = ["--subresource=status", "--type=merge", "-p", status]
        cluster.kubectl("patch", "pod", name, *how, *chosen)
        second.add(added)
    return first | second


@dataclass(frozen=True)
class Loads:
    """Connections to both addresses of the Service."""

    v4: Load
    v6: Load

    def answered_by(self, since: float = 0.0) -> set[str]:
        """Return the addresses of those who answered connections opened at or after a time."""
        return self.v4.answered_by(since) | self.v6.answered_by(since)

    def go_on(self) -> None:
        """Wait for enough further connections of each family."""
        self.v4.go_on()
        self.v6.go_on()


@contextmanager
def loads(steady: ServiceUnderLoad, title: str, external: list[str]) -> Iterator[Loads]:
    """Connect to both addresses of the Service throughout the context; no connection may fail."""
    v4 = [address for address in external if "." in address]
    v6 = [address for address in external if ":" in address]
    with (
        steady.load(f"{title}, IPv4", untouched=v4) as first,
        steady.load(f"{title}, IPv6", untouched=v6, kind="AAAA") as second,
    ):
        yield Loads(first, second)


def test_a_migration_with_state_fails_no_connection(steady: ServiceUnderLoad, rig: Rig) -> None:
    """One side takes new connections at a time: external backends, Pods, these again, Pods."""
    external = external_backends(rig)
    in_phase(steady, "External", external)
    address = rig.address(steady.service)

    with loads(steady, "MigratingService, for what holds state", external) as load:
        in_phase(steady, "Draining", external)
        waiting = in_phase(steady, "Cutover", external)
        assert load.answered_by() == set(external)
        pods = start_dual_stack_pods(steady)
        wait_for("Pods behind the Service", lambda: load.answered_by() >= pods)
        rig.settle()
        taken = time.monotonic()
        load.go_on()
        assert load.answered_by(taken) <= pods

        stop_pods(steady)
        rig.settle()
        back = time.monotonic()
        load.go_on()
        assert load.answered_by(back) == set(external)
        others = start_dual_stack_pods(steady)
        wait_for("Pods of both families", lambda: load.answered_by(back) >= others)
        settled = in_phase(steady, "Internal", external)

    assert rig.address(steady.service) == address
    assert load.answered_by(waiting) <= pods | others | set(external)
    assert load.answered_by(settled) == others


def test_a_migration_with_both_sides_serving_fails_no_connection(
    steady: ServiceUnderLoad, rig: Rig
) -> None:
    external = external_backends(rig)
    pods = start_dual_stack_pods(steady)
    in_phase(steady, "External", external)
    address = rig.address(steady.service)

    with loads(steady, "MigratingService, where both may serve", external) as load:
        both = in_phase(steady, "Hybrid", external)
        load.go_on()
        assert load.answered_by(both) == pods | set(external)
        drained = in_phase(steady, "ShareDraining", external)
        load.go_on()
        assert load.answered_by(drained) == pods
        settled = in_phase(steady, "Internal", external)

    assert rig.address(steady.service) == address
    assert load.answered_by(settled) == pods
