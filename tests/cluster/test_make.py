"""`make up`, `make status` and `make down`, as users run them."""

import re
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from testbed.cluster import uids, versions
from tests.cluster.checkout import UNCHANGED, Checkout
from tests.cluster.locks import living_lock
from tools import processes
from tools.cluster import Cluster
from tools.install import ensure
from tools.parts import CONTROL_PLANE
from tools.providers import Provider

pytestmark = pytest.mark.both_kinds

ETCD = next(part for part in CONTROL_PLANE if part.name == "etcd")
FOLDER = "it's a 'check' out; #1, 100% $HOME \u00e9?&(x)"
"""All of what a path may hold and programs trip over."""

CONFIGURED = 'config:\n  k8s-endpoints:mine: "1"\n'

PROCESSES = [
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok-controller",
]
"""The control plane."""

SERVICES = [
    "orders-db.shop.svc postgres 5432/TCP 192.0.2.10 192.0.2.11 2001:db8::10",
    "ExternalName payments.shop.svc alias of api.payments.example",
    "ClusterIP sessions.shop.svc redis 6379/TCP 198.51.100.20",
]
"""The table's rows that are the same in every run, without what lays them out."""


def configuration(checkout: Checkout) -> Path:
    return checkout.root / "Pulumi.dev.yaml"


def lose_the_state(checkout: Checkout, more: str = "") -> None:
    """Remove the state folder, with the passphrase, and leave a configuration of the user's."""
    salt = next(
        (one for one in configuration(checkout).read_text().splitlines() if "salt" in one), ""
    )
    configuration(checkout).write_text(f"{salt}\n{CONFIGURED}{more}")
    shutil.rmtree(checkout.root / ".pulumi-state")


def shows_the_services(said: str) -> bool:
    table = " ".join(said[said.rindex("TYPE ") :].split())
    return all(row in table for row in SERVICES)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Checkout]:
    root = tmp_path_factory.mktemp("checkout") / FOLDER
    root.mkdir()
    made = Checkout.make(root, provider.name)
    try:
        made.ok("up")
        yield made
        lose_the_state(made)
        made.ok("clean")
        assert made.processes() == []
        assert configuration(made).read_text() == CONFIGURED
    finally:
        processes.end(processes.mentioning(made.root))


def test_second_up_reports_no_changes_and_shows_the_services(checkout: Checkout) -> None:
    said = checkout.ok("up")

    assert UNCHANGED in said
    assert "created" not in said
    assert re.search(r"ClusterIP +my-app.shop.svc +http 80 -> http/TCP +10.244.", said)
    assert re.search(r"Ingress +shop/shop +shop.example.com/ -> my-app:http \(TLS shop-tls\)", said)
    assert re.search(r"NetworkPolicy +shop/my-app-\w+ +Pods with app=my-app", said)
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
    assert [str(file.relative_to(checkout.root / "out")) in said for file in files] == [True] * 11
    assert all("pulumi.com/" not in file.read_text() for file in files)
    manifests = [yaml.safe_load(file.read_text()) for file in files]
    assert sorted({one["kind"] for one in manifests}) == [
        "Deployment",
        "EndpointSlice",
        "Ingress",
        "Namespace",
        "NetworkPolicy",
        "Service",
    ]
    assert UNCHANGED in checkout.ok("up")


def test_an_invalid_backend_is_one_clear_error_and_changes_nothing(checkout: Checkout) -> None:
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

    for _ in range(2):
        hazards = re.findall(r"warning: [a-z-]+: .*", checkout.ok("up"))
        assert hazards == []


def test_an_up_killed_during_deployment_converges_when_run_again(checkout: Checkout) -> None:
    checkout.ok("down")
    checkout.killed("up", when="creating", delay=0.3)

    said = checkout.ok("up")

    assert "died while it changed the stack; cancelling its lock" in said
    assert shows_the_services(said)
    assert UNCHANGED in checkout.ok("up")


def test_an_up_killed_while_the_control_plane_starts_converges_when_run_again(
    checkout: Checkout,
) -> None:
    checkout.ok("down")
    checkout.killed("up", when="control plane", delay=0.5)

    assert shows_the_services(checkout.ok("up"))


def test_an_up_killed_during_a_build_converges_when_run_again(checkout: Checkout) -> None:
    (checkout.root / ".tools" / "bin" / "etcd").unlink()
    checkout.killed("up", when=f"etcd {ETCD.version}: not on PATH, building", delay=0.2)
    assert not (checkout.root / ".tools" / "bin" / "etcd").exists()

    assert shows_the_services(checkout.ok("up"))


def test_an_up_beside_a_running_update_is_refused(checkout: Checkout) -> None:
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
    assert UNCHANGED in checkout.ok("up")


def test_a_cluster_of_the_users_own_is_used_as_it_is(checkout: Checkout, cluster: Cluster) -> None:
    checkout.ok("down")
    own = str(cluster.kubeconfig)

    said = checkout.ok("up", KUBECONFIG=own)

    assert re.search(f"cluster: https://127.0.0.1:\\d+ of KUBECONFIG={own}", said)
    assert "(simulated)" not in said
    assert shows_the_services(said)
    assert not (checkout.root / ".cluster").exists()
    assert "is the state of https://127.0.0.1" in checkout.run("up").stdout
    checkout.ok("down", KUBECONFIG=own)
    assert cluster.is_ready()
    assert shows_the_services(checkout.ok("up"))


def test_a_control_plane_that_lost_its_data_is_deployed_to_again(checkout: Checkout) -> None:
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


