"""What docs/recovery.md says about objects that exist and that the state does not hold."""

import json
from pathlib import Path

import pytest

from testbed.cluster import get, names, uids
from testbed.stack import Stack
from tests.support.programs import external_service
from tools.client_side_create import ENVIRONMENT
from tools.cluster import Cluster
from tools.parts import CREATE
from tools.providers import Provider

pytestmark = pytest.mark.both_kinds

KINDS = "services,endpointslices"
UP = ("up", "--yes", "--skip-preview")
TOKENS = {
    "kubernetes:core/v1:Service": "orders-db",
    "kubernetes:discovery.k8s.io/v1:EndpointSlice": "orders-db-ipv4",
}
FOREIGN_SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "orders-db"},
    "spec": {
        "selector": {"app": "another-teams"},
        "ports": [{"name": "postgres", "port": 5432, "protocol": "TCP", "targetPort": 5432}],
    },
}
FOREIGN_SLICE = {
    "apiVersion": "discovery.k8s.io/v1",
    "kind": "EndpointSlice",
    "metadata": {"name": "orders-db-ipv4"},
    "addressType": "IPv4",
    "endpoints": [{"addresses": ["203.0.113.9"], "conditions": {"ready": True}}],
    "ports": [{"name": "postgres", "port": 5432, "protocol": "TCP"}],
}


def program(namespace: str, address: str = "192.0.2.10") -> str:
    ports = [{"name": "postgres", "port": 5432}]
    return external_service("orders-db", namespace=namespace, addresses=[address], ports=ports)


def forget(stack: Stack, folder: Path) -> dict[str, str]:
    """Leave the objects in the cluster and take them out of the state; return URNs by type."""
    exported = json.loads(stack.backend.pulumi("stack", "export", "--stack", stack.name))
    resources = exported["deployment"]["resources"]
    exported["deployment"]["resources"] = [one for one in resources if one["type"] not in TOKENS]
    file = folder / "forgotten.json"
    file.write_text(json.dumps(exported))
    stack.backend.pulumi("stack", "import", "--stack", stack.name, "--file", str(file))
    return {one["type"]: one["urn"] for one in resources}


def assert_whole(cluster: Cluster, stack: Stack, namespace: str, before: dict[str, str]) -> None:
    """The same objects, known to the state, and they can be changed without a conflict."""
    assert uids(cluster, KINDS, namespace) == before
    assert stack.up().keys() == {"unchanged"}
    stack.write(program(namespace, "192.0.2.11")).up()
    live = get(cluster, "endpointslice", namespace, "orders-db-ipv4")
    assert [one["addresses"] for one in live["endpoints"]] == [["192.0.2.11"]]
    assert uids(cluster, KINDS, namespace) == before


def test_a_plain_up_takes_over_or_fails_as_the_table_says(
    cluster: Cluster, stack: Stack, namespace: str, provider: Provider, tmp_path: Path
) -> None:
    stack.write(program(namespace)).up()
    before = uids(cluster, KINDS, namespace)
    forget(stack, tmp_path)

    for _ in range(2):
        done = stack.run(*UP)
        assert (done.returncode == 0) is (provider.kind != CREATE), done.stdout
        if provider.kind == CREATE:
            assert 'services "orders-db" already exists' in done.stdout
    assert uids(cluster, KINDS, namespace) == before


def test_an_up_with_the_variable_takes_over(
    cluster: Cluster, stack: Stack, namespace: str, tmp_path: Path
) -> None:
    stack.write(program(namespace)).up()
    before = uids(cluster, KINDS, namespace)
    forget(stack, tmp_path)
    stack.environment[ENVIRONMENT] = "true"
    assert stack.up()["created"] == len(TOKENS)
    del stack.environment[ENVIRONMENT]

    assert_whole(cluster, stack, namespace, before)


def test_objects_are_imported_one_by_one(
    cluster: Cluster, stack: Stack, namespace: str, tmp_path: Path
) -> None:
    stack.write(program(namespace)).up()
    before = uids(cluster, KINDS, namespace)
    urns = forget(stack, tmp_path)
    parent = next(urn for kind, urn in urns.items() if kind.endswith(":ExternalService"))
    for kind, name in TOKENS.items():
        path = f"{namespace}/{name}"
        done = stack.run(
            *("import", kind, path, path, "--parent", f"database={parent}", "--yes"),
            *("--protect=false", "--generate-code=false", "--skip-preview"),
        )
        assert done.returncode == 0, done.stdout
        assert uids(cluster, KINDS, namespace) == before

    assert "created" not in stack.up()

    assert_whole(cluster, stack, namespace, before)


def test_the_variable_does_not_take_over_a_service_with_a_selector(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    cluster.kubectl("apply", "-n", namespace, "-f", "-", given=json.dumps(FOREIGN_SERVICE))
    before = get(cluster, "service", namespace, "orders-db")
    stack.environment[ENVIRONMENT] = "true"

    done = stack.write(program(namespace)).run("up", "--yes")

    assert done.returncode != 0
    assert 'selector "app=another-teams"' in done.stdout
    assert get(cluster, "service", namespace, "orders-db") == before
    assert "orders-db-ipv4" not in names(cluster, "endpointslices", namespace)


def test_the_variable_does_not_take_over_a_slice_of_another_owner(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    cluster.kubectl("create", "-n", namespace, "-f", "-", given=json.dumps(FOREIGN_SLICE))
    before = get(cluster, "endpointslice", namespace, "orders-db-ipv4")
    stack.environment[ENVIRONMENT] = "true"

    done = stack.write(program(namespace)).run(*UP)

    assert done.returncode != 0
    assert "conflict" in done.stdout
    assert get(cluster, "endpointslice", namespace, "orders-db-ipv4") == before


def test_excluding_a_new_service_with_its_dependents_leaves_a_whole_state(
    stack: Stack, namespace: str
) -> None:
    urn = (
        f"urn:pulumi:{stack.name}::{stack.project}::k8s-endpoints:index:ExternalService"
        f"$kubernetes:core/v1:Service::{namespace}/orders-db"
    )
    stack.write(program(namespace))
    assert stack.run(*UP, "--exclude", urn).returncode != 0
    assert stack.run(*UP).returncode != 0  # the state is broken
    repaired = stack.run("state", "repair", "--yes")
    assert repaired.returncode == 0, repaired.stdout
    stack.environment[ENVIRONMENT] = "true"
    stack.up()
    del stack.environment[ENVIRONMENT]
    stack.destroy()

    stack.up("--exclude", urn, "--exclude-dependents")
    stack.up()
