"""Replacements end with live objects: children are replaced delete-first (ADR 19)."""

from pathlib import Path

import pytest

from testbed.cluster import names, uids, watched
from testbed.stack import Stack
from tests.support.programs import external_service
from tools.cluster import Cluster

pytestmark = pytest.mark.both_kinds

PORTS = [{"name": "postgres", "port": 5432}]
KINDS = "services,endpointslices,endpoints"

ELSEWHERE = """
import pulumi
from components import ExternalService, provider

ExternalService(
    "db",
    {{
        "namespace": "{namespace}",
        "addresses": ["192.0.2.10"],
        "ports": [{{"name": "postgres", "port": 5432}}],
        "endpoint_api": "Both",
    }},
    pulumi.ResourceOptions(provider=provider("there", kubeconfig="{kubeconfig}")),
)
"""


def program(namespace: str, **args: object) -> str:
    given = {"addresses": ["192.0.2.10"], "ports": PORTS, **args}
    return external_service("db", namespace=namespace, **given)


def urn(kind: str, namespace: str, name: str) -> str:
    parent = "k8s-endpoints:index:ExternalService"
    return f"urn:pulumi:test::tests::{parent}${kind}::{namespace}/{name}"


@pytest.mark.parametrize(
    ("kind", "name", "replaced"),
    [
        ("kubernetes:core/v1:Service", "db", 3),
        ("kubernetes:discovery.k8s.io/v1:EndpointSlice", "db-ipv4", 1),
        ("kubernetes:core/v1:Endpoints", "db", 1),
    ],
)
def test_a_replaced_object_exists_afterwards(
    cluster: Cluster, stack: Stack, namespace: str, kind: str, name: str, replaced: int
) -> None:
    stack.write(program(namespace, endpoint_api="Both")).up()
    before = live(cluster, namespace)

    stack.up("--replace", urn(kind, namespace, name))

    after = live(cluster, namespace)
    assert after.keys() == before.keys()
    assert sum(after[key] != before[key] for key in before) >= replaced - 1
    assert stack.up("--refresh") == {"unchanged": 5}


def live(cluster: Cluster, namespace: str) -> dict[str, str]:
    """Return the UIDs of the objects by kind and name."""
    return {
        f"{kind}/{name}": uid
        for kind in KINDS.split(",")
        for name, uid in uids(cluster, kind, namespace).items()
    }


def test_another_address_of_the_same_cluster_leaves_every_object(
    cluster: Cluster, stack: Stack, namespace: str, tmp_path: Path
) -> None:
    text = cluster.kubeconfig.read_text()
    assert "https://127.0.0.1:" in text
    here, there = tmp_path / "here", tmp_path / "there"
    here.write_text(text)
    there.write_text(text.replace("https://127.0.0.1:", "https://localhost:"))
    stack.write(ELSEWHERE.format(namespace=namespace, kubeconfig=here)).up()
    before = live(cluster, namespace)

    stack.write(ELSEWHERE.format(namespace=namespace, kubeconfig=there)).up()

    assert live(cluster, namespace).keys() == before.keys()
    assert stack.up("--refresh") == {"unchanged": 6}


def test_a_split_and_a_merge_still_create_first(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    few = [f"192.0.2.{number}" for number in range(1, 4)]
    many = [f"192.0.2.{number}" for number in range(1, 9)]
    stack.write(program(namespace, addresses=few, max_endpoints_per_slice=4)).up()
    selector = "kubernetes.io/service-name=db"

    for addresses in (many, few):
        stack.write(program(namespace, addresses=addresses, max_endpoints_per_slice=4))
        started = len(names(cluster, "endpointslices", namespace))  # the watch lists these first
        with watched(cluster, "endpointslices", namespace, selector) as seen:
            stack.up()
        for state in seen.history[started:]:
            found = {
                address
                for one in state.values()
                for endpoint in one["endpoints"]
                for address in endpoint["addresses"]
            }
            assert found >= set(few)

    assert names(cluster, "endpointslices", namespace) == ["db-ipv4"]
