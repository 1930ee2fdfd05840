"""A create that a kill interrupted: `make` takes the object over or deletes it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from testbed.cluster import names
from tests.cluster.checkout import UNCHANGED, Checkout
from tools import processes
from tools.cluster import Cluster
from tools.providers import Provider

pytestmark = pytest.mark.both_kinds

TAKEN_OVER = "objects of it may exist that its state does not hold; this up takes them over"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Checkout]:
    made = Checkout.make(tmp_path_factory.mktemp("checkout"), provider.name)
    try:
        yield made
        assert made.processes() == []
    finally:
        processes.end(processes.mentioning(made.root))


def cut_off(folder: Path, kind: str, kept: Callable[[str], bool]) -> None:
    """Make the state what it is when the engine is killed after the first object of a kind has
    been created, and before that is recorded.
    """
    file = folder / ".pulumi/stacks/k8s-endpoints/dev.json"
    whole = json.loads(file.read_text())
    state = whole["checkpoint"]["latest"]
    made = next(one for one in state["resources"] if one["type"].endswith(kind))
    state["resources"] = [
        one for one in state["resources"] if one is not made and kept(one["type"])
    ]
    begun = {key: value for key, value in made.items() if key not in ("id", "outputs")}
    state["pending_operations"] = [{"type": "creating", "resource": begun}]
    file.write_text(json.dumps(whole))


def test_an_interrupted_create_is_warned_of_once(checkout: Checkout, cluster: Cluster) -> None:
    own = str(cluster.kubeconfig)
    checkout.ok("up", KUBECONFIG=own)
    cut_off(checkout.root / ".pulumi-state", ":EndpointSlice", lambda _: True)

    recovered = checkout.ok("up", KUBECONFIG=own)
    assert TAKEN_OVER in recovered
    assert "stack dev: no orphans" in recovered
    said = checkout.ok("up", KUBECONFIG=own)

    assert UNCHANGED in said
    assert TAKEN_OVER not in said
    assert "pending operations" not in said
    checkout.ok("down", KUBECONFIG=own)


def test_make_down_deletes_what_an_interrupted_create_made(
    checkout: Checkout, cluster: Cluster
) -> None:
    own = str(cluster.kubeconfig)
    checkout.ok("up", KUBECONFIG=own)
    cut_off(checkout.root / ".pulumi-state", ":Namespace", lambda kind: kind.startswith("pulumi:"))

    assert TAKEN_OVER in checkout.ok("down", KUBECONFIG=own)

    assert "shop" not in names(cluster, "namespaces", "default")


def test_an_interrupted_create_is_found_in_the_users_own_state(
    checkout: Checkout, cluster: Cluster, tmp_path: Path
) -> None:
    own = {
        "KUBECONFIG": str(cluster.kubeconfig),
        "PULUMI_BACKEND_URL": f"file://{tmp_path}",
        "PULUMI_CONFIG_PASSPHRASE": "mine",
        "PULUMI_HOME": str(tmp_path / "home"),
    }
    checkout.ok("up", **own)
    cut_off(tmp_path, ":EndpointSlice", lambda _: True)

    assert TAKEN_OVER in checkout.ok("up", **own)
    said = checkout.ok("up", **own)

    assert UNCHANGED in said
    assert "pending operations" not in said
    checkout.ok("down", **own)
    assert "shop" not in names(cluster, "namespaces", "default")
