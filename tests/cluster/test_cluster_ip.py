"""A pinned cluster IP on a real control plane: written at create, and kept from then on."""

import pytest

from testbed.cluster import get, uids, versions
from testbed.stack import Stack
from tests.support.programs import component, external_service
from tools.cluster import Cluster

BASE = {"addresses": ["192.0.2.10"], "ports": [{"name": "http", "port": 80}]}
KINDS = "services,endpointslices"
UPS = [["preview"], ["up", "--yes", "--skip-preview"]]


def address(number: int, namespace: str) -> str:
    """Return an address of the cluster's range that only this test uses."""
    return f"10.96.{number}.{200 + int(namespace.partition('-')[2]) % 50}"


def program(namespace: str, **args: object) -> str:
    return external_service("web", namespace=namespace, **{**BASE, **args})


def test_a_pinned_address_is_deployed_and_has_no_diff(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    pinned = address(200, namespace)
    stack.write(program(namespace, cluster_ip=pinned)).up()
    before = versions(cluster, KINDS, namespace)

    assert get(cluster, "service", namespace, "web")["spec"]["clusterIP"] == pinned
    assert stack.up() == {"unchanged": 4}
    assert stack.up("--refresh") == {"unchanged": 4}
    stack.write(program(namespace))
    assert stack.up() == {"unchanged": 4}, "taken away"
    stack.write(program(namespace, cluster_ip=pinned))
    assert stack.up() == {"unchanged": 4}, "given again"
    assert versions(cluster, KINDS, namespace) == before


def test_the_address_of_a_live_service_can_be_pinned(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(program(namespace)).up()
    live = get(cluster, "service", namespace, "web")["spec"]["clusterIP"]

    assert stack.write(program(namespace, cluster_ip=live)).up() == {"unchanged": 4}
    other = program(namespace, cluster_ip=live, type="NodePort")
    assert stack.write(other).up()["updated"] == 1
    assert get(cluster, "service", namespace, "web")["spec"]["clusterIP"] == live


@pytest.mark.parametrize("command", UPS, ids=str)
@pytest.mark.parametrize("was_pinned", [True, False])
def test_a_live_service_does_not_get_another_address(
    cluster: Cluster, stack: Stack, namespace: str, was_pinned: bool, command: list[str]
) -> None:
    pinned = {"cluster_ip": address(201, namespace)} if was_pinned else {}
    stack.write(program(namespace, **pinned)).up()
    live = get(cluster, "service", namespace, "web")["spec"]["clusterIP"]
    before = versions(cluster, KINDS, namespace)

    wanted = address(202, namespace)
    done = stack.write(program(namespace, cluster_ip=wanted)).run(*command)

    assert done.returncode != 0
    assert (
        f'cluster_ip: Invalid value: "{wanted}": a live Service keeps its cluster IP, which is'
        f" {live} (leave `cluster_ip` out, or "
    ) in done.stdout
    assert "Traceback" not in done.stdout
    assert versions(cluster, KINDS, namespace) == before


def test_an_address_can_be_pinned_after_a_targeted_destroy(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(program(namespace)).up()
    kind = "k8s-endpoints:index:ExternalService$kubernetes:core/v1:Service"
    urn = f"urn:pulumi:test::tests::{kind}::{namespace}/web"
    flags = ["--target", urn, "--target-dependents", "--yes", "--skip-preview"]
    assert stack.run("destroy", *flags).returncode == 0

    pinned = address(203, namespace)
    stack.write(program(namespace, cluster_ip=pinned)).up()

    assert get(cluster, "service", namespace, "web")["spec"]["clusterIP"] == pinned


def test_an_address_of_a_second_family_can_be_pinned(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    args = {"addresses": ["2001:db8::10"], "cluster_ip": "FD00:10:96::c8", "ip_families": ["IPv6"]}
    stack.write(program(namespace, **args)).up()

    assert get(cluster, "service", namespace, "web")["spec"]["clusterIP"] == "fd00:10:96::c8"
    assert stack.up("--refresh") == {"unchanged": 4}


def test_an_alias_does_not_become_a_service_of_a_pinned_address(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    alias = component(
        "ExternalNameService", "web", namespace=namespace, external_name="api.example.com"
    )
    stack.write(alias).up()
    before = uids(cluster, "services", namespace)

    done = stack.write(program(namespace, cluster_ip=address(204, namespace))).run("preview")

    assert done.returncode != 0
    assert "a live Service keeps its cluster IP" in done.stdout
    assert uids(cluster, "services", namespace) == before
    assert stack.write(program(namespace)).up()["updated"] == 1
