"""`make up`, `make status` and `make down`, as a person runs them."""

import re
from collections.abc import Iterator

import pytest
import yaml

from tests.cluster.checkout import Checkout
from tests.cluster.locks import living_lock
from tests.support.cluster import versions
from tools import processes
from tools.cluster import Cluster
from tools.install import ensure
from tools.parts import CONTROL_PLANE
from tools.providers import Provider

pytestmark = pytest.mark.both_kinds

SERVICES = [
    "orders-db.shop.svc postgres 5432/TCP 192.0.2.10 192.0.2.11 2001:db8::10",
    "ExternalName payments.shop.svc alias of api.payments.example",
    "ClusterIP sessions.shop.svc redis 6379/TCP 198.51.100.20",
]
"""The table's rows that are the same in every run, without what lays them out."""


def shows_the_services(said: str) -> bool:
    table = " ".join(said[said.rindex("TYPE ") :].split())
    return all(row in table for row in SERVICES)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Checkout]:
    made = Checkout.make(tmp_path_factory.mktemp("checkout"), provider.name)
    try:
        made.ok("up")
        yield made
        made.ok("clean")
        assert made.processes() == []
    finally:
        processes.end(processes.mentioning(made.root))


def test_second_up_reports_no_changes_and_shows_the_services(checkout: Checkout) -> None:
    said = checkout.ok("up")

    assert "14 unchanged" in said
    assert "created" not in said
    assert re.search(r"LoadBalancer +my-app.shop.svc +http 80 -> 8080/TCP +10.244.", said)
    assert "(simulated)" in said
    assert shows_the_services(said)


def test_status_shows_outputs_and_services(checkout: Checkout) -> None:
    said = checkout.ok("status")

    assert "orders-db  orders-db.shop.svc" in said
    assert shows_the_services(said)


def test_rendering_leaves_the_cluster_untouched(checkout: Checkout) -> None:
    cluster = Cluster(checkout.root / ".cluster", ensure(CONTROL_PLANE))
    before = versions(cluster, "services,endpointslices,deployments", "shop")

    said = checkout.ok("up", RENDER="out")

    assert versions(cluster, "services,endpointslices,deployments", "shop") == before
    files = sorted((checkout.root / "out").glob("*/*.yaml"))
    assert [str(file.relative_to(checkout.root / "out")) in said for file in files] == [True] * 9
    assert all("pulumi.com/" not in file.read_text() for file in files)
    manifests = [yaml.safe_load(file.read_text()) for file in files]
    assert sorted({one["kind"] for one in manifests}) == [
        "Deployment",
        "EndpointSlice",
        "Namespace",
        "Service",
    ]
    assert "14 unchanged" in checkout.ok("up")


def test_a_wrong_backend_is_one_clear_error_and_changes_nothing(checkout: Checkout) -> None:
    cluster = Cluster(checkout.root / ".cluster", ensure(CONTROL_PLANE))
    before = versions(cluster, "services,endpointslices,deployments", "shop")
    file = checkout.root / "examples" / "shop" / "backends.yaml"
    right = file.read_text()
    file.write_text(right.replace("192.0.2.11", "192.0.2.311"))
    try:
        done = checkout.run("up")
    finally:
        file.write_text(right)

    assert done.returncode != 0
    reason = (
        "backends.yaml:7: services.orders-db.backends[1].address: Invalid value:"
        ' "192.0.2.311": must be a valid IP address'
    )
    assert reason in done.stdout
    assert "Traceback" not in done.stdout
    assert versions(cluster, "services,endpointslices,deployments", "shop") == before


def test_the_first_up_on_an_empty_cluster_warns_of_nothing(checkout: Checkout) -> None:
    checkout.ok("down")

    assert "warning" not in checkout.ok("up")
    assert "warning" not in checkout.ok("up")


def test_killed_while_it_deploys_it_converges(checkout: Checkout) -> None:
    checkout.ok("down")
    checkout.killed("up", when="creating", delay=0.3)

    said = checkout.ok("up")

    assert "died while it changed the stack; cancelling its lock" in said
    assert shows_the_services(said)
    assert "14 unchanged" in checkout.ok("up")


def test_killed_while_the_control_plane_starts_it_converges(checkout: Checkout) -> None:
    checkout.ok("down")
    checkout.killed("up", when="control plane", delay=0.5)

    assert shows_the_services(checkout.ok("up"))


def test_killed_while_it_builds_it_converges(checkout: Checkout) -> None:
    (checkout.root / ".tools" / "bin" / "etcd").unlink()
    checkout.killed("up", when="etcd 3.6.5: not on PATH, building", delay=0.2)
    assert not (checkout.root / ".tools" / "bin" / "etcd").exists()

    assert shows_the_services(checkout.ok("up"))


def test_a_living_update_is_respected(checkout: Checkout) -> None:
    lock = checkout.root / ".pulumi-state/.pulumi/locks/organization/k8s-endpoints/dev/alive.json"
    with living_lock(lock):
        done = checkout.run("up")

    assert done.returncode != 0
    assert "is being changed by process" in done.stdout


def test_the_state_of_one_cluster_is_not_used_on_another(checkout: Checkout) -> None:
    other = checkout.root / "other.kubeconfig"
    other.write_text((checkout.root / ".cluster" / "kubeconfig").read_text())

    for target in ("up", "down"):
        done = checkout.run(target, KUBECONFIG=str(other))

        assert done.returncode != 0
        assert ".pulumi-state is the state of the embedded control plane, not of" in done.stdout
    assert "14 unchanged" in checkout.ok("up")


def test_a_cluster_of_the_users_own_is_used_as_it_is(checkout: Checkout, cluster: Cluster) -> None:
    checkout.ok("down")
    own = str(cluster.kubeconfig)

    said = checkout.ok("up", KUBECONFIG=own)

    assert f"cluster: the one of KUBECONFIG={own}" in said
    assert "(simulated)" not in said
    assert shows_the_services(said)
    assert not (checkout.root / ".cluster").exists()
    assert "is the state of https://127.0.0.1" in checkout.run("up").stdout
    checkout.ok("down", KUBECONFIG=own)
    assert cluster.is_ready()
    assert shows_the_services(checkout.ok("up"))


def test_a_control_plane_that_lost_everything_is_filled_again(checkout: Checkout) -> None:
    cluster = Cluster(checkout.root / ".cluster", ensure(CONTROL_PLANE))
    cluster.stop()

    said = checkout.ok("up")

    assert "control plane" in said
    assert shows_the_services(said)


def test_down_leaves_nothing_running(checkout: Checkout) -> None:
    checkout.ok("up")

    checkout.ok("down")

    assert checkout.processes() == []


def test_down_after_a_crash_leaves_nothing_running(checkout: Checkout) -> None:
    checkout.killed("up", when="creating", delay=0.2)

    checkout.ok("down")

    assert checkout.processes() == []
    assert "nothing of the project is running" in checkout.ok("down")
