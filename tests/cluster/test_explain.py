"""`k8s-endpoints explain` on a real control plane: every setup of the table at once, one namespace
each, then speed, requests, rights and credentials.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.cli.live.proxy import Proxy, _UnixConnection
from components.cli.live.snapshots import read_snapshot
from components.topology import Client, Explainer, Explanation
from testbed.cluster import names, path_with_kubectl, wait_for_accounts
from tests.support.accounts import grant, kubeconfig, rule
from tests.support.broken_setups import (
    CLIENT,
    DRAINING,
    NOT_LIVE,
    SETUPS,
    SOUND,
    Setup,
    endpoint_slice,
    in_namespace,
    service,
)
from tests.support.following import Follow
from tools.cluster import Cluster
from tools.paths import ROOT

LIVE = [setup for setup in SETUPS if setup.live != NOT_LIVE]
MOST_REQUESTS = 14
SETTLED = 60.0
KEY, VALUE = CLIENT.split("=")


@dataclass
class Made:
    """The control plane that holds all setups."""

    cluster: Cluster
    proxy: Proxy

    def explain(self, setup: Setup, kind: str) -> tuple[Explanation, int]:
        namespace = f"{setup.name}-{kind}"
        reading = read_snapshot(self.proxy, namespace)
        client = Client(namespace, {KEY: VALUE}) if setup.client else None
        explanation = Explainer(reading.snapshot).explain((namespace, setup.service), client)
        return explanation, reading.requests


@pytest.fixture(scope="module")
def made(cluster: Cluster) -> Iterator[Made]:
    """Creates every setup, broken and mended, each in a namespace of its own."""
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "unmanaged"}}
    spaces: list[dict[str, Any]] = []
    placed: list[dict[str, Any]] = []
    for setup in LIVE:
        for kind, manifests in (("broken", setup.broken), ("mended", setup.mended)):
            namespace = f"{setup.name}-{kind}"
            spaces.append(
                {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
            )
            placed += in_namespace(manifests, namespace)
    create(cluster, [node, *spaces])
    wait_for_accounts(cluster, [one["metadata"]["name"] for one in spaces])
    create(cluster, placed)
    with_status = [one for one in placed if "status" in one]
    for one in with_status:
        name, namespace = one["metadata"]["name"], one["metadata"]["namespace"]
        patch = json.dumps({"status": one["status"]})
        options = ("--subresource=status", "--type=merge", "-n", namespace, "-p", patch)
        cluster.kubectl("patch", "pod", name, *options)
    with Proxy([f"--kubeconfig={cluster.kubeconfig}"]) as proxy:
        yield Made(cluster, proxy)
    cluster.kubectl("delete", "node/unmanaged", "ingressclass/there")


@pytest.fixture(scope="module", autouse=True)
def kubectl_on_path(cluster: Cluster) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path_with_kubectl(cluster))
        yield


def create(cluster: Cluster, objects: list[dict[str, Any]]) -> None:
    listed = {"apiVersion": "v1", "kind": "List", "items": objects}
    cluster.kubectl("create", "--validate=false", "-f", "-", given=json.dumps(listed))


def first(explanation: Explanation) -> str:
    found = explanation.first
    return found.code if found else explanation.verdict.value


def settled(made: Made, setup: Setup, kind: str, wanted: str) -> tuple[str, int]:
    """Explain until the controllers are done with a namespace, or time is up."""
    end = time.monotonic() + SETTLED
    while True:
        explanation, requests = made.explain(setup, kind)
        if first(explanation) == wanted or time.monotonic() > end:
            return first(explanation), requests
        time.sleep(0.5)


@pytest.mark.parametrize("setup", LIVE, ids=lambda setup: setup.name)
def test_the_first_break_is_named_and_its_twin_has_none(made: Made, setup: Setup) -> None:
    found, requests = settled(made, setup, "broken", setup.live)
    assert found == setup.live
    assert requests <= MOST_REQUESTS
    assert settled(made, setup, "mended", SOUND)[0] == SOUND


def explain(cluster: Cluster, *arguments: str, file: Path | None = None) -> Any:
    command = [sys.executable, "-m", "components", "explain", "-o", "json", *arguments]
    given = f"--kubeconfig={file or cluster.kubeconfig}"
    return subprocess.run([*command, given], cwd=ROOT, capture_output=True, text=True)


def processor_seconds(cluster: Cluster, *arguments: str) -> float:
    """Return what a run costs, with its kubectl: the wall time of a machine with nothing to do."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert explain(cluster, *arguments).returncode in {0, 1}
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def test_one_service_takes_less_than_a_second_of_cpu(made: Made) -> None:
    client = ("--from", f"all-draining-mended:{CLIENT}")
    arguments = ("db", "-n", "port-name-broken", *client)
    assert min(processor_seconds(made.cluster, *arguments) for _ in range(3)) <= 1.0


