"""Results of sources are compared with the last deployment, so that none loses half by accident."""

import json

import pytest

from testbed.cluster import get, names, uids, versions
from testbed.stack import Stack
from tests.support.programs import LATE
from tools.cluster import Cluster

pytestmark = pytest.mark.both_kinds

PROGRAM = """
from components import ExternalService, ExternalServiceSet
from components.sources import read

class Machines:
    query = "machines(role=db)"

    def __init__(self, numbers, prefix="192.0.2."):
        self.numbers, self.prefix = numbers, prefix

    def __call__(self):
        for number in self.numbers:
            name = f"m-{{number}}{{self.prefix[0]}}"
            yield {{"id": name, "address": f"{{self.prefix}}{{number}}"}}

def machines(numbers, **more):
    return read(Machines(numbers, **more), allow_empty=True)

PORTS = [{{"name": "postgres", "port": 5432}}]
COMMON = {{"namespace": "{namespace}", "service_name": "db", "ports": PORTS}}
{last}
"""
UP = ["up", "--yes", "--skip-preview"]
COMMANDS = [["preview"], UP, [*UP, "--continue-on-error"]]


def program(namespace: str, numbers: object, more: str = "", name: str = "db") -> str:
    last = f'ExternalService("{name}", {{**COMMON, "backends": machines({numbers}), {more}}})'
    return PROGRAM.format(namespace=namespace, last=last)


def addresses(cluster: Cluster, namespace: str) -> list[str]:
    """Return the addresses of all slices."""
    text = cluster.kubectl("get", "endpointslices", "-n", namespace, "-o", "json")
    return sorted(
        address
        for one in json.loads(text)["items"]
        for endpoint in one.get("endpoints") or ()
        for address in endpoint["addresses"]
    )


@pytest.mark.parametrize("command", COMMANDS, ids=["preview", "up", "continue-on-error"])
def test_a_result_that_shrank_too_much_changes_nothing(
    cluster: Cluster, stack: Stack, namespace: str, command: list[str]
) -> None:
    stack.write(program(namespace, "range(1, 5)")).up()
    before = versions(cluster, "services,endpointslices", namespace)

    stack.write(program(namespace, "[1]"))
    for _ in range(2):  # a run that failed does not forget
        done = stack.run(*command)

        assert done.returncode != 0
        assert (
            'ExternalService "db": backends: Forbidden: machines(role=db): 1 found, 4 at the last'
            " deployment; gone: m-21 (192.0.2.2), m-31 (192.0.2.3), m-41 (192.0.2.4) (check where"
            " they went; if that is intended, set `allow_shrink` for one up)"
        ) in done.stdout
        assert "Traceback" not in done.stdout
        assert versions(cluster, "services,endpointslices", namespace) == before

    stack.destroy()
    assert names(cluster, "services,endpointslices", namespace) == []


