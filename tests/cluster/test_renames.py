"""Renamed stacks and projects keep their objects and their owner (ADR 20)."""

import json
import re
import shlex
from collections.abc import Callable
from typing import Any

import pytest

from testbed.cluster import get, uids, versions
from testbed.stack import Stack
from tests.support.programs import external_service
from tools.cluster import Cluster

pytestmark = pytest.mark.both_kinds

KINDS = "services,endpointslices,endpoints"
OWNER = "pulumi.com/patchFieldManager"


def program(namespace: str, **args: object) -> str:
    given = {
        "addresses": ["192.0.2.10"],
        "ports": [{"name": "postgres", "port": 5432}],
        "endpoint_api": "Both",
        **args,
    }
    return external_service("db", namespace=namespace, **given)


def owner(cluster: Cluster, namespace: str) -> str:
    found = get(cluster, "service", namespace, "db")["metadata"]["annotations"][OWNER]
    return str(found)


def test_a_renamed_stack_changes_nothing(cluster: Cluster, stack: Stack, namespace: str) -> None:
    stack.write(program(namespace)).up()
    before = versions(cluster, KINDS, namespace)

    renamed = stack.run("stack", "rename", "renamed")
    assert renamed.returncode == 0, renamed.stdout
    stack.name = "renamed"
    assert stack.up("--refresh") == {"unchanged": 5}
    assert versions(cluster, KINDS, namespace) == before

    stack.write(program(namespace, addresses=["192.0.2.11"])).up()
    assert owner(cluster, namespace) == "k8s-endpoints/tests/test"
    done = stack.write(program(namespace, addresses=["192.0.2.12"])).run("up", "--yes")
    assert done.returncode == 0, done.stdout
    assert "co-owned" not in done.stdout


def test_a_renamed_project_changes_nothing(cluster: Cluster, stack: Stack, namespace: str) -> None:
    stack.write(program(namespace)).up()
    before = versions(cluster, KINDS, namespace)

    renamed = stack.run("stack", "rename", "organization/another/test")
    assert renamed.returncode == 0, renamed.stdout
    file = stack.folder / "Pulumi.yaml"
    file.write_text(file.read_text().replace("name: tests", "name: another"))
    assert stack.up("--refresh") == {"unchanged": 5}
    assert versions(cluster, KINDS, namespace) == before


def test_an_export_into_another_stack_changes_nothing(
    cluster: Cluster, new_stack: Callable[..., Stack], namespace: str
) -> None:
    first = new_stack().write(program(namespace))
    first.up()
    before = versions(cluster, KINDS, namespace)
    second = new_stack(name="second").write(program(namespace))
    exported = first.run("stack", "export").stdout
    for old, new in (("urn:pulumi:test::", "urn:pulumi:second::"), ("tests-test", "tests-second")):
        exported = exported.replace(old, new)
    file = second.folder / "exported.json"
    file.write_text(exported)
    imported = second.run("stack", "import", "--file", str(file))
    assert imported.returncode == 0, imported.stdout

    assert second.up() == {"unchanged": 5}
    assert versions(cluster, KINDS, namespace) == before


def lose(stack: Stack) -> None:
    """Forget all that the stack has deployed."""
    empty: dict[str, Any] = json.loads(stack.run("stack", "export").stdout)
    empty["deployment"]["resources"] = []
    file = stack.folder / "empty.json"
    file.write_text(json.dumps(empty))
    done = stack.run("stack", "import", "--force", "--file", str(file))
    assert done.returncode == 0, done.stdout


def test_a_renamed_and_lost_stack_is_an_error_with_the_remedy(
    cluster: Cluster, stack: Stack, namespace: str, provider: Any
) -> None:
    stack.write(program(namespace)).up()
    before = uids(cluster, KINDS, namespace)
    stack.run("stack", "rename", "renamed")
    stack.name = "renamed"
    lose(stack)

    done = stack.run("up", "--yes", "--skip-preview")
    assert done.returncode != 0
    assert uids(cluster, KINDS, namespace) == before
    assert "pulumi config set k8s-endpoints:owner" in done.stdout
    if provider.kind == "create":
        shown = re.search(r"`kubectl ([^`]+)`", done.stdout)
        assert shown is not None, done.stdout
        former = cluster.kubectl(*shlex.split(shown[1])).removeprefix("k8s-endpoints/")
    else:
        remedy = re.search(r"k8s-endpoints:owner ([\w/-]+)", done.stdout)
        assert remedy is not None, done.stdout
        former = remedy[1]
    assert former == "tests/test"

    stack.run("config", "set", "k8s-endpoints:owner", former)
    stack.environment["PULUMI_K8S_UPSERT_EXISTING_OBJECTS"] = "true"
    stack.up()
    assert uids(cluster, KINDS, namespace) == before
    del stack.environment["PULUMI_K8S_UPSERT_EXISTING_OBJECTS"]
    assert stack.up() == {"unchanged": 5}


def test_state_of_an_older_version_upgrades_without_a_write(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    """The children had neither `ignore_changes` of the manager nor `delete_before_replace`."""
    stack.write(program(namespace)).up()
    before = versions(cluster, KINDS, namespace)
    exported = json.loads(stack.run("stack", "export").stdout)
    for resource in exported["deployment"]["resources"]:
        for option in ("ignoreChanges", "deleteBeforeReplace", "resourceHooks"):
            resource.pop(option, None)
    file = stack.folder / "older.json"
    file.write_text(json.dumps(exported))
    assert stack.run("stack", "import", "--file", str(file)).returncode == 0

    assert stack.up() == {"unchanged": 5}
    assert versions(cluster, KINDS, namespace) == before


def test_a_secret_owner_is_refused(stack: Stack, namespace: str) -> None:
    stack.run("config", "set", "--secret", "k8s-endpoints:owner", "hidden/owner")

    done = stack.write(program(namespace)).run("preview")

    assert done.returncode != 0
    assert "k8s-endpoints:owner: must not be a secret" in done.stdout
    assert "hidden/owner" not in done.stdout
    assert "Traceback" not in done.stdout
