"""An enforced `EgressPolicy` lets packets through to what its arguments allow, and nowhere else.

The enforcer is not ours. The client stands for the Pod that the policy selects: the Pod has its
addresses.
"""

import asyncio
import json
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from testbed.cluster import wait_for_accounts
from testbed.dataplane.enforcer import enforcing
from testbed.dataplane.network import CLIENT
from testbed.dataplane.rig import Rig
from testbed.stack import Stack

Target = tuple[str, int]
"""An address and a port."""

PORTS = (5432, 8080, 9187)
_PATIENCE = 20.0
_GRACE = 1.0
"""How much later than the last one that is allowed a connection that is not would be made."""

PROGRAM = """
    import pulumi
    from components import EgressPolicy, ExternalService, egress_destination

    given = {{"namespace": "{namespace}"}}
    database = {{
        **given, "addresses": {database}, "ports": [{{"port": 80, "target_port": 5432}}],
    }}
    allowed = EgressPolicy("web", {{
        **given,
        "pod_selector": {{"app": "web"}},
        "to": [
            egress_destination(database),
            {{"addresses": ["{other}"], "ports": [{{"port": 8080}}]}},
            {{"cidrs": ["{block}"], "ports": [{{"port": 9187}}]}},
        ],
    }})
    ExternalService("db", database, pulumi.ResourceOptions(depends_on=[allowed]))
    ExternalService("denied", {{**database, "addresses": {denied}}})
"""


def run_client_as_pod(rig: Rig, namespace: str) -> None:
    """Run a Pod, and give it the addresses of the client."""
    cluster, chosen = rig.cluster, ["-n", namespace]
    wait_for_accounts(cluster, [namespace])
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "web", "image": "web"}]},
    }
    cluster.kubectl("create", "-f", "-", *chosen, given=json.dumps(pod))
    cluster.kubectl("wait", "pod/web", "--for=condition=Ready", "--timeout=60s", *chosen)
    status = {"podIP": CLIENT[0], "podIPs": [{"ip": address} for address in CLIENT]}
    how = ["--subresource=status", "--type=merge", "-p", json.dumps({"status": status})]
    cluster.kubectl("patch", "pod", "web", *how, *chosen)


def reached(rig: Rig, targets: Collection[Target], expected: Collection[Target]) -> set[Target]:
    """Connect to all at once, and return which connections are made.

    Args:
        rig: The rig, whose client connects.
        targets: Where to.
        expected: Those that are waited for.
    """

    async def connect(found: set[Target], target: Target) -> None:
        with suppress(OSError):
            _, writer = await asyncio.open_connection(*target)
            writer.close()
            found.add(target)

    async def connect_all() -> set[Target]:
        found: set[Target] = set()
        tasks = {target: asyncio.create_task(connect(found, target)) for target in targets}
        await asyncio.wait([tasks[target] for target in expected], timeout=_PATIENCE)
        await asyncio.sleep(_GRACE)
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        return found

    return rig.client.namespace.run(lambda: asyncio.run(connect_all()))


def test_packets_reach_what_the_arguments_allow_and_nothing_else(
    rig: Rig, stack: Stack, namespace: str, tmp_path: Path
) -> None:
    database, other, third, denied = rig.hosts[:4]
    run_client_as_pod(rig, namespace)
    stack.write(
        PROGRAM.format(
            namespace=namespace,
            database=[database.v4(), database.v6()],
            other=other.v6(),
            block=f"{third.ranges[0]}",
            denied=[denied.v4(), denied.v6()],
        )
    ).up()
    rig.settle()
    services = {
        name: {(rig.address(f"{name}.{namespace}.svc", kind), 80) for kind in ("A", "AAAA")}
        for name in ("db", "denied")
    }
    targets = services["db"] | services["denied"]
    targets |= {
        (address, port)
        for host in rig.hosts[:4]
        for address in (host.v4(), host.v6())
        for port in PORTS
    }
    allowed = services["db"] | {(database.v4(), 5432), (database.v6(), 5432)}
    allowed |= {(other.v6(), 8080), (third.v4(), 9187)}

    assert reached(rig, targets, targets) == targets
    with enforcing(rig, tmp_path / "enforcer.log"):
        assert reached(rig, targets, allowed) == allowed
    assert reached(rig, targets, targets) == targets
