"""Permissions that the deployer lacks: the error names the rule, and with it a re-run continues."""

import time

import pytest

from testbed.cluster import get, names, versions
from testbed.stack import Stack
from tests.support.accounts import WRITE, grant, kubeconfig, rule
from tests.support.programs import external_service
from tools.cluster import Cluster
from tools.parts import CREATE
from tools.providers import Provider

pytestmark = pytest.mark.both_kinds

SERVICES = rule("", "services")
SLICES = rule("discovery.k8s.io", "endpointslices")
UP = ("up", "--yes", "--skip-preview")


def program(namespace: str, address: str = "192.0.2.10", **args: object) -> str:
    ports = [{"name": "postgres", "port": 5432}]
    return external_service("db", namespace=namespace, addresses=[address], ports=ports, **args)


def refused(
    namespace: str, verb: str, resource: str = "endpointslices", group: str = "discovery.k8s.io"
) -> str:
    """Return what is said of a missing rule: its verb, resource, API group and namespace."""
    return (
        f'User "system:serviceaccount:{namespace}:deployer" cannot {verb} resource "{resource}"'
        f' in API group "{group}" in the namespace "{namespace}"'
    )


@pytest.fixture
def deployer(cluster: Cluster, stack: Stack, namespace: str) -> Stack:
    """The stack, deployed with the rights on Services alone."""
    grant(cluster, namespace, [SERVICES])
    stack.kubeconfig = kubeconfig(cluster, namespace, stack.folder / "kubeconfig")
    return stack


@pytest.fixture
def creating(provider: Provider) -> str:
    """The verb that the provider asks for first, to create."""
    return "create" if provider.kind == CREATE else "patch"


def errors(said: str) -> str:
    """Return what the summary at the end of `pulumi up` calls errors."""
    return said[said.index("Diagnostics:") :]


def test_missing_rights_on_slices_are_named_and_a_rerun_continues(
    cluster: Cluster, deployer: Stack, namespace: str, creating: str
) -> None:
    done = deployer.write(program(namespace)).run(*UP)

    assert done.returncode != 0
    assert refused(namespace, creating) in errors(done.stdout)
    assert "db-ipv4" in errors(done.stdout)
    assert "Traceback" not in done.stdout
    assert names(cluster, "services,endpointslices", namespace) == ["db"]

    grant(cluster, namespace, [SERVICES, SLICES])
    before = versions(cluster, "services", namespace)
    assert deployer.up() == {"created": 1, "unchanged": 3}
    assert versions(cluster, "services", namespace) == before
    assert names(cluster, "endpointslices", namespace) == ["db-ipv4"]


def test_a_revoked_right_is_named_and_nothing_is_lost(
    cluster: Cluster, deployer: Stack, namespace: str
) -> None:
    grant(cluster, namespace, [SERVICES, SLICES])
    deployer.write(program(namespace)).up()
    reading = rule("discovery.k8s.io", "endpointslices", ["get", "list", "watch"])
    grant(cluster, namespace, [SERVICES, reading])

    changed = deployer.write(program(namespace, "192.0.2.99")).run(*UP)
    destroyed = deployer.run("destroy", "--yes", "--skip-preview")

    assert changed.returncode != 0
    assert refused(namespace, "patch") in errors(changed.stdout)
    assert destroyed.returncode != 0
    assert refused(namespace, "delete") in errors(destroyed.stdout)
    slice_ = get(cluster, "endpointslice", namespace, "db-ipv4")
    assert slice_["endpoints"][0]["addresses"] == ["192.0.2.10"]
    assert names(cluster, "services", namespace) == ["db"]

    grant(cluster, namespace, [SERVICES, SLICES])
    assert deployer.up() == {"updated": 1, "unchanged": 3}
    deployer.destroy()
    assert names(cluster, "services,endpointslices", namespace) == []


@pytest.mark.parametrize("verb", sorted({*WRITE} - {"get", "list", "watch", "create"}))
def test_every_verb_of_the_documented_role_is_needed(
    cluster: Cluster, deployer: Stack, namespace: str, verb: str
) -> None:
    others = [one for one in WRITE if one != verb]
    grant(cluster, namespace, [SERVICES, rule("discovery.k8s.io", "endpointslices", others)])

    steps = (
        lambda: deployer.write(program(namespace)).run(*UP),
        lambda: deployer.write(program(namespace, "192.0.2.99")).run(*UP),
        lambda: deployer.run("destroy", "--yes", "--skip-preview"),
    )
    done = next(done for step in steps if (done := step()).returncode != 0)

    assert refused(namespace, verb) in errors(done.stdout)


@pytest.mark.parametrize(
    "args", [{}, {"headless": True}, {"type": "NodePort"}, {"type": "LoadBalancer"}], ids=str
)
def test_an_up_without_rights_on_endpoints_succeeds_without_waiting(
    cluster: Cluster, deployer: Stack, namespace: str, args: dict[str, object]
) -> None:
    grant(cluster, namespace, [SERVICES, SLICES])

    began = time.monotonic()
    done = deployer.write(program(namespace, **args)).run(*UP)

    assert done.returncode == 0, done.stdout
    assert "forbidden" not in done.stdout
    assert time.monotonic() - began < 30  # the provider's own patience is ten minutes


def test_a_legacy_endpoints_object_needs_the_right_on_endpoints(
    cluster: Cluster, deployer: Stack, namespace: str, creating: str
) -> None:
    grant(cluster, namespace, [SERVICES, SLICES])

    done = deployer.write(program(namespace, endpoint_api="Both")).run(*UP)

    assert done.returncode != 0
    assert refused(namespace, creating, "endpoints", "") in errors(done.stdout)
    grant(cluster, namespace, [SERVICES, SLICES, rule("", "endpoints")])
    assert deployer.up() == {"created": 1, "unchanged": 4}
