"""No connection fails while a Service goes from external backends to Pods, and back."""

import time

from testbed.dataplane.node import wait_for
from testbed.dataplane.rig import Rig
from tests.support.programs import component

from .pods import addresses_of_pods, start_pods
from .service_under_load import ServiceUnderLoad


def of_pods(steady: ServiceUnderLoad, *, await_ready: bool = True, **port: object) -> str:
    """Return a program in which Pods are behind the Service."""
    args = {
        "namespace": steady.namespace,
        "selector": {"app": "db"},
        "ports": [{"name": "postgres", "port": 5432, **port}],
        "await_ready": await_ready,
    }
    return component("SelectorService", "db", **args)


def test_moving_to_pods_in_one_up_fails_no_connection(steady: ServiceUnderLoad, rig: Rig) -> None:
    """The Service gets its selector, Pods are attached, and the external backends are detached.

    Connections to these are kept until their clients close them.
    """
    addresses = [host.v4() for host in rig.hosts[:2]]
    steady.up(addresses=addresses)
    pods = start_pods(steady)
    address = rig.address(steady.service)

    with steady.load("external backends -> Pods (one up)", untouched=addresses) as load:
        settled = steady.run(of_pods(steady))

    assert rig.address(steady.service) == address
    assert load.answered_by() == pods | set(addresses)
    assert load.answered_by(settled) == pods


def test_moving_to_pods_with_both_sides_for_a_while_fails_no_connection(
    steady: ServiceUnderLoad, rig: Rig
) -> None:
    """Without a `MigratingService`: `kubectl` adds the selector, an up detaches."""
    addresses = [host.v4() for host in rig.hosts[:2]]
    steady.up(addresses=addresses)
    pods = start_pods(steady)
    patch = '{"spec": {"selector": {"app": "db"}}}'

    with steady.load("attach Pods, then detach external backends") as load:
        rig.cluster.kubectl("patch", "service", "db", "-n", steady.namespace, "-p", patch)
        wait_for("Pods behind the Service", lambda: load.answered_by() >= pods)
        mixed = time.monotonic()
        load.go_on()
        settled = steady.run(of_pods(steady, await_ready=False))

    assert load.answered_by(mixed) == pods | set(addresses)
    assert load.answered_by(settled) == pods


def test_moving_from_pods_fails_no_connection(steady: ServiceUnderLoad, rig: Rig) -> None:
    """What Kubernetes wrote for the Pods stays behind, and is deleted as the docs say."""
    addresses = [host.v4() for host in rig.hosts[:2]]
    pods = start_pods(steady)
    steady.run(of_pods(steady, await_ready=False))

    with steady.load("Pods -> external backends, then clean up") as load:
        mixed = steady.up(addresses=addresses)
        load.go_on()
        ours = "kubernetes.io/service-name=db,endpointslice.kubernetes.io/managed-by"
        for kind in (
            ["endpoints", "db"],
            ["endpointslices", "-l", f"{ours}!=k8s-endpoints.pulumi"],
        ):
            rig.cluster.kubectl("delete", *kind, "-n", steady.namespace)
        rig.settle()
        settled = time.monotonic()

    assert load.answered_by(mixed) == pods | set(addresses)
    assert load.answered_by(settled) == set(addresses)


def test_a_deployed_service_that_takes_over_fails_no_connection(steady: ServiceUnderLoad) -> None:
    """Its own Pods get the connections once they are ready, and the former ones until then."""
    before = start_pods(steady)
    steady.run(of_pods(steady))
    taken_over = component(
        "DeployedService",
        "db",
        namespace=steady.namespace,
        image="db",
        ports=[{"name": "postgres", "port": 5432}],
    )

    with steady.load("other Pods -> a DeployedService's") as load:
        settled = steady.run(taken_over)

    pods = addresses_of_pods(steady) - before
    assert load.answered_by() == before | pods
    assert load.answered_by(settled) == pods


def test_renaming_the_target_port_of_pods_fails_no_connection(steady: ServiceUnderLoad) -> None:
    pods = start_pods(steady)
    steady.run(of_pods(steady, await_ready=False, target_port_name="first"))

    with steady.load("rename a port's target (Pods)") as load:
        settled = steady.run(of_pods(steady, await_ready=False, target_port_name="second"))

    assert load.answered_by(settled) == pods
    late = {one.answer.port for one in load.made if one.answer and one.begun >= settled}
    assert late == {5433}
