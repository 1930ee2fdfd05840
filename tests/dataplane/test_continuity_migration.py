"""Nothing drops while a `MigratingService` goes from external backends to Pods.

The Pods are fake, and servers answer on each of their addresses before it is ready. They have IPv4
addresses alone.
"""

import json
import time

from tests.support.programs import component

from .node import wait_for
from .rig import Rig
from .service_under_load import PORTS, ServiceUnderLoad
from .test_continuity_pods import start_pods

CONTROLLERS = "endpointslice.kubernetes.io/managed-by=endpointslice-controller.k8s.io"


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


def stop_pods(steady: ServiceUnderLoad) -> None:
    """Scale the Pods to 0; those that terminate take connections too, until they are gone."""
    cluster, chosen = steady.rig.cluster, ["-n", steady.namespace]
    cluster.kubectl("scale", "deployment/db", "--replicas=0", *chosen)

    def are_gone() -> bool:
        text = cluster.kubectl("get", "endpointslices", "-l", CONTROLLERS, "-o", "json", *chosen)
        return not any(one.get("endpoints") for one in json.loads(text)["items"])

    wait_for("slices without Pods", are_gone)


def test_for_what_holds_state(steady: ServiceUnderLoad, rig: Rig) -> None:
    """One side takes new connections at a time: external backends, Pods, these again, Pods."""
    external = [host.v4() for host in rig.hosts[:2]]
    in_phase(steady, "External", external)
    address = rig.address(steady.service)

    with steady.load("MigratingService, for what holds state", untouched=external) as load:
        in_phase(steady, "Draining", external)
        waiting = in_phase(steady, "Cutover", external)
        assert load.answered_by() == set(external)
        pods = start_pods(steady)
        wait_for("Pods behind the Service", lambda: bool(load.answered_by() & pods))
        rig.settle()
        taken = time.monotonic()
        load.go_on()
        assert load.answered_by(taken) <= pods

        stop_pods(steady)
        rig.settle()
        back = time.monotonic()
        load.go_on()
        assert load.answered_by(back) == set(external)
        pods |= start_pods(steady)
        settled = in_phase(steady, "Internal", external)

    assert rig.address(steady.service) == address
    assert load.answered_by(waiting) <= pods | set(external)
    assert load.answered_by(settled) <= pods


def test_where_both_may_serve(steady: ServiceUnderLoad, rig: Rig) -> None:
    external = [host.v4() for host in rig.hosts[:2]]
    pods = start_pods(steady)
    in_phase(steady, "External", external)
    address = rig.address(steady.service)

    with steady.load("MigratingService, where both may serve", external) as load:
        both = in_phase(steady, "Hybrid", external)
        load.go_on()
        assert load.answered_by(both) == pods | set(external)
        drained = in_phase(steady, "ShareDraining", external)
        load.go_on()
        assert load.answered_by(drained) == pods
        settled = in_phase(steady, "Internal", external)

    assert rig.address(steady.service) == address
    assert load.answered_by(settled) == pods
