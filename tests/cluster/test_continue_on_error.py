"""`pulumi up --continue-on-error`: a failed write deletes nothing live."""

import json
from typing import Any

import pytest

from testbed.cluster import uids
from testbed.stack import Stack
from tests.support.raw import raw
from tools.cluster import Cluster

pytestmark = pytest.mark.both_kinds

UP = ("up", "--yes", "--skip-preview", "--continue-on-error")
KINDS = ("services", "endpointslices", "endpoints")
NOTHING = "not written, so nothing is deleted: "

PROGRAM = """
from components import ExternalService

ExternalService("db", {{
    "service_name": "db",
    "namespace": "{namespace}",
    "addresses": ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"],
    "ports": [{{"name": "pg", "port": 5432}}],
    "endpoint_api": "{api}",
    "max_endpoints_per_slice": {limit},
}})
"""


def program(namespace: str, limit: int = 100, api: str = "Slices") -> str:
    return PROGRAM.format(namespace=namespace, limit=limit, api=api)


def block(cluster: Cluster, namespace: str, name: str) -> None:
    """Put a foreign slice where one of ours is to be created."""
    foreign: dict[str, Any] = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": name},
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["198.51.100.1"]}],
        "ports": [{"name": "x", "port": 1}],
    }
    given = json.dumps(foreign)
    cluster.kubectl("apply", "--server-side", "-n", namespace, "-f", "-", given=given)


@pytest.mark.parametrize(
    ("limits", "blocked"),
    [((2, 100), "db-ipv4"), ((100, 2), "db-ipv4-11")],
    ids=["merge", "split"],
)
def test_old_slices_stay_when_a_new_one_fails(
    cluster: Cluster, stack: Stack, namespace: str, limits: tuple[int, int], blocked: str
) -> None:
    stack.write(program(namespace, limits[0])).up()
    before = uids(cluster, "endpointslices", namespace)
    block(cluster, namespace, blocked)
    stack.write(program(namespace, limits[1]))

    done = stack.run(*UP)

    assert done.returncode != 0
    assert f"{NOTHING}EndpointSlice {namespace}/{blocked}" in done.stdout
    assert before.items() <= uids(cluster, "endpointslices", namespace).items()

    cluster.kubectl("delete", "endpointslice", blocked, "-n", namespace)
    assert stack.run(*UP).returncode == 0
    assert not before.keys() & uids(cluster, "endpointslices", namespace).keys()
    stack.destroy()
    assert uids(cluster, "services,endpointslices", namespace) == {}


def test_raw_resources_stay_when_the_program_does_not_adopt_them(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(raw(namespace)).up()
    before = [uids(cluster, kind, namespace) for kind in KINDS]

    for _ in range(2):
        done = stack.write(program(namespace, api="Both")).run(*UP)

        assert done.returncode != 0
        assert [uids(cluster, kind, namespace) for kind in KINDS] == before


def test_without_a_failure_what_is_not_declared_is_deleted(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(program(namespace, 2)).up()

    done = stack.write(program(namespace)).run(*UP)

    assert done.returncode == 0, done.stdout
    assert NOTHING not in done.stdout
    assert [*uids(cluster, "endpointslices", namespace)] == ["db-ipv4"]
