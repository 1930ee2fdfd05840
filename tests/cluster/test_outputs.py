"""Addresses and namespaces that are known only after something else has been made."""

import pytest

from testbed.cluster import get, names, versions
from testbed.stack import Stack
from tests.support.programs import LATE
from tools.cluster import Cluster

pytestmark = pytest.mark.both_kinds

BACKENDS = """
from components import ExternalService

late = Late("machines", {addresses})
ExternalService("db", {{
    "namespace": "{namespace}",
    "backends": [
        {{"id": f"machine-{{n}}", "address": late.made.apply(lambda made, n=n: made[n])}}
        for n in range({count})
    ],
    "ports": [{{"name": "postgres", "port": 5432}}],
    "slice_count": 2,
}})
"""

WHOLE_LIST = """
from components import ExternalService

late = Late("machines", {addresses})
service = ExternalService("db", {{
    "namespace": "{namespace}",
    "addresses": late.made,
    "ip_families": ["IPv4", "IPv6"],
    "slice_count": 2,
    "ports": [{{"name": "postgres", "port": 5432}}],
}})
pulumi.export("endpoints", service.endpoints)
"""


def live(cluster: Cluster, namespace: str) -> list[str]:
    slices = names(cluster, "endpointslices", namespace)
    return sorted(
        address
        for name in slices
        for endpoint in get(cluster, "endpointslice", namespace, name).get("endpoints") or []
        for address in endpoint["addresses"]
    )


def test_backends_with_addresses_unknown_at_preview_are_deployed(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    addresses = [f"192.0.2.{n}" for n in range(1, 7)]
    text = LATE + BACKENDS.format(addresses=addresses, count=6, namespace=namespace)

    assert stack.write(text).preview() == {"to create": 6}
    assert stack.up() == {"created": 6}
    assert live(cluster, namespace) == addresses
    assert stack.up() == {"unchanged": 6}


def test_a_change_of_one_late_address_writes_one_slice(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    addresses = [f"192.0.2.{n}" for n in range(1, 7)]
    stack.write(LATE + BACKENDS.format(addresses=addresses, count=6, namespace=namespace)).up()
    before = versions(cluster, "services,endpointslices", namespace)

    addresses[3] = "192.0.2.99"
    stack.write(LATE + BACKENDS.format(addresses=addresses, count=6, namespace=namespace)).up()

    after = versions(cluster, "services,endpointslices", namespace)
    assert len([name for name in after if after[name] != before[name]]) == 1
    assert live(cluster, namespace) == sorted(addresses)


def test_a_list_of_unknown_length_is_deployed(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    addresses = ["192.0.2.1", "192.0.2.2", "2001:db8::1"]
    text = LATE + WHOLE_LIST.format(addresses=addresses, namespace=namespace)

    assert stack.write(text).preview() == {"to create": 8}
    assert stack.up() == {"created": 8}

    assert live(cluster, namespace) == sorted(addresses)
    assert names(cluster, "endpointslices", namespace) == [
        "db-ipv4-0",
        "db-ipv4-1",
        "db-ipv6-0",
        "db-ipv6-1",
    ]
    assert stack.up("--refresh") == {"unchanged": 8}


def test_an_invalid_late_address_is_an_error_before_the_request(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    text = LATE + WHOLE_LIST.format(addresses=["192.0.2.1", "127.0.0.1"], namespace=namespace)
    assert stack.write(text).preview() == {"to create": 8}

    done = stack.run("up", "--yes", "--skip-preview")

    assert done.returncode != 0
    assert 'ExternalService "db": addresses[1]: Invalid value: "127.0.0.1": may not' in done.stdout
    assert "Traceback" not in done.stdout
    assert names(cluster, "endpointslices", namespace) == []
    assert stack.write(text.replace("127.0.0.1", "192.0.2.2")).up()["created"] >= 4
    assert live(cluster, namespace) == ["192.0.2.1", "192.0.2.2"]


def test_a_namespace_unknown_at_preview_is_deployed(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    text = (
        LATE
        + f"""
from components import ExternalService

late = Late("names", ["{namespace}"])
ExternalService("db", {{
    "namespace": late.made.apply(lambda made: made[0]),
    "addresses": ["192.0.2.1"],
    "ports": [{{"port": 5432}}],
}})
"""
    )
    assert stack.write(text).preview() == {"to create": 5}

    assert stack.up() == {"created": 5}

    assert live(cluster, namespace) == ["192.0.2.1"]
