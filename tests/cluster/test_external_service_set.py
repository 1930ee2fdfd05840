"""`ExternalServiceSet` on a real control plane."""

from collections.abc import Callable, Mapping
from textwrap import dedent
from typing import Any

import pytest

from components import ExternalServiceSet
from components.testing import render
from testbed.cluster import get, missing, names, uids, versions
from testbed.stack import Stack
from tools.cluster import Cluster
from tools.parts import CREATE
from tools.providers import Provider

pytestmark = pytest.mark.both_kinds

KINDS = "services,endpointslices,endpoints"
ORDERS: dict[str, Any] = {
    "service_name": "orders-db",
    "addresses": ["192.0.2.10", "2001:db8::10"],
    "ports": [{"name": "postgres", "port": 5432}],
}
CARTS: dict[str, Any] = {
    "addresses": ["192.0.2.20"],
    "ports": [{"name": "mysql", "port": 3306}],
    "endpoint_api": "Both",
}

HEAD = """
import pulumi
from components import ExternalService, ExternalServiceSet

class Platform(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("acme:index:Platform", name)

def within(name):
    return pulumi.ResourceOptions(parent=Platform(name))
"""


def single(namespace: str, opts: str = "None", **args: Any) -> str:
    given = {**ORDERS, "namespace": namespace, **args}
    return f"ExternalService('orders-db', {given!r}, {opts})\n"


def many(
    namespace: str, *, name: str = "databases", key: str = "orders-db", opts: str = "None"
) -> str:
    return of({key: ORDERS}, namespace, name, opts)


def of(
    services: Mapping[str, Any], namespace: str, name: str = "databases", opts: str = "None"
) -> str:
    placed = {key: {**args, "namespace": namespace} for key, args in services.items()}
    return f"ExternalServiceSet({name!r}, {{'services': {placed!r}}}, {opts})\n"


def late(namespace: str) -> str:
    given = f"pulumi.Output.from_input({namespace!r})"
    return many(namespace).replace(f"'namespace': {namespace!r}", f"'namespace': {given}")


def nested(namespace: str) -> str:
    return many(namespace, opts="within('platform')")


MOVES: dict[str, tuple[Callable[[str], str], Callable[[str], str]]] = {
    "from an ExternalService": (single, many),
    "to an ExternalService": (many, single),
    "to another key": (many, lambda namespace: many(namespace, key="orders")),
    "to a set of another name": (many, lambda namespace: many(namespace, name="renamed")),
    "into a component": (many, nested),
    "from an ExternalService into a component": (single, nested),
    "within a component, from an ExternalService": (
        lambda namespace: single(namespace, "within('platform')"),
        nested,
    ),
    "within a component, to an ExternalService": (
        nested,
        lambda namespace: single(namespace, "within('platform')"),
    ),
    "from a namespace to an Output of it": (many, late),
    "from an ExternalService, and to an Output of its namespace": (single, late),
    "from an Output of its namespace, to an ExternalService in a component": (
        late,
        lambda namespace: single(namespace, "within('platform')"),
    ),
}


@pytest.mark.parametrize(("before", "after"), MOVES.values(), ids=MOVES)
def test_a_service_that_moves_between_components_stays_unchanged(
    cluster: Cluster,
    stack: Stack,
    namespace: str,
    before: Callable[[str], str],
    after: Callable[[str], str],
) -> None:
    stack.write(dedent(HEAD) + before(namespace)).up()
    made = uids(cluster, KINDS, namespace)
    written = versions(cluster, KINDS, namespace)
    assert len(made) == 3

    stack.write(dedent(HEAD) + after(namespace)).up()

    assert uids(cluster, KINDS, namespace) == made
    assert versions(cluster, KINDS, namespace) == written
    assert "created" not in stack.up(), "the state holds them by their new names"


def test_services_of_all_kinds_swap_places_in_one_up(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    def carts(namespace: str) -> str:
        return f"ExternalService('carts-db', { ({**CARTS, 'namespace': namespace})!r})\n"

    stack.write(HEAD + carts(namespace) + many(namespace)).up()
    made = uids(cluster, KINDS, namespace)
    written = versions(cluster, KINDS, namespace)

    stack.write(HEAD + single(namespace) + of({"carts-db": CARTS}, namespace, "others")).up()

    assert uids(cluster, KINDS, namespace) == made
    assert versions(cluster, KINDS, namespace) == written


def test_live_objects_are_the_declared_ones(cluster: Cluster, stack: Stack, namespace: str) -> None:
    services = {"orders-db": ORDERS, "carts-db": CARTS}
    placed: Any = {key: {**args, "namespace": namespace} for key, args in services.items()}
    declared = render(lambda: ExternalServiceSet("databases", {"services": placed}))

    assert stack.write(HEAD + of(services, namespace)).up() == {"created": 8}

    for manifest in declared:
        manifest["metadata"].pop("annotations")
        live = get(cluster, manifest["kind"], namespace, manifest["metadata"]["name"])
        assert missing(manifest, live) == []
    assert stack.up("--refresh") == {"unchanged": 8}


def test_adding_or_removing_a_service_writes_its_objects_alone(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(HEAD + of({"orders-db": ORDERS}, namespace)).up()
    before = versions(cluster, KINDS, namespace)

    stack.write(HEAD + of({"carts-db": CARTS, "orders-db": ORDERS}, namespace))
    assert stack.up() == {"created": 3, "unchanged": 5}
    assert versions(cluster, KINDS, namespace).items() >= before.items()

    stack.write(HEAD + of({"orders-db": ORDERS}, namespace))
    assert stack.up() == {"deleted": 3, "unchanged": 5}
    assert versions(cluster, KINDS, namespace) == before
    stack.destroy()
    assert names(cluster, KINDS, namespace) == []


def test_a_foreign_service_is_refused_by_path_and_the_others_are_deployed(
    cluster: Cluster, stack: Stack, namespace: str, provider: Provider
) -> None:
    foreign = ["create", "service", "clusterip", "carts-db", "--tcp=3306"]
    cluster.kubectl(*foreign, "-n", namespace)
    before = versions(cluster, "services", namespace)
    stack.write(HEAD + of({"orders-db": ORDERS, "carts-db": CARTS}, namespace))

    done = stack.run("preview")

    if provider.kind == CREATE:  # its preview sees nothing of the live object
        assert done.returncode == 0, done.stdout
        done = stack.run("up", "--yes", "--skip-preview", "--continue-on-error")
        assert done.returncode != 0
        assert 'services "carts-db" already exists' in done.stdout
        assert "Traceback" not in done.stdout
        after = versions(cluster, "services", namespace)
        assert after["carts-db"] == before["carts-db"]
        ours = "endpointslice.kubernetes.io/managed-by=k8s-endpoints.pulumi"
        slices = names(cluster, "endpointslices", namespace, ours)
        assert slices == ["orders-db-ipv4", "orders-db-ipv6"]
        return
    assert done.returncode != 0
    reason = (
        'services[carts-db].service_name: Invalid value: "carts-db": the Service already exists'
    )
    assert f'ExternalServiceSet "databases": {reason} ' in done.stdout
    assert "Traceback" not in done.stdout
    assert versions(cluster, "services", namespace) == before
