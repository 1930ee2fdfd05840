"""`provider` on a real control plane: what a change of provider does to live objects."""

from collections.abc import Callable

import pytest

from testbed.cluster import uids, versions
from testbed.stack import Stack
from tools.cluster import Cluster

pytestmark = pytest.mark.both_kinds

PROGRAM = """
    import pulumi
    from components import ExternalServiceSet, provider

    services = {{"db": {{"addresses": ["192.0.2.10"], "ports": [{{"port": 5432}}], {place}}}}}
    ExternalServiceSet("databases", {{"services": services}}, {opts})
"""

KINDS = "services,endpointslices"
DEFAULT = "None"


def quick(**settings: object) -> str:
    given = "".join(f", {name}={value!r}" for name, value in settings.items())
    return f"pulumi.ResourceOptions(provider=provider('quick'{given}))"


def program(opts: str, namespace: str | None) -> str:
    return PROGRAM.format(opts=opts, place=f"'namespace': {namespace!r}" if namespace else "")


def contents(cluster: Cluster, address: str = "127.0.0.1") -> str:
    """Return the cluster's kubeconfig, with its address written in one way or another."""
    return cluster.kubeconfig.read_text().replace("https://127.0.0.1", f"https://{address}")


Opts = Callable[[Cluster], str]
MOVES: dict[str, tuple[Opts, Opts]] = {
    "from the default one": (lambda _: DEFAULT, lambda _: quick()),
    "to the default one": (lambda _: quick(), lambda _: DEFAULT),
    "to a kubeconfig": (lambda _: quick(), lambda cluster: quick(kubeconfig=contents(cluster))),
    "from the default one, to a kubeconfig": (
        lambda _: DEFAULT,
        lambda cluster: quick(kubeconfig=contents(cluster)),
    ),
    "from a path to contents": (
        lambda cluster: quick(kubeconfig=str(cluster.kubeconfig)),
        lambda cluster: quick(kubeconfig=contents(cluster)),
    ),
    "to another name": (lambda _: quick(), lambda _: quick().replace("quick", "other")),
    "to other limits": (lambda _: quick(), lambda _: quick(qps=500, burst=1000)),
    "to an identifier": (
        lambda cluster: quick(kubeconfig=contents(cluster)),
        lambda cluster: quick(kubeconfig=contents(cluster), cluster_identifier="ours"),
    ),
    "to another address of one identifier": (
        lambda cluster: quick(kubeconfig=contents(cluster), cluster_identifier="ours"),
        lambda cluster: quick(kubeconfig=contents(cluster, "localhost"), cluster_identifier="ours"),
    ),
}


@pytest.mark.parametrize(("before", "after"), MOVES.values(), ids=MOVES)
def test_a_live_stack_keeps_its_objects(
    cluster: Cluster, stack: Stack, namespace: str, before: Opts, after: Opts
) -> None:
    stack.write(program(before(cluster), namespace)).up()
    made = uids(cluster, KINDS, namespace)
    written = versions(cluster, KINDS, namespace)
    assert len(made) == 2

    stack.write(program(after(cluster), namespace))

    assert "to replace" not in stack.preview()
    stack.up()
    assert uids(cluster, KINDS, namespace) == made
    assert versions(cluster, KINDS, namespace) == written


REPLACING: dict[str, tuple[Opts, Opts]] = {
    "to another address": (
        lambda cluster: quick(kubeconfig=contents(cluster)),
        lambda cluster: quick(kubeconfig=contents(cluster, "localhost")),
    ),
    "to another identifier": (
        lambda _: quick(cluster_identifier="ours"),
        lambda _: quick(cluster_identifier="theirs"),
    ),
    "to rendering": (lambda _: DEFAULT, lambda _: quick(render_directory="out")),
}


@pytest.mark.parametrize(("before", "after"), REPLACING.values(), ids=REPLACING)
def test_a_change_that_would_delete_what_is_live_shows_in_the_preview(
    cluster: Cluster, stack: Stack, namespace: str, before: Opts, after: Opts
) -> None:
    stack.write(program(before(cluster), namespace)).up()

    assert stack.write(program(after(cluster), namespace)).preview()["to replace"] >= 2


def test_a_namespace_of_the_provider_can_be_written_out(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    opts = quick(namespace=namespace)
    stack.write(program(opts, None)).up()
    made = uids(cluster, KINDS, namespace)
    assert len(made) == 2

    stack.write(program(opts, namespace)).up()
    assert uids(cluster, KINDS, namespace) == made

    stack.write(program(DEFAULT, namespace)).up()
    assert uids(cluster, KINDS, namespace) == made


def test_a_namespace_from_configuration_can_move_to_the_provider(
    cluster: Cluster, new_stack: Callable[..., Stack], namespace: str
) -> None:
    stack = new_stack(config={"kubernetes:namespace": namespace})
    stack.write(program(DEFAULT, None)).up()
    made = uids(cluster, KINDS, namespace)
    assert len(made) == 2

    stack.write(program(quick(namespace=namespace), None)).up()

    assert uids(cluster, KINDS, namespace) == made


def test_a_live_stack_takes_limits_from_its_configuration(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(program(DEFAULT, namespace)).up()
    written = versions(cluster, KINDS, namespace)

    for limit, value in (("qps", "1000"), ("burst", "2000")):
        key = f"kubernetes:kubeClientSettings.{limit}"
        stack.backend.pulumi("config", "set", "--path", key, value, "--stack", stack.name)

    assert stack.up() == {"unchanged": 4}
    assert versions(cluster, KINDS, namespace) == written
    settings = '"kubeClientSettings": "{\\"burst\\":2000,\\"qps\\":1000}"'
    assert settings in stack.run("stack", "export").stdout
