"""Two clusters in one program: objects of equal names stay separate."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from testbed.cluster import get, names, throw_away_cluster, versions
from testbed.stack import Stack
from tools.cluster import Cluster

KINDS = "services,endpointslices"
FORMS = {
    "components": """
    ExternalService(f"db-{name}", {**args, "logical_name": name}, opts)
""",
    "sets": """
    services = {"db": {**args, "logical_name": name}}
    ExternalServiceSet(f"all-{name}", {"services": services}, opts)
""",
}
PROGRAM = """
import pulumi
from components import ExternalService, ExternalServiceSet, provider

for name, kubeconfig, address in {clusters!r}:
    cluster = provider(name, kubeconfig=kubeconfig, cluster_identifier=name)
    opts = pulumi.ResourceOptions(provider=cluster)
    ports = [{{"name": "postgres", "port": 5432}}]
    args = {{"namespace": "{namespace}", "addresses": [address], "ports": ports}}
    args["service_name"] = "db"
"""


@pytest.fixture(scope="module")
def other() -> Iterator[Cluster]:
    """A second control plane."""
    with throw_away_cluster(name="k8s-endpoints-other") as made:
        yield made


def addresses(cluster: Cluster, namespace: str) -> list[str]:
    live = get(cluster, "endpointslice", namespace, "db-ipv4")
    return [one["addresses"][0] for one in live["endpoints"]]


@pytest.mark.parametrize("form", FORMS)
def test_two_clusters_stay_separate(
    cluster: Cluster, other: Cluster, namespace: str, tmp_path: Path, form: str
) -> None:
    other.kubectl("create", "namespace", namespace)
    stack = Stack(tmp_path, cluster.parts, kubeconfig=None)

    def write(east: str, west: str) -> Stack:
        clusters = [
            ("east", str(cluster.kubeconfig), east),
            ("west", str(other.kubeconfig), west),
        ]
        return stack.write(
            PROGRAM.format(clusters=clusters, namespace=namespace) + FORMS[form].strip("\n")
        )

    write("192.0.2.1", "192.0.2.2").up()
    assert addresses(cluster, namespace) == ["192.0.2.1"]
    assert addresses(other, namespace) == ["192.0.2.2"]
    assert stack.up("--refresh") == {"unchanged": 9}
    west = versions(other, KINDS, namespace)

    done = write("192.0.2.3", "192.0.2.2").up()
    assert done["updated"] == 1
    assert addresses(cluster, namespace) == ["192.0.2.3"]
    assert versions(other, KINDS, namespace) == west

    stack.destroy()
    assert names(cluster, KINDS, namespace) == names(other, KINDS, namespace) == []
