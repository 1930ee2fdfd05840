"""Raw resources become components and back, and what kubectl made is adopted: every UID stays."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from testbed.cluster import get, names, uids, watched
from testbed.stack import Stack
from tests.support.raw import RESOURCES, raw
from tools.cluster import Cluster
from tools.parts import UPSERT
from tools.providers import Provider

pytestmark = pytest.mark.both_kinds

KINDS = "services,endpointslices,endpoints"

COMPONENT = """
import pulumi
from components import ExternalService

made = ExternalService("orders", {{
    "service_name": "db",
    "namespace": "{namespace}",
    "addresses": ["192.0.2.10"],
    "ports": [{{"name": "pg", "port": 5432}}],
    "endpoint_api": "Both",
    "adopt": {adopt},
}})
pulumi.export("hazards", made.hazards)
"""

IMPORTED = [{"kind": one["kind"]} for one in RESOURCES]


def component(namespace: str, adopt: list[dict[str, str]]) -> str:
    return COMPONENT.format(namespace=namespace, adopt=adopt)


def managers(cluster: Cluster, namespace: str) -> dict[str, set[str]]:
    """Return who owns more than status and metadata of each object, by kind."""
    text = cluster.kubectl("get", KINDS, "-n", namespace, "--show-managed-fields", "-o", "json")
    return {
        one["kind"]: {entry["manager"] for entry in one["metadata"]["managedFields"]}
        for one in json.loads(text)["items"]
    }


def live(cluster: Cluster, namespace: str) -> dict[str, str]:
    """Return the UIDs of the objects by kind and name."""
    return {
        f"{kind}/{name}": uid
        for kind in KINDS.split(",")
        for name, uid in uids(cluster, kind, namespace).items()
    }


def values(cluster: Cluster, kind: str, namespace: str, name: str) -> dict[str, Any]:
    """Return an object without what every write changes."""
    found = get(cluster, kind, namespace, name)
    for field in ("resourceVersion", "annotations", "generation"):
        found["metadata"].pop(field, None)
    return found


def test_raw_resources_become_a_component_and_back(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(raw(namespace)).up()
    before = live(cluster, namespace)
    assert len(before) == 3

    stack.write(component(namespace, RESOURCES))
    assert "to delete" not in stack.preview()
    done = stack.run("up", "--yes", "--skip-preview")
    assert done.returncode == 0, done.stdout
    assert "warning: co-owned" not in done.stdout
    assert "deleted" not in done.stdout
    assert live(cluster, namespace) == before
    ours = {f"k8s-endpoints/{stack.project}/{stack.name}"}
    assert managers(cluster, namespace) == dict.fromkeys(
        ["Service", "EndpointSlice", "Endpoints"], ours
    )

    adopted = values(cluster, "service", namespace, "db")
    done = stack.write(component(namespace, [])).run("up", "--yes", "--skip-preview")
    assert done.returncode == 0, done.stdout
    assert "co-owned" not in done.stdout
    assert values(cluster, "service", namespace, "db") == adopted
    assert stack.up() == {"unchanged": 5}
    assert "co-owned" not in stack.run("stack", "output").stdout

    stack.write(raw(namespace))
    assert "to delete" in stack.preview(), "the component itself"
    stack.up()
    assert live(cluster, namespace) == before
    assert stack.up() == {"unchanged": 4}


@pytest.mark.parametrize("command", [["preview"], ["up", "--yes", "--skip-preview"]], ids=str)
@pytest.mark.parametrize("adopted", [0, 1, 2])
def test_without_adoption_no_live_object_is_lost(
    cluster: Cluster,
    stack: Stack,
    namespace: str,
    command: list[str],
    adopted: int,
    provider: Any,
) -> None:
    stack.write(raw(namespace)).up()
    before = live(cluster, namespace)

    stack.write(component(namespace, RESOURCES[:adopted]))
    for _ in range(3):
        done = stack.run(*command)

        if command == ["preview"] and provider.kind == "create":
            assert done.returncode == 0, "the provider does not look"
        else:
            assert done.returncode != 0
            assert "`adopt`" in done.stdout
        assert live(cluster, namespace) == before


FORGET = re.compile(r"`pulumi state delete '([^']+)'`")


@pytest.mark.parametrize("adopted", [True, False], ids=["adopt", "back"])
def test_the_remedy_of_a_refused_up_keeps_the_live_objects(
    cluster: Cluster, stack: Stack, namespace: str, adopted: bool, provider: Provider
) -> None:
    """A provider that upserts has recorded the Service for the component by then: the raw resource
    of the same object would be deleted once it is adopted, and the component's once it is taken
    out.
    """
    stack.write(raw(namespace)).up()
    before = live(cluster, namespace)
    refused = stack.write(component(namespace, [])).run("up", "--yes", "--skip-preview")
    assert refused.returncode != 0

    recorded = set(FORGET.findall(refused.stdout))
    if provider.kind == UPSERT:
        stack.write(component(namespace, RESOURCES))
        for command in (["preview"], ["up", "--yes", "--skip-preview"]):
            done = stack.run(*command)
            assert done.returncode != 0
            assert "adopt[0].resource: Forbidden: the state already holds Service" in done.stdout
            assert set(FORGET.findall(done.stdout)) == recorded
            assert live(cluster, namespace) == before
        (urn,) = recorded
        assert stack.run("state", "delete", urn, "--yes").returncode == 0
    stack.write(component(namespace, RESOURCES) if adopted else raw(namespace)).up()

    assert live(cluster, namespace) == before
    assert "deleted" not in stack.up()


@pytest.mark.parametrize("command", [["preview"], ["up", "--yes", "--skip-preview"]], ids=str)
@pytest.mark.parametrize(
    "adopt", [RESOURCES, [{"kind": "Service", "resource": "nobody"}]], ids=["name", "nobody"]
)
def test_an_adopted_resource_that_the_stack_lacks_stops_the_run(
    cluster: Cluster, stack: Stack, namespace: str, command: list[str], adopt: Any
) -> None:
    stack.write(raw(namespace, "another-slice")).up()
    before = live(cluster, namespace)

    done = stack.write(component(namespace, adopt)).run(*command)

    assert done.returncode != 0
    assert 'ExternalService "orders": adopt[' in done.stdout
    assert "would be created: the stack has no such resource" in done.stdout
    assert live(cluster, namespace) == before


def test_slices_of_other_names_are_created_first_and_deleted_last(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(raw(namespace, "another-slice")).up()
    before = uids(cluster, "services,endpoints", namespace)

    adopt = [entry for entry in RESOURCES if entry["kind"] != "EndpointSlice"]
    stack.write(component(namespace, adopt))
    with watched(cluster, "endpointslices", namespace, "kubernetes.io/service-name=db") as seen:
        stack.up()

    assert names(cluster, "endpointslices", namespace) == ["db-ipv4"]
    assert all(state for state in seen.history), "there was a slice at every moment"
    assert uids(cluster, "services,endpoints", namespace) == before


@pytest.mark.parametrize("flags", [[], ["--server-side"]], ids=["apply", "apply --server-side"])
def test_objects_made_by_kubectl_are_adopted(
    cluster: Cluster, new_stack: Callable[..., Stack], namespace: str, flags: list[str]
) -> None:
    source = new_stack(project="source").write(raw(namespace))
    source.up()
    text = cluster.kubectl("get", KINDS, "-n", namespace, "-o", "json")
    items = [clean(one) for one in json.loads(text)["items"]]
    source.destroy()
    given = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    cluster.kubectl("apply", "-n", namespace, *flags, "-f", "-", given=given)
    before = live(cluster, namespace)
    stack = new_stack()

    stack.write(component(namespace, IMPORTED)).preview()
    stack.up()
    assert live(cluster, namespace) == before
    done = stack.write(component(namespace, [])).run("up", "--yes", "--skip-preview")
    assert done.returncode == 0, done.stdout
    assert stack.up() == {"unchanged": 5}
    assert live(cluster, namespace) == before


def clean(found: dict[str, Any]) -> dict[str, Any]:
    metadata = {
        key: found["metadata"][key] for key in ("name", "labels") if key in found["metadata"]
    }
    kept = {key: value for key, value in found.items() if key not in ("metadata", "status")}
    return {**kept, "metadata": metadata}


def test_a_missing_object_is_not_adopted(cluster: Cluster, stack: Stack, namespace: str) -> None:
    done = stack.write(component(namespace, IMPORTED)).run("up", "--yes", "--skip-preview")

    assert done.returncode != 0
    assert names(cluster, "services,endpointslices", namespace) == []