def test_nothing_can_be_written_by_way_of_the_proxy(made: Made) -> None:
    made_up = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "made-up"}}
    for method, path in (("POST", "namespaces"), ("DELETE", "namespaces/port-name-broken")):
        with closing(_UnixConnection(made.proxy._path)) as connection:
            connection.request(method, f"/api/v1/{path}", json.dumps(made_up))
            assert connection.getresponse().status == 403
    assert made.proxy.list("/api/v1/namespaces/port-name-broken").items
    assert not made.proxy.list("/api/v1/namespaces/made-up").items


def test_a_client_of_another_namespace_needs_no_more_requests(made: Made) -> None:
    reading = read_snapshot(made.proxy, "policy-cidr-broken", "port-name-broken")
    assert reading.requests <= MOST_REQUESTS
    kinds = {one["kind"] for one in reading.snapshot.manifests}
    assert {"Service", "EndpointSlice", "NetworkPolicy", "Namespace"} <= kinds


def test_a_service_under_deletion_is_broken(made: Made) -> None:
    kept = service(name="going")
    kept["metadata"] |= {"namespace": "port-name-mended", "finalizers": ["example.com/kept"]}
    create(
        made.cluster,
        [kept, *in_namespace([endpoint_slice(name="g", label="going")], "port-name-mended")],
    )
    delete = ("delete", "service", "going", "-n", "port-name-mended")
    made.cluster.kubectl(*delete, "--wait=false")
    done = explain(made.cluster, "going", "-n", "port-name-mended")
    assert json.loads(done.stdout)["first"]["code"] == "service-terminating"
    made.cluster.kubectl(
        "patch", *delete[1:], "--type=merge", "-p", '{"metadata":{"finalizers":null}}'
    )


def test_a_removed_selector_is_named(made: Made) -> None:
    namespace = "readiness-mended"
    assert settled(made, next(one for one in LIVE if one.name == "readiness"), "mended", SOUND)
    patch = '{"spec":{"selector":null}}'
    made.cluster.kubectl("patch", "service", "web", "-n", namespace, "--type=merge", "-p", patch)
    done = explain(made.cluster, "web", "-n", namespace)
    row = json.loads(done.stdout)
    assert (done.returncode, row["verdict"]) == (0, "sound")
    assert "selector-removed" in {one["code"] for one in row["problems"]}


@pytest.mark.parametrize(("namespace", "is_named"), [("typo", True), ("kube-public", False)])
def test_a_namespace_that_does_not_exist_is_named(
    cluster: Cluster, namespace: str, *, is_named: bool
) -> None:
    done = explain(cluster, "db", "-n", namespace)
    row = json.loads(done.stdout)
    assert (done.returncode, row["first"]["code"]) == (1, "service-missing")
    assert ("nor such a namespace" in done.stdout) == is_named


def test_missing_permissions_are_named(made: Made, tmp_path: Path) -> None:
    namespace = "port-name-broken"
    readable = [
        rule("", "services", ["get", "list"]),
        rule("discovery.k8s.io", "endpointslices", ["get", "list"]),
    ]
    grant(made.cluster, namespace, readable)
    file = kubeconfig(made.cluster, namespace, tmp_path / "account.json")
    done = explain(made.cluster, "db", "-n", namespace, file=file)
    row = json.loads(done.stdout)
    assert (done.returncode, row["first"]["code"]) == (1, "service-port-unserved")
    assert {"Pod", "Ingress", "NetworkPolicy", "Endpoints"} <= {*row["unseen"]}
    assert {"Service", "EndpointSlice"}.isdisjoint(row["unseen"])

    done = explain(made.cluster, "db", "-n", namespace, "--from", CLIENT, file=file)
    assert any("policies" in one for one in json.loads(done.stdout)["unknown"])

    done = explain(made.cluster, "db", "-n", "protocol-broken", file=file)
    assert done.returncode == 2
    assert (
        "your permissions do not allow listing Services in namespace protocol-broken" in done.stderr
    )


def test_credentials_of_a_program_work_and_are_never_shown(made: Made, tmp_path: Path) -> None:
    namespace = "protocol-broken"
    readable = [
        rule("", "services", ["list"]),
        rule("discovery.k8s.io", "endpointslices", ["list"]),
    ]
    grant(made.cluster, namespace, readable)
    file = kubeconfig(made.cluster, namespace, tmp_path / "account.json")
    content = json.loads(file.read_text())
    token = content["users"][0]["user"]["token"]
    version = "client.authentication.k8s.io/v1"
    answer = {"apiVersion": version, "kind": "ExecCredential", "status": {"token": token}}
    (tmp_path / "answer.json").write_text(json.dumps(answer))
    content["users"][0]["user"] = {
        "exec": {
            "apiVersion": version,
            "command": "cat",
            "args": [str(tmp_path / "answer.json")],
            "interactiveMode": "Never",
        }
    }
    file.write_text(json.dumps(content))
    done = explain(made.cluster, "db", "-n", namespace, file=file)
    assert (done.returncode, json.loads(done.stdout)["first"]["code"]) == (1, "port-protocol")
    assert token not in done.stdout + done.stderr

    content["users"][0]["user"] = {"token": "wrong-and-secret"}
    file.write_text(json.dumps(content))
    done = explain(made.cluster, "db", "-n", namespace, file=file)
    assert done.returncode == 2
    assert "the cluster answers" in done.stderr
    assert "wrong-and-secret" not in done.stdout + done.stderr


