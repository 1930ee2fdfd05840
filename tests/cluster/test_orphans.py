"""`k8s-endpoints orphans` finds what a stack has lost, within its permissions, and nothing else."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from testbed.cluster import names
from testbed.stack import Stack
from tests.support.accounts import grant, kubeconfig, rule
from tests.support.orphans import listed, orphans
from tests.support.programs import external_service
from tools.cluster import Cluster

pytestmark = pytest.mark.both_kinds

BOTH = "services,endpointslices,endpoints"
MADE = {("Service", "db"), ("EndpointSlice", "db-ipv4"), ("Endpoints", "db")}


def program(namespace: str, name: str = "db") -> str:
    return external_service(
        name,
        namespace=namespace,
        addresses=["192.0.2.10"],
        ports=[{"name": "postgres", "port": 5432}],
        endpoint_api="Both",
    )


@pytest.fixture
def lost(new_stack: Callable[..., Stack], namespace: str) -> Stack:
    """A stack whose state has lost its objects."""
    stack = new_stack(project=f"lost-in-{namespace}")
    stack.write(program(namespace)).up()
    forget(stack)
    return stack


def forget(stack: Stack) -> None:
    done = stack.run("state", "delete", "--all", "--force", "--yes")
    assert done.returncode == 0, done.stdout


def test_a_stack_that_holds_its_objects_has_no_orphans(
    new_stack: Callable[..., Stack], namespace: str
) -> None:
    stack = new_stack(project=f"held-in-{namespace}").write(program(namespace))
    stack.up()
    assert listed(stack) == {}


def test_adopted_orphans_keep_their_identity(cluster: Cluster, lost: Stack, namespace: str) -> None:
    before = identities(cluster, namespace)
    assert listed(lost) == dict.fromkeys(MADE, "")
    assert identities(cluster, namespace) == before

    done = orphans(lost, "--delete", "--yes")  # the program declares them
    assert done.returncode == 1
    assert identities(cluster, namespace) == before

    done = orphans(lost, "--adopt", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert identities(cluster, namespace) == before
    assert lost.preview() == {"unchanged": 5}


def test_orphans_that_the_program_does_not_declare_are_deleted(
    cluster: Cluster, lost: Stack, namespace: str
) -> None:
    lost.write(program(namespace, "other"))
    done = orphans(lost, "--adopt", "--yes")
    assert done.returncode == 1
    assert "the program declares none of them" in done.stdout

    done = orphans(lost, "--delete")
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert names(cluster, "services", namespace) == ["db"]

    done = orphans(lost, "--delete", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert {*names(cluster, BOTH, namespace)} == set()


def test_a_program_that_fails_deletes_nothing(
    cluster: Cluster, lost: Stack, namespace: str
) -> None:
    lost.write("raise ValueError('broken')")
    done = orphans(lost, "--delete", "--yes")
    assert done.returncode == 2
    assert "so what it declares is unknown" in done.stderr
    assert names(cluster, "services", namespace) == ["db"]


def test_objects_of_a_former_owner_are_orphans_until_another_stack_has_that_name(
    cluster: Cluster, lost: Stack, namespace: str
) -> None:
    done = lost.run("stack", "rename", "renamed")
    assert done.returncode == 0, done.stdout
    lost.name = "renamed"
    assert listed(lost) == {}
    former = ("--owner", f"{lost.project}/test")
    assert listed(lost, *former) == dict.fromkeys(MADE, "")

    lost.backend.pulumi("stack", "init", "test", "--no-select")
    assert {*listed(lost, *former).values()} == {
        f"another stack has the owner {lost.project}/test too"
    }
    lost.write("")
    done = orphans(lost, *former, "--delete", "--yes")
    assert done.returncode == 1
    assert names(cluster, "services", namespace) == ["db"]


def test_former_owners_are_read_from_the_state(lost: Stack, namespace: str) -> None:
    lost.write(program(namespace, "kept")).up()
    lost.run("stack", "rename", "renamed")
    lost.name = "renamed"
    assert listed(lost) == dict.fromkeys(MADE, "")


def test_orphans_are_looked_for_where_permissions_allow_and_the_report_says_where(
    cluster: Cluster, lost: Stack, namespace: str, tmp_path: Path
) -> None:
    allowed = [rule("", "services", ["list"]), rule("discovery.k8s.io", "endpointslices", ["list"])]
    grant(cluster, namespace, allowed)
    options = ("--kubeconfig", str(kubeconfig(cluster, namespace, tmp_path / "account.json")))

    nowhere = orphans(lost, *options)  # the rights show no namespaces, and the state knows none
    assert nowhere.returncode == 2
    assert "your permissions do not allow listing any of these objects" in nowhere.stderr

    done = orphans(lost, *options, "--namespace", namespace, "--namespace", "default")
    assert done.returncode == 1
    assert f"looked for Service in {namespace}; your permissions exclude default" in done.stdout
    assert (
        f"looked for Endpoints nowhere; your permissions exclude default, {namespace}"
        in done.stdout
    )
    found = listed(lost, *options, "--namespace", namespace)
    assert found == dict.fromkeys(MADE - {("Endpoints", "db")}, "")


def identities(cluster: Cluster, namespace: str) -> dict[str, str]:
    items = json.loads(cluster.kubectl("get", BOTH, "-n", namespace, "-o", "json"))["items"]
    return {f"{one['kind']} {one['metadata']['name']}": one["metadata"]["uid"] for one in items}
