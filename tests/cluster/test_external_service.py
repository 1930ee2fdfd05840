"""`ExternalService` on a real control plane."""

import json
import subprocess
import sys
from collections.abc import Callable
from textwrap import dedent

import pytest

from components import ExternalService
from components.testing import render
from testbed.cluster import get, missing, names, uids, versions
from testbed.stack import Stack
from tools.cluster import Cluster
from tools.paths import ROOT

pytestmark = pytest.mark.both_kinds

PROGRAM = """
    from components import ExternalService

    ExternalService("orders-db", {{
        "namespace": "{namespace}",
        "addresses": {addresses},
        "ports": [
            {{"name": "postgres", "port": 5432}},
            {{"name": "metrics", "port": 80, "target_port": 9187, "app_protocol": "http"}},
        ],
        "labels": {{"team": "orders"}},
    }})
"""

ADDRESSES = ["192.0.2.10", "192.0.2.11", "2001:db8::10"]


def program(namespace: str, addresses: list[str] = ADDRESSES) -> str:
    return PROGRAM.format(namespace=namespace, addresses=addresses)


def test_live_objects_are_the_declared_ones(cluster: Cluster, stack: Stack, namespace: str) -> None:
    args = {
        "namespace": namespace,
        "addresses": ADDRESSES,
        "ports": [
            {"name": "postgres", "port": 5432},
            {"name": "metrics", "port": 80, "target_port": 9187, "app_protocol": "http"},
        ],
        "labels": {"team": "orders"},
    }
    declared = render(lambda: ExternalService("orders-db", args))

    assert stack.write(program(namespace)).up() == {"created": 5}

    assert [one["kind"] for one in declared] == ["Service", "EndpointSlice", "EndpointSlice"]
    for manifest in declared:
        manifest["metadata"].pop("annotations")
        live = get(cluster, manifest["kind"], namespace, manifest["metadata"]["name"])
        assert missing(manifest, live) == []
    service = get(cluster, "service", namespace, "orders-db")
    assert "selector" not in service["spec"]
    assert service["spec"]["ipFamilies"] == ["IPv4", "IPv6"]

    row = json.loads(of_stack(stack, "explain", "orders-db", "-o", "json"))
    assert (row["namespace"], row["verdict"]) == (namespace, "sound")
    backends = [one["address"] for part in row["path"]["endpoints"] for one in part["backends"]]
    assert sorted(backends) == sorted(ADDRESSES)
    drawn = of_stack(stack, "diagram")
    assert [one for one in ADDRESSES if f"+ {one}" not in drawn] == []
    assert drawn.count("-->") == 3


def of_stack(stack: Stack, command: str, *arguments: str) -> str:
    """Return what a command prints of what a stack's last update left."""
    python = [sys.executable, "-m", "components", command, *arguments]
    chosen = ["--stack", stack.name, "--cwd", str(stack.folder)]
    done = subprocess.run(
        [*python, *chosen], cwd=ROOT, env=stack.variables(), capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_second_up_changes_nothing(stack: Stack, namespace: str) -> None:
    stack.write(program(namespace)).up()

    assert stack.up() == {"unchanged": 5}
    assert stack.up("--refresh") == {"unchanged": 5}


def test_one_changed_address_writes_one_slice(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(program(namespace)).up()
    before = versions(cluster, "endpointslices,services", namespace)

    stack.write(program(namespace, ["192.0.2.10", "192.0.2.99", "2001:db8::10"]))

    assert stack.up() == {"updated": 1, "unchanged": 4}
    after = versions(cluster, "endpointslices,services", namespace)
    assert {name for name in after if after[name] != before[name]} == {"orders-db-ipv4"}


def test_destroy_leaves_nothing(cluster: Cluster, stack: Stack, namespace: str) -> None:
    stack.write(program(namespace)).up()

    stack.destroy()

    assert names(cluster, "services,endpointslices,endpoints", namespace) == []


def test_a_label_selector_finds_exactly_the_declared_slices(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(program(namespace)).up()

    found = names(cluster, "endpointslices", namespace, "kubernetes.io/service-name=orders-db")

    assert found == ["orders-db-ipv4", "orders-db-ipv6"]
    assert names(cluster, "endpoints", namespace) == []


def test_headless_has_no_diff_on_the_second_up(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(f"""
        from components import ExternalService

        ExternalService("db", {{
            "namespace": "{namespace}",
            "headless": True,
            "backends": [{{"address": "192.0.2.10", "hostname": "db-0"}}],
            "ports": [{{"name": "postgres", "port": 5432}}],
        }})
    """)
    assert stack.up() == {"created": 4}

    assert stack.up("--refresh") == {"unchanged": 4}
    slice_ = get(cluster, "endpointslice", namespace, "db-ipv4")
    assert slice_["metadata"]["labels"]["service.kubernetes.io/headless"] == ""
    assert get(cluster, "service", namespace, "db")["spec"]["clusterIP"] == "None"


FLAT = """
    import pulumi
    from components import ExternalService

    ExternalService("{name}", {{
        "namespace": {namespace},
        "service_name": "orders-db",
        "addresses": ["192.0.2.10"],
        "ports": [{{"name": "postgres", "port": 5432}}],
    }}{opts})
"""

NESTED = """
    import pulumi

    class Platform(pulumi.ComponentResource):
        def __init__(self):
            super().__init__("acme:index:Platform", "platform")

    platform = Platform()
"""


def flat(namespace: str, *, name: str = "database", late: bool = False, opts: str = "") -> str:
    given = f'pulumi.Output.from_input("{namespace}")' if late else f'"{namespace}"'
    return dedent(FLAT.format(name=name, namespace=given, opts=opts))


def nested(namespace: str) -> str:
    return dedent(NESTED) + flat(namespace, opts=", pulumi.ResourceOptions(parent=platform)")


MOVES = {
    "renamed": (flat, lambda namespace: flat(namespace, name="renamed")),
    "nested in a component": (flat, nested),
    "its namespace becomes an Output": (flat, lambda namespace: flat(namespace, late=True)),
    "its namespace becomes plain": (lambda namespace: flat(namespace, late=True), flat),
    "renamed, with an Output namespace": (
        lambda namespace: flat(namespace, late=True),
        lambda namespace: flat(namespace, late=True, name="renamed"),
    ),
}


@pytest.mark.parametrize(("before", "after"), MOVES.values(), ids=MOVES)
def test_moving_a_component_keeps_the_objects(
    cluster: Cluster,
    stack: Stack,
    namespace: str,
    before: Callable[[str], str],
    after: Callable[[str], str],
) -> None:
    stack.write(before(namespace)).up()
    made = uids(cluster, "services,endpointslices", namespace)
    written = versions(cluster, "services,endpointslices", namespace)
    assert len(made) == 2

    stack.write(after(namespace)).up()

    assert uids(cluster, "services,endpointslices", namespace) == made
    assert versions(cluster, "services,endpointslices", namespace) == written


def test_a_namespace_from_configuration_can_be_written_out(
    cluster: Cluster, new_stack: Callable[..., Stack], namespace: str
) -> None:
    stack = new_stack(config={"kubernetes:namespace": namespace})
    stack.write(flat(namespace).replace(f'"namespace": "{namespace}",', "")).up()
    made = uids(cluster, "services,endpointslices", namespace)
    assert len(made) == 2

    stack.write(flat(namespace)).up()

    assert uids(cluster, "services,endpointslices", namespace) == made
