"""Slices, legacy Endpoints, or both: what readers find, and how to change from one to another."""

import json

import pytest

from testbed.cluster import names, watched
from testbed.stack import Stack
from tests.support.programs import external_service
from tools.cluster import Cluster

pytestmark = pytest.mark.both_kinds

MIRRORED = "endpointslice.kubernetes.io/managed-by=endpointslicemirroring-controller.k8s.io"
OURS = "endpointslice.kubernetes.io/managed-by=k8s-endpoints.pulumi"


def program(namespace: str, mode: str) -> str:
    return external_service(
        "db",
        namespace=namespace,
        backends=[
            {"address": "192.0.2.10"},
            {"address": "192.0.2.11", "state": "Draining"},
            {"address": "2001:db8::10"},
        ],
        ports=[{"name": "postgres", "port": 5432}],
        endpoint_api=mode,
    )


def wait_for_slices(cluster: Cluster, namespace: str, selector: str, count: int) -> None:
    """Wait until the mirroring controller has done its work; it is given a few seconds."""
    for _ in range(100):
        if len(names(cluster, "endpointslices", namespace, selector)) == count:
            return
    raise AssertionError(names(cluster, "endpointslices", namespace))


def served(cluster: Cluster, namespace: str) -> list[tuple[str, bool]]:
    """Return address and readiness of every endpoint in every slice of the Service."""
    chosen = ["-l", "kubernetes.io/service-name=db", "-o", "json"]
    slices = json.loads(cluster.kubectl("get", "endpointslices", "-n", namespace, *chosen))["items"]
    return sorted(
        (endpoint["addresses"][0], endpoint["conditions"]["ready"])
        for one in slices
        for endpoint in one["endpoints"]
    )


EVERY = [("192.0.2.10", True), ("192.0.2.11", False), ("2001:db8::10", True)]


def test_endpoints_are_mirrored_exactly(cluster: Cluster, stack: Stack, namespace: str) -> None:
    stack.write(program(namespace, "Endpoints")).up()

    wait_for_slices(cluster, namespace, MIRRORED, 2)
    assert names(cluster, "endpointslices", namespace, OURS) == []
    assert served(cluster, namespace) == EVERY
    assert stack.up("--refresh") == {"unchanged": 4}


def test_both_modes_together_serve_each_address_once(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(program(namespace, "Both")).up()

    assert names(cluster, "endpoints", namespace) == ["db"]
    assert names(cluster, "endpointslices", namespace) == ["db-ipv4", "db-ipv6"]
    assert served(cluster, namespace) == EVERY
    assert stack.up("--refresh") == {"unchanged": 6}


@pytest.mark.parametrize(("old", "new"), [("Slices", "Endpoints"), ("Endpoints", "Slices")])
@pytest.mark.parametrize("command", [["preview"], ["up", "--yes", "--skip-preview"]], ids=str)
def test_changing_the_mode_in_one_step_is_refused(
    cluster: Cluster, stack: Stack, namespace: str, old: str, new: str, command: list[str]
) -> None:
    stack.write(program(namespace, old)).up()
    wait_for_slices(cluster, namespace, OURS if old == "Slices" else MIRRORED, 2)
    before = served(cluster, namespace)

    done = stack.write(program(namespace, new)).run(*command)

    assert done.returncode != 0
    assert f"endpoint_api: Forbidden: the backends would move from {old} to {new}" in done.stdout
    assert "run `pulumi up` with `EndpointApi.BOTH`" in done.stdout
    assert served(cluster, namespace) == before


def test_changing_the_mode_by_way_of_both_leaves_no_orphan(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    for mode in ("Slices", "Both", "Endpoints", "Both", "Slices"):
        stack.write(program(namespace, mode)).up()

    assert names(cluster, "endpoints", namespace) == []
    wait_for_slices(cluster, namespace, MIRRORED, 0)
    assert names(cluster, "endpointslices", namespace) == ["db-ipv4", "db-ipv6"]
    stack.destroy()
    assert names(cluster, "services,endpoints,endpointslices", namespace) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("Slices", "Both"), ("Both", "Endpoints"), ("Endpoints", "Both"), ("Both", "Slices")],
)
def test_no_step_between_modes_leaves_the_service_without_endpoints(
    cluster: Cluster, stack: Stack, namespace: str, old: str, new: str
) -> None:
    stack.write(program(namespace, old)).up()
    wait_for_slices(cluster, namespace, "kubernetes.io/service-name=db", 2)

    with watched(cluster, "endpointslices", namespace, "kubernetes.io/service-name=db") as seen:
        stack.write(program(namespace, new)).up()

    standing = seen.history[1:]  # from when the list of what stood before was complete
    assert standing
    for slices in standing:
        ready = {
            endpoint["addresses"][0]
            for one in slices.values()
            for endpoint in one["endpoints"]
            if endpoint["conditions"]["ready"]
        }
        assert ready == {"192.0.2.10", "2001:db8::10"}, sorted(slices)
