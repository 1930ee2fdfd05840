"""Each kind of provider behaves as its name says, shown by raw resources without our components."""

import json
from typing import Any

import pytest

from testbed.cluster import get, managers
from testbed.stack import Stack
from tools.client_side_create import ENVIRONMENT
from tools.cluster import Cluster
from tools.parts import CREATE, UPSERT
from tools.providers import Provider

pytestmark = pytest.mark.both_kinds

PROGRAM = """
    import pulumi
    from pulumi_kubernetes.core.v1 import ConfigMap

    made = ConfigMap("settings",
        metadata={{
            "name": "settings", "namespace": "{namespace}",
            "annotations": {{"pulumi.com/patchFieldManager": "tests"}},
            "labels": {{"level": "{level}"}},
        }},
        data={{"ours": "1"}},
    )
    pulumi.export("uid", made.metadata.uid)
"""
UPSERTING = """data={"ours": "1"},
        opts=pulumi.ResourceOptions(provider=pulumi.ProviderResource(
            "kubernetes", "upserting", {"upsertExistingObjects": "true"},
        )),"""
GROUP = """
    import pulumi
    import pulumi_kubernetes

    group = pulumi_kubernetes.yaml.v2.ConfigGroup("group", objs=[
        {{
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {{"name": "settings", "namespace": "{namespace}"}},
            "data": {{"ours": "1"}},
        }},
        {{
            "apiVersion": "v1", "kind": "Secret",
            "metadata": {{"name": "password", "namespace": "{namespace}"}},
            "stringData": {{"password": "in plain sight"}},
        }},
        {{
            "apiVersion": "v1", "kind": "Service",
            "metadata": {{
                "name": "web", "namespace": "{namespace}",
                "annotations": {{"pulumi.com/skipAwait": "true"}},
            }},
            "spec": {{"selector": {{"app": "web"}}, "ports": [{{"port": 80}}]}},
        }},
        {{
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {{"name": "none", "namespace": "{namespace}"}},
            "spec": {{"podSelector": {{}}}},
        }},
    ])
    pulumi.export("made", group.resources.apply(len))
"""
THEIRS = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "settings"},
    "data": {"theirs": "kept"},
}


@pytest.fixture
def existing(cluster: Cluster, namespace: str) -> dict[str, object]:
    cluster.kubectl("create", "-n", namespace, "-f", "-", given=json.dumps(THEIRS))
    return get(cluster, "configmap", namespace, "settings")


def test_a_new_object_has_the_manager_of_its_kind(
    cluster: Cluster, stack: Stack, namespace: str, provider: Provider
) -> None:
    stack.write(PROGRAM.format(namespace=namespace, level=1)).up()

    created = get(cluster, "configmap", namespace, "settings")
    assert managers(cluster, "configmap", namespace, "settings") == [
        ("pulumi-kubernetes", "Update") if provider.kind == CREATE else ("tests", "Apply")
    ]

    stack.write(PROGRAM.format(namespace=namespace, level=2)).up()

    updated = get(cluster, "configmap", namespace, "settings")
    assert updated["metadata"]["labels"]["level"] == "2"
    assert updated["metadata"]["uid"] == created["metadata"]["uid"]
    # The first update handed the fields over.
    assert managers(cluster, "configmap", namespace, "settings") == [("tests", "Apply")]


def test_creating_an_existing_object(
    cluster: Cluster,
    stack: Stack,
    namespace: str,
    existing: dict[str, Any],
    provider: Provider,
) -> None:
    done = stack.write(PROGRAM.format(namespace=namespace, level=1)).run(
        "up", "--yes", "--skip-preview"
    )

    live = get(cluster, "configmap", namespace, "settings")
    if provider.kind == UPSERT:
        assert done.returncode == 0, done.stdout
        assert live["data"] == {"theirs": "kept", "ours": "1"}
    else:
        assert done.returncode != 0, done.stdout
        assert 'configmaps "settings" already exists' in done.stdout
        assert "upsertExistingObjects" in done.stdout
        assert live == existing


def test_previewing_the_create_of_an_existing_object(
    stack: Stack, namespace: str, existing: dict[str, Any], provider: Provider
) -> None:
    stack.write(PROGRAM.format(namespace=namespace, level=1))

    assert stack.preview("--json=false")["to create"] == 2

    shown = stack.run("preview", "--diff").stdout
    seen = existing["metadata"]["uid"] in shown
    assert seen is (provider.kind == UPSERT), shown


@pytest.mark.parametrize("how", ["environment", "configuration", "provider"])
def test_upsert_can_be_turned_on(
    cluster: Cluster, stack: Stack, namespace: str, existing: dict[str, Any], how: str
) -> None:
    program = PROGRAM.format(namespace=namespace, level=1)
    if how == "environment":
        stack.environment[ENVIRONMENT] = "true"
    elif how == "provider":
        program = program.replace('data={"ours": "1"},', UPSERTING)
    else:
        stack.backend.pulumi(
            *("config", "set", "kubernetes:upsertExistingObjects", "true"),
            *("--stack", stack.name),
        )

    stack.write(program).up()

    live = get(cluster, "configmap", namespace, "settings")
    assert live["data"] == {"theirs": "kept", "ours": "1"}
    assert live["metadata"]["uid"] == existing["metadata"]["uid"]


def test_the_upsert_variable_is_ignored_unless_true(
    cluster: Cluster,
    stack: Stack,
    namespace: str,
    existing: dict[str, Any],
    provider: Provider,
) -> None:
    stack.environment[ENVIRONMENT] = "false"

    done = stack.write(PROGRAM.format(namespace=namespace, level=1)).run(
        "up", "--yes", "--skip-preview"
    )

    assert (done.returncode == 0) is (provider.kind == UPSERT), done.stdout
    live = get(cluster, "configmap", namespace, "settings")
    assert (live == existing) is (provider.kind == CREATE)


def test_a_patch_still_changes_what_exists(
    cluster: Cluster, stack: Stack, namespace: str, existing: dict[str, Any]
) -> None:
    patch = PROGRAM.replace("ConfigMap", "ConfigMapPatch").format(namespace=namespace, level=1)

    stack.write(patch).up()

    live = get(cluster, "configmap", namespace, "settings")
    assert live["data"] == {"theirs": "kept", "ours": "1"}
    assert live["metadata"]["uid"] == existing["metadata"]["uid"]


def test_components_of_the_provider_register_their_children(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(GROUP.format(namespace=namespace)).up()

    assert get(cluster, "configmap", namespace, "settings")["data"] == {"ours": "1"}
    assert get(cluster, "service", namespace, "web")["spec"]["ports"][0]["port"] == 80
    state = stack.backend.pulumi("stack", "export", "--stack", stack.name)
    children = {
        one["type"]: one["urn"].rpartition("::")[2]
        for one in json.loads(state)["deployment"]["resources"]
        if one.get("parent", "").endswith("kubernetes:yaml/v2:ConfigGroup::group")
    }
    assert children == {
        "kubernetes:core/v1:ConfigMap": f"group:{namespace}/settings",
        "kubernetes:core/v1:Secret": f"group:{namespace}/password",
        "kubernetes:core/v1:Service": f"group:{namespace}/web",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy": f"group:{namespace}/none",
    }
    assert "in plain sight" not in state
    assert stack.backend.pulumi("stack", "output", "made", "--stack", stack.name).strip() == "4"

    stack.destroy()
    assert "web" not in cluster.kubectl("get", "services", "-n", namespace)
