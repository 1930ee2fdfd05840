"""IP families: from one to both and back, on single-stack and dual-stack clusters."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from testbed.cluster import get, names, throw_away_cluster
from testbed.stack import Stack
from tests.support.programs import external_service
from tools.cluster import Cluster
from tools.providers import Provider

V4 = ["192.0.2.10"]
V6 = ["2001:db8::10"]
pytestmark = pytest.mark.both_kinds

PORTS = [{"name": "postgres", "port": 5432}]


def program(namespace: str, addresses: list[str], **args: object) -> str:
    return external_service("db", namespace=namespace, addresses=addresses, ports=PORTS, **args)


def families(cluster: Cluster, namespace: str) -> list[str]:
    return get(cluster, "service", namespace, "db")["spec"]["ipFamilies"]


def test_ipv4_can_become_dual_stack(cluster: Cluster, stack: Stack, namespace: str) -> None:
    stack.write(program(namespace, V4)).up()
    assert families(cluster, namespace) == ["IPv4"]
    address = get(cluster, "service", namespace, "db")["spec"]["clusterIP"]

    stack.write(program(namespace, [*V4, *V6])).up()

    assert families(cluster, namespace) == ["IPv4", "IPv6"]
    assert get(cluster, "service", namespace, "db")["spec"]["clusterIP"] == address
    assert names(cluster, "endpointslices", namespace) == ["db-ipv4", "db-ipv6"]
    assert stack.up("--refresh") == {"unchanged": 5}


def test_ipv6_can_become_dual_stack(cluster: Cluster, stack: Stack, namespace: str) -> None:
    stack.write(program(namespace, V6, ip_families=["IPv6"])).up()
    assert families(cluster, namespace) == ["IPv6"]

    stack.write(program(namespace, [*V4, *V6], ip_families=["IPv6", "IPv4"])).up()

    assert families(cluster, namespace) == ["IPv6", "IPv4"]
    assert stack.up("--refresh") == {"unchanged": 5}


def test_dual_stack_can_become_ipv4(cluster: Cluster, stack: Stack, namespace: str) -> None:
    stack.write(program(namespace, [*V4, *V6])).up()

    stack.write(program(namespace, V4)).up()

    assert names(cluster, "endpointslices", namespace) == ["db-ipv4"]
    assert families(cluster, namespace)[0] == "IPv4"
    assert stack.up("--refresh") == {"unchanged": 4}


@pytest.mark.parametrize("args", [{}, {"ip_families": ["IPv6"]}], ids=["inferred", "declared"])
@pytest.mark.parametrize("command", [["preview"], ["up", "--yes", "--skip-preview"]], ids=str)
def test_the_primary_family_cannot_be_removed(
    cluster: Cluster, stack: Stack, namespace: str, args: dict[str, object], command: list[str]
) -> None:
    stack.write(program(namespace, [*V4, *V6])).up()

    done = stack.write(program(namespace, V6, **args)).run(*command)

    assert done.returncode != 0
    assert (
        'ip_families: Invalid value: "IPv6": the primary IP family of a live Service cannot change;'
        " it is IPv4"
    ) in done.stdout
    assert "pulumi destroy --target" in done.stdout
    assert names(cluster, "endpointslices", namespace) == ["db-ipv4", "db-ipv6"]


@pytest.fixture(scope="module")
def single_stack_cluster() -> Iterator[Cluster]:
    with throw_away_cluster(name="k8s-endpoints-single", service_range="10.96.0.0/16") as made:
        yield made


@pytest.fixture
def single_stack(single_stack_cluster: Cluster, tmp_path: Path, provider: Provider) -> Stack:
    parts = provider.among(single_stack_cluster.parts)
    return Stack(tmp_path, parts, single_stack_cluster.kubeconfig)


def test_backends_of_a_family_that_the_cluster_lacks_are_a_hazard(
    single_stack_cluster: Cluster, single_stack: Stack
) -> None:
    done = single_stack.write(program("default", [*V4, *V6])).run("up", "--yes", "--skip-preview")

    assert done.returncode == 0, done.stdout
    assert families(single_stack_cluster, "default") == ["IPv4"]
    assert done.stdout.count("warning: family-unserved: endpoints of an IP family") >= 1
    assert "family-unserved" in single_stack.run("stack", "output", "hazards").stdout
    assert single_stack.up("--refresh") == {"unchanged": 5}
    single_stack.destroy()


def test_a_headless_service_has_both_families_on_a_single_stack_cluster(
    single_stack_cluster: Cluster, single_stack: Stack
) -> None:
    single_stack.write(program("default", V4, headless=True)).up()

    assert families(single_stack_cluster, "default") == ["IPv4", "IPv6"]
    assert single_stack.up("--refresh") == {"unchanged": 4}
    single_stack.destroy()