@pytest.mark.parametrize(
    ("number", "to_all"), [(signal.SIGTERM, False), (signal.SIGTERM, True), (signal.SIGHUP, True)]
)
def test_an_up_interrupted_during_deployment_leaves_only_the_control_plane_running(
    checkout: Checkout, number: int, to_all: bool
) -> None:
    checkout.ok("down")

    code, said = checkout.told("up", number, when="creating", to_all=to_all)

    assert code == -number, said  # a shell makes 143 of it, or 129
    assert "SIGTERM received; cancelling" in said
    assert f"ended by {signal.Signals(number).name}; run the same command again" in said
    assert "received; terminating" not in said
    left = [command.partition(" -")[0].rpartition("/")[2] for command in checkout.processes()]
    assert sorted(left) == sorted(PROCESSES)
    assert shows_the_services(checkout.ok("up"))
    assert UNCHANGED in checkout.ok("up")


def test_an_up_interrupted_while_the_control_plane_starts_leaves_nothing_running(
    checkout: Checkout,
) -> None:
    checkout.ok("down")

    code, said = checkout.told("up", signal.SIGTERM, when="control plane")

    assert code == -signal.SIGTERM, said
    assert checkout.processes() == []
    assert shows_the_services(checkout.ok("up"))


def test_a_lost_state_is_recovered(checkout: Checkout) -> None:
    """On the provider that creates client-side, too, where each object already exists."""
    cluster = Cluster(checkout.root / ".cluster", ensure(CONTROL_PLANE))
    before = uids(cluster, "services,endpointslices,deployments", "shop")
    lose_the_state(checkout)

    said = checkout.ok("up")

    assert "Pulumi.dev.yaml: its passphrase belongs to another state" in said
    assert shows_the_services(said)
    assert uids(cluster, "services,endpointslices,deployments", "shop") == before
    assert CONFIGURED in configuration(checkout).read_text()
    assert UNCHANGED in checkout.ok("up")


def test_secrets_with_a_lost_passphrase_are_named_and_kept(checkout: Checkout) -> None:
    lose_the_state(checkout, "  k8s-endpoints:token:\n    secure: v1:mTXP/JNCPE2WQVg9:+pRI2g0e\n")
    before = configuration(checkout).read_text()

    done = checkout.run("up")

    assert done.returncode != 0
    assert "the passphrase that encrypts k8s-endpoints:token is lost" in done.stdout
    assert "Traceback" not in done.stdout
    assert "nothing of the project is running" in checkout.ok("down")
    assert configuration(checkout).read_text() == before
    lose_the_state(checkout)
    assert shows_the_services(checkout.ok("up"))


def test_down_without_its_state_leaves_nothing_running(checkout: Checkout) -> None:
    lose_the_state(checkout)
    file = checkout.root / "examples" / "shop" / "__main__.py"
    right = file.read_text()
    file.write_text("raise SystemExit(1)")
    try:
        assert checkout.run("up").returncode != 0
        checkout.ok("down")  # although the program is broken
    finally:
        file.write_text(right)

    assert checkout.processes() == []
    assert CONFIGURED in configuration(checkout).read_text()
    assert shows_the_services(checkout.ok("up"))


def unanswered(folder: Path, server: str) -> str:
    """Write a kubeconfig that leads nowhere."""
    file = folder / "nowhere.kubeconfig"
    config = {
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "contexts": [{"name": "x", "context": {"cluster": "c"}}],
        "current-context": "x",
    }
    file.write_text(yaml.safe_dump(config))
    return str(file)


def fails_at_once(checkout: Checkout, target: str, kubeconfig: str, server: str) -> None:
    begun = time.monotonic()
    done = checkout.run(target, KUBECONFIG=kubeconfig)

    assert time.monotonic() - begun < 30
    assert done.returncode != 0
    errors = [line for line in done.stdout.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert f"the API server {server} of KUBECONFIG={kubeconfig} does not answer" in errors[0]
    assert "pulumi" not in done.stdout


def test_the_right_kubeconfig_works_after_a_wrong_one(checkout: Checkout, tmp_path: Path) -> None:
    checkout.ok("down")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        server = f"https://127.0.0.1:{taken.getsockname()[1]}"
        fails_at_once(checkout, "up", unanswered(tmp_path, server), server)

    assert shows_the_services(checkout.ok("up"))


def test_the_right_server_works_after_one_that_denies_access(
    checkout: Checkout, cluster: Cluster, tmp_path: Path
) -> None:
    checkout.ok("down")
    config = yaml.safe_load(cluster.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": "wrong"}
    config["clusters"][0]["cluster"]["certificate-authority"] = str(
        cluster.kubeconfig.parent / config["clusters"][0]["cluster"]["certificate-authority"]
    )
    file = tmp_path / "refused.kubeconfig"
    file.write_text(yaml.safe_dump(config))

    done = checkout.run("up", KUBECONFIG=str(file))

    assert done.returncode != 0
    assert "does not answer" not in done.stdout
    assert shows_the_services(checkout.ok("up"))


@pytest.mark.parametrize("target", ["up", "status", "down"])
def test_a_server_that_never_answers_is_reported_within_30_seconds(
    checkout: Checkout, tmp_path: Path, target: str
) -> None:
    bound = checkout.root / ".pulumi-state" / "cluster"
    right = bound.read_text()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = f"https://127.0.0.1:{silent.getsockname()[1]}"
        bound.write_text(server)
        try:
            fails_at_once(checkout, target, unanswered(tmp_path, server), server)
        finally:
            bound.write_text(right)