def test_an_ordinary_change_writes_one_slice(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    more = '"slice_count": 4'
    assert stack.write(program(namespace, "range(1, 11)", more)).up()["created"] == 4 + 4
    before = versions(cluster, "services,endpointslices", namespace)

    for numbers in ("range(1, 10)", "range(2, 10)", "[*range(2, 10), 12]"):
        assert stack.write(program(namespace, numbers, more)).up() == {
            "updated": 1,
            "unchanged": 7,
        }
        after = versions(cluster, "services,endpointslices", namespace)
        assert len([name for name in after if after[name] != before[name]]) == 1
        before = after


def test_backends_of_slices_that_would_be_deleted_count(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    """A slice that is deleted has no update, and most of these are: the record tells."""
    more = '"max_endpoints_per_slice": 1'
    stack.write(program(namespace, "range(1, 9)", more)).up()
    before = versions(cluster, "services,endpointslices", namespace)

    for command in COMMANDS:
        done = stack.write(program(namespace, "[1, 2, 3]", more)).run(*command)
        assert done.returncode != 0
        assert "machines(role=db): 3 found, 8 at the last deployment" in done.stdout
        assert versions(cluster, "services,endpointslices", namespace) == before
    stack.write(program(namespace, "[1, 2, 3, 4]", more)).up()
    assert len(addresses(cluster, namespace)) == 4


def test_backends_of_a_family_that_disappears_count(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    def both(v4: str, v6: str) -> str:
        backends = f'machines({v4}) + machines({v6}, prefix="2001:db8::")'
        last = f'ExternalService("db", {{**COMMON, "backends": {backends}}})'
        return PROGRAM.format(namespace=namespace, last=last)

    stack.write(both("range(1, 3)", "range(1, 5)")).up()
    before = versions(cluster, "services,endpointslices", namespace)

    done = stack.write(both("range(1, 3)", "[]")).run(*UP)

    assert done.returncode != 0
    assert "2 found, 6 at the last deployment; gone: m-12 (2001:db8::1), " in done.stdout
    assert versions(cluster, "services,endpointslices", namespace) == before


def test_results_are_compared_across_renames(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    def in_a_set(key: str, numbers: str) -> str:
        services = f'{{"{key}": {{**COMMON, "backends": machines({numbers})}}}}'
        last = f'ExternalServiceSet("databases", {{"services": {services}}})'
        return PROGRAM.format(namespace=namespace, last=last)

    stack.write(program(namespace, "range(1, 5)")).up()
    before = uids(cluster, "services,endpointslices", namespace)
    for text in (
        program(namespace, "[1]", name="orders"),
        in_a_set("orders", "[1]"),
    ):
        done = stack.write(text).run(*UP)
        assert done.returncode != 0
        assert "machines(role=db): 1 found, 4 at the last deployment" in done.stdout
    assert stack.write(in_a_set("orders", "range(1, 5)")).up()["unchanged"] == 5
    done = stack.write(in_a_set("carts", "[1]")).run("preview")
    assert 'ExternalServiceSet "databases": services[carts].backends: Forbidden' in done.stdout
    assert uids(cluster, "services,endpointslices", namespace) == before
    assert stack.run("stack", "rename", "other").returncode == 0
    stack.name = "other"
    done = stack.write(in_a_set("orders", "[1]")).run("preview")
    assert "machines(role=db): 1 found, 4 at the last deployment" in done.stdout


def test_a_targeted_up_does_not_reset_the_comparison(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(program(namespace, "range(1, 5)")).up()
    before = versions(cluster, "services,endpointslices", namespace)
    kind = "k8s-endpoints:index:ExternalService$kubernetes:core/v1:Service"
    service = f"urn:pulumi:test::tests::{kind}::{namespace}/db"

    stack.write(program(namespace, "[1]")).up("--target", service)
    done = stack.run(*UP)

    assert done.returncode != 0
    assert (
        "machines(role=db): 1 found, 3 to 6 at the last deployment; gone: unknown, because an up"
        " with --target or --exclude came in between"
    ) in done.stdout
    assert versions(cluster, "services,endpointslices", namespace) == before
    stack.write(program(namespace, "range(1, 5)")).up()
    done = stack.write(program(namespace, "[1]")).run("preview")
    assert "1 found, 4 at the last deployment; gone: m-21 (192.0.2.2), " in done.stdout


def test_an_allowed_shrink_is_deployed(cluster: Cluster, stack: Stack, namespace: str) -> None:
    stack.write(program(namespace, "range(1, 5)")).up()
    assert stack.write(program(namespace, "[1]", '"max_shrink": 0.75')).up()["updated"] == 2
    assert addresses(cluster, namespace) == ["192.0.2.1"]
    stack.write(program(namespace, "range(1, 5)")).up()

    stack.write(program(namespace, "[1]", '"allow_shrink": True')).up()
    assert addresses(cluster, namespace) == ["192.0.2.1"]
    assert stack.write(program(namespace, "[1]")).up() == {"unchanged": 5}

    done = stack.write(program(namespace, "[]")).run("preview")
    assert "a Service without backends refuses every connection" in done.stdout
    stack.write(program(namespace, "[]", '"allow_empty": True')).up()
    assert names(cluster, "endpointslices", namespace) == []
    assert stack.up("--refresh") == {"unchanged": 3}
    stack.write(program(namespace, "range(1, 5)")).up()
    assert len(addresses(cluster, namespace)) == 4


def test_backends_by_hand_are_compared_on_request(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    def by_hand(numbers: str, more: str = "") -> str:
        listed = f'[f"192.0.2.{{number}}" for number in {numbers}]'
        last = f'ExternalService("db", {{**COMMON, "addresses": {listed}, {more}}})'
        return PROGRAM.format(namespace=namespace, last=last)

    stack.write(by_hand("range(1, 5)", '"max_shrink": 0.5')).up()
    before = versions(cluster, "services,endpointslices", namespace)
    done = stack.write(by_hand("[1]", '"max_shrink": 0.5')).run(*UP)
    assert done.returncode != 0
    assert (
        "backends: Forbidden: 1 found, 4 at the last deployment; gone: 192.0.2.2, " in done.stdout
    )
    assert versions(cluster, "services,endpointslices", namespace) == before
    stack.write(by_hand("[1]")).up()
    assert addresses(cluster, namespace) == ["192.0.2.1"]


def late(namespace: str, numbers: str) -> str:
    return f"""{LATE}
from components import ExternalService

addresses = [f"192.0.2.{{number}}" for number in {numbers}]
ExternalService("db", {{
    "namespace": "{namespace}",
    "addresses": Late("machines", addresses).made,
    "slice_count": 4,
    "max_shrink": 0.5,
    "ports": [{{"name": "postgres", "port": 5432}}],
}})
"""


def test_addresses_that_are_outputs_are_compared(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(late(namespace, "range(1, 9)")).up()
    assert len(addresses(cluster, namespace)) == 8
    before = versions(cluster, "services,endpointslices", namespace)

    preview = stack.write(late(namespace, "[1, 2]")).run("preview")
    assert preview.returncode == 0, "not known yet"
    done = stack.run(*UP)

    assert done.returncode != 0
    assert (
        "backends: Forbidden: 2 found, 8 at the last deployment; gone: 192.0.2.3, " in done.stdout
    )
    assert versions(cluster, "services,endpointslices", namespace) == before
    stack.write(late(namespace, "range(1, 5)")).up()
    assert len(addresses(cluster, namespace)) == 4


def test_secret_addresses_are_compared_and_not_shown(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    def secret(numbers: str) -> str:
        listed = f'pulumi.Output.secret([f"192.0.2.{{number}}" for number in {numbers}])'
        last = (
            "import pulumi\n"
            f'ExternalService("db", {{**COMMON, "addresses": {listed}, "slice_count": 1,'
            ' "max_shrink": 0.5})'
        )
        return PROGRAM.format(namespace=namespace, last=last)

    stack.write(secret("range(1, 5)")).up()
    done = stack.write(secret("[1]")).run("preview")
    assert done.returncode != 0
    assert "1 found, 4 at the last deployment; gone: [3 secret]" in done.stdout
    assert "192.0.2." not in done.stdout
    state = (stack.folder / "state" / ".pulumi" / "stacks" / "tests" / "test.json").read_text()
    assert "BackendRecord" in state
    assert "192.0.2.3" not in state
    live = get(cluster, "endpointslice", namespace, "db-ipv4")
    assert len(live["endpoints"]) == 4