def test_an_unreachable_cluster_is_one_line(made: Made, tmp_path: Path) -> None:
    content = yaml.safe_load(made.cluster.kubeconfig.read_text())
    content["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:9"
    (tmp_path / "unreachable.json").write_text(json.dumps(content))
    done = explain(made.cluster, "db", file=tmp_path / "unreachable.json")
    assert done.returncode == 2
    assert done.stderr.startswith("kubectl does not reach the cluster: dial tcp 127.0.0.1:9")
    assert len(done.stderr.splitlines()) == 1


def test_all_services_take_a_constant_number_of_requests(made: Made) -> None:
    few = read_snapshot(made.proxy, "port-name-broken").requests
    namespace = "thousand"
    objects: list[dict[str, Any]] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    ]
    for number in range(1000):
        name = f"db-{number}"
        pair = [service(name=name), endpoint_slice(name=f"{name}-1", label=name)]
        objects += in_namespace(pair, namespace)
    create(made.cluster, objects[:1])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda start: create(made.cluster, objects[1 + start :: 4]), range(4)))
    reading = read_snapshot(made.proxy, namespace)
    assert reading.requests == few + 2  # a second page of Services, and one of slices
    everything = {
        (row["namespace"], row["name"]): row
        for row in json.loads(explain(made.cluster, "--all", "-A").stdout)
    }
    assert len(everything) > 1000 + len(LIVE)
    assert everything["default", "kubernetes"]["verdict"] == SOUND
    done = explain(made.cluster, "--all", "-n", namespace)
    rows = json.loads(done.stdout)
    assert len(rows) == 1000
    assert {row["verdict"] for row in rows} == {"sound"}
    assert processor_seconds(made.cluster, "--all", "-n", namespace) <= 5.0


def test_a_pod_that_probes_is_admitted_as_restricted_and_leaves_nothing(made: Made) -> None:
    namespace = "restricted"
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    metadata = {"name": namespace, "labels": labels}
    home: dict[str, Any] = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    create(made.cluster, [home, *in_namespace([service(), endpoint_slice()], namespace)])
    command = [sys.executable, "-m", "components", "probe", "db", "-n", namespace, "--in-cluster"]
    given = f"--kubeconfig={made.cluster.kubeconfig}"
    done = subprocess.run([*command, given], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert " logs job/" in done.stderr  # it has ended; fake Pods run nothing, and have no log
    assert names(made.cluster, "jobs", namespace) == []


def test_a_change_is_followed(made: Made, follow: Follow) -> None:
    namespace = "second-port-mended"
    followed = follow(namespace, "db")
    endpoints = [{"addresses": ["192.0.2.10"], "conditions": DRAINING}]
    patch = ("--type=merge", "-p", json.dumps({"endpoints": endpoints}))
    made.cluster.kubectl("patch", "endpointslice", "db-1", "-n", namespace, *patch)
    followed.wait_until_it_says("sound -> broken; every endpoint is draining")
    assert followed.text.startswith(f"Service {namespace}/db: sound\n")
    (line,) = [line for line in followed.text.splitlines() if " db-1 changed: " in line]
    assert "-192.0.2.11; 192.0.2.10 ready -> draining" in line
    assert followed.stop() == 130


def test_a_rollout_is_followed(made: Made, namespace: str, follow: Follow) -> None:
    cluster, here = made.cluster, ("-n", namespace)
    wait_for_accounts(cluster, [namespace])
    template = ("--image=a", "--replicas=1", "--port=80")
    cluster.kubectl("create", "deployment", "web", *here, *template)
    cluster.kubectl("create", "service", "clusterip", "web", "--tcp=80", *here)
    cluster.kubectl("wait", "deployment/web", *here, "--for=condition=Available", "--timeout=60s")
    slices = ("endpointslices", "-l", "kubernetes.io/service-name=web", *here)
    ready = "--for=jsonpath={.endpoints[0].conditions.ready}=true"
    cluster.kubectl("wait", *slices, ready, "--timeout=60s")
    (old,) = json.loads(cluster.kubectl("get", "pods", *here, "-o", "json"))["items"]
    address = old["status"]["podIP"]

    followed = follow(namespace, "web")
    cluster.kubectl("set", "image", "deployment/web", "*=b", *here)
    followed.wait_until_it_says(f"-{address}")
    events = followed.text.partition(f"+ {address} (ready")[2]
    assert 0 < events.index(": +10.244.") < events.index(f"-{address}")  # the new one came first
    assert "sound -> broken" not in events
