"""One Service of ten thousand backends: one change writes one slice."""

from testbed.cluster import names, versions
from testbed.stack import Stack
from tools.cluster import Cluster

PROGRAM = """
from components import ExternalService

backends = [
    {{"id": f"machine-{{n}}", "address": f"10.{{100 + n // 65536}}.{{n // 256 % 256}}.{{n % 256}}"}}
    for n in range(1, {count} + 1)
]
{change}
ExternalService("fleet", {{
    "namespace": "{namespace}",
    "backends": backends,
    "ports": [{{"name": "http", "port": 80}}],
}})
"""


CHANGES = {
    "remove": "del backends[5]",
    "add": 'backends.append({"id": "another", "address": "10.200.0.1"})',
    "replace": 'backends[77]["address"] = "10.200.0.2"',
}


def test_one_changed_backend_writes_one_slice(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    count = 10_000
    stack.write(PROGRAM.format(count=count, change="", namespace=namespace)).up()
    before = versions(cluster, "services,endpointslices", namespace)
    slices = names(cluster, "endpointslices", namespace)
    assert count / 100 <= len(slices) <= 1.6 * count / 100

    changes = ""
    for name, change in CHANGES.items():
        changes += f"{change}\n"
        stack.write(PROGRAM.format(count=count, change=changes, namespace=namespace)).up()

        after = versions(cluster, "services,endpointslices", namespace)
        assert after.keys() == before.keys(), name
        assert len([one for one in after if after[one] != before[one]]) == 1, name
        before = after
