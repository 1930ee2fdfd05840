"""The control plane fails during an up: a clear error or success, and a re-run converges."""

import time
from collections.abc import Iterator

import pytest

from testbed.cluster import throw_away_cluster, versions
from testbed.stack import Stack
from tests.faults.control_plane import frozen, without_api_server
from tests.faults.twenty_services import assert_converged, program, services
from tests.support.running import running
from tools.cluster import Cluster, ports_left_alone

pytestmark = pytest.mark.both_kinds

UP = ("up", "--yes", "--skip-preview", "--parallel=1")
"""One object after the other, so that the fault falls between them."""

UNREACHABLE = (
    "configured Kubernetes cluster is unreachable",
    "connection refused",
    "connection reset by peer",
    "EOF",
)
"""What is said of a server that was asked too late, or that ended while it was to answer."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """One that may be broken."""
    with throw_away_cluster(name="k8s-endpoints-faults") as made:
        yield made


@pytest.fixture(autouse=True)
def keep_the_port(cluster: Cluster) -> Iterator[None]:
    """Let no other control plane take the API server's port while that is down."""
    assert cluster.is_ready()
    with ports_left_alone():
        yield


@pytest.mark.parametrize("moment", ["core/v1:Service", "EndpointSlice"])
def test_an_up_survives_a_restart_of_the_api_server(
    cluster: Cluster, stack: Stack, namespace: str, moment: str
) -> None:
    stack.write(program(services(namespace, 0))).up()
    declared = services(namespace, 1)
    stack.write(program(declared))

    with running(stack, *UP) as up:
        up.wait_until_it_says(moment)
        with without_api_server(cluster):
            assert up.engine.poll() != 0, "it was done before the server ended"
            time.sleep(2)
        done = up.finish()

    if done.returncode != 0:
        assert any(reason in done.stdout for reason in UNREACHABLE), done.stdout
    assert "Traceback" not in done.stdout
    stack.up()
    assert_converged(cluster, stack, namespace, declared)


def test_an_up_without_an_api_server_says_so_and_keeps_its_state(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(program(services(namespace, 0))).up()
    before = versions(cluster, "services,endpointslices", namespace)
    declared = services(namespace, 1)
    stack.write(program(declared))

    with without_api_server(cluster):
        for flags in ([], ["--refresh"]):
            done = stack.run("up", "--yes", "--skip-preview", *flags)

            assert done.returncode != 0
            assert "error: configured Kubernetes cluster is unreachable" in done.stdout or flags
            assert "connection refused" in done.stdout
            assert "Traceback" not in done.stdout

    assert versions(cluster, "services,endpointslices", namespace) == before
    stack.up()
    assert_converged(cluster, stack, namespace, declared)


def test_an_up_survives_ten_seconds_without_etcd(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(program(services(namespace, 0))).up()
    declared = services(namespace, 1)
    stack.write(program(declared))

    with running(stack, *UP) as up:
        up.wait_until_it_says("EndpointSlice")
        with frozen(cluster, "etcd"):
            assert up.engine.poll() is None
            time.sleep(10)
        done = up.finish()

    if done.returncode != 0:
        assert "etcdserver" in done.stdout or "timeout" in done.stdout, done.stdout
    assert "Traceback" not in done.stdout
    stack.up()
    assert_converged(cluster, stack, namespace, declared)
