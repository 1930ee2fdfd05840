"""A Service goes from external backends to Pods, phase by phase, and keeps every UID."""

import json
import re
import shlex

import pytest

from testbed.cluster import get, names, uids
from testbed.stack import Stack
from tests.support.following import Follow
from tests.support.programs import component, external_service
from tests.support.running import running
from tools.cluster import Cluster

pytestmark = pytest.mark.both_kinds

OF_DB = "kubernetes.io/service-name=db,endpointslice.kubernetes.io/managed-by"
OURS = f"{OF_DB}=k8s-endpoints.pulumi"
ACTIVE, DRAINING = (True, True, False), (False, True, True)
UP = ("up", "--yes", "--skip-preview")
ADDRESSES = ["192.0.2.10", "2001:db8::10"]
PORTS = [{"name": "postgres", "port": 5432, "target_port": 6432, "target_port_name": "sql"}]


def program(namespace: str, phase: str, **args: object) -> str:
    given = {
        "namespace": namespace,
        "phase": phase,
        "selector": {"app": "db"},
        "addresses": ADDRESSES,
        "ports": PORTS,
        **args,
    }
    return component("MigratingService", "db", **given)


def run_pods(
    cluster: Cluster,
    namespace: str,
    *,
    name: str = "db",
    replicas: int = 2,
    port: str = "sql",
    become_ready: bool = True,
) -> None:
    """Run Pods, and wait for them: until they are ready, or are known not to be."""
    gates = [] if become_ready else [{"conditionType": "example.com/nobody-sets-it"}]
    pod = {
        "metadata": {"labels": {"app": "db"}},
        "spec": {
            "readinessGates": gates,
            "containers": [
                {"name": "db", "image": "db", "ports": [{"name": port, "containerPort": 5432}]}
            ],
        },
    }
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "db"}},
            "template": pod,
        },
    }
    cluster.kubectl("apply", "-f", "-", given=json.dumps(deployment))
    chosen = ["-n", namespace, "--timeout=60s"]
    if become_ready:
        cluster.kubectl("rollout", "status", f"deployment/{name}", *chosen)
    else:
        path = "{.subsets[0].notReadyAddresses[0].ip}"
        cluster.kubectl("wait", "endpoints/db", f"--for=jsonpath={path}", *chosen)


def phase(cluster: Cluster, namespace: str) -> str | None:
    found = get(cluster, "service", namespace, "db")["metadata"].get("annotations", {})
    return found.get("k8s-endpoints.pulumi/migration-phase")


def kill_half_way(cluster: Cluster, stack: Stack, namespace: str, wanted: str) -> None:
    """Begin an up to a phase, and kill it when the Service has been written."""
    with running(stack, *UP) as up:
        while phase(cluster, namespace) != wanted and up.engine.poll() is None:
            pass
        up.kill()
    assert phase(cluster, namespace) == wanted, up.said()
    stack.backend.release(stack.name)


def conditions(cluster: Cluster, namespace: str) -> set[tuple[bool, ...]]:
    """Return ready, serving and terminating of the external backends."""
    chosen = ["-n", namespace, "-l", OURS, "-o", "json"]
    found = json.loads(cluster.kubectl("get", "endpointslices", *chosen))
    return {
        tuple(endpoint["conditions"][one] for one in ("ready", "serving", "terminating"))
        for item in found["items"]
        for endpoint in item["endpoints"]
    }


def refused(stack: Stack, text: str) -> str:
    done = stack.run("preview")
    assert done.returncode != 0
    assert text in done.stdout
    return done.stdout


def no_orphans(cluster: Cluster, namespace: str, slices: int) -> None:
    """Assert that only Kubernetes's own slices are left, and nothing mirrors the Endpoints."""
    mirrored = f"{OF_DB}=endpointslicemirroring-controller.k8s.io"
    assert names(cluster, "endpointslices", namespace, mirrored) == []
    assert names(cluster, "endpointslices", namespace, OURS) == []
    assert len(names(cluster, "endpointslices", namespace)) == slices


def test_a_migration_with_state_survives_kills_in_every_step(
    cluster: Cluster, stack: Stack, namespace: str, follow: Follow
) -> None:
    """From an `ExternalService` to a `SelectorService`, killed in every step.

    A jump is refused, and Pods must be ready; until they are, the step may be taken back.
    """
    port = {"name": "postgres", "port": 5432}
    outside = {"addresses": ADDRESSES, "ports": [{**port, "target_port": 6432}]}
    stack.write(external_service("db", namespace=namespace, **outside)).up()
    before = uids(cluster, "services,endpointslices", namespace)
    address = get(cluster, "service", namespace, "db")["spec"]["clusterIPs"]

    followed = follow(namespace, "db")
    stack.write(program(namespace, "Cutover"))
    refused(stack, "run `pulumi up` with `MigrationPhase.DRAINING`")
    kill_half_way(cluster, stack.write(program(namespace, "Draining")), namespace, "Draining")
    stack.up()
    followed.wait_until_it_says("192.0.2.10 ready -> draining", "2001:db8::10 ready -> draining")
    assert uids(cluster, "services,endpointslices", namespace) == before
    assert conditions(cluster, namespace) == {DRAINING}
    assert "selector" not in get(cluster, "service", namespace, "db")["spec"]

    kill_half_way(cluster, stack.write(program(namespace, "Cutover")), namespace, "Cutover")
    stack.up()
    followed.wait_until_it_says("the selector is now app=db")
    assert get(cluster, "service", namespace, "db")["spec"]["selector"] == {"app": "db"}
    assert before.items() <= uids(cluster, "services,endpointslices", namespace).items()
    assert conditions(cluster, namespace) == {DRAINING}

    unready = "phase: Forbidden: no Pod of the selector is ready for postgres (TCP)"
    run_pods(cluster, namespace, become_ready=False)
    refused(stack.write(program(namespace, "Internal")), unready)
    stack.write(program(namespace, "Internal", await_ready=False))
    for named in ("sql", "other"):  # the second time, the last phase is begun, and not reached
        run_pods(cluster, namespace, port=named, become_ready=named == "other")
        done = stack.run(*UP)
        assert done.returncode != 0
        assert unready in done.stdout
        assert before.items() <= uids(cluster, "services,endpointslices", namespace).items()
        assert conditions(cluster, namespace) == {DRAINING}
    stack.write(program(namespace, "Cutover")).up()
    assert conditions(cluster, namespace) == {DRAINING}

    run_pods(cluster, namespace)
    stack.write(program(namespace, "Internal", await_ready=False))
    kill_half_way(cluster, stack, namespace, "Internal")
    stack.up()
    followed.wait_until_it_says("EndpointSlice db-ipv4 deleted: -192.0.2.10")
    no_orphans(cluster, namespace, len(address))

    inside = {
        "selector": {"app": "db"},
        "ports": [{**port, "target_port_name": "sql"}],
        "await_ready": False,
    }
    stack.write(component("SelectorService", "db", namespace=namespace, **inside)).up()
    live = get(cluster, "service", namespace, "db")
    assert live["metadata"]["uid"] == before["db"]
    assert live["spec"]["clusterIPs"][0] == address[0]


def test_a_migration_with_both_sides_serving_survives_kills_in_every_step(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    """It is killed in every step, and continues from there."""
    run_pods(cluster, namespace)
    stack.write(program(namespace, "External")).up()
    before = uids(cluster, "services,endpointslices", namespace)
    kill_half_way(cluster, stack.write(program(namespace, "Hybrid")), namespace, "Hybrid")
    stack.up()
    assert conditions(cluster, namespace) == {ACTIVE}
    assert get(cluster, "service", namespace, "db")["spec"]["selector"] == {"app": "db"}

    share = program(namespace, "ShareDraining")
    kill_half_way(cluster, stack.write(share), namespace, "ShareDraining")
    stack.up()
    assert conditions(cluster, namespace) == {DRAINING}
    assert before.items() <= uids(cluster, "services,endpointslices", namespace).items()

    kill_half_way(cluster, stack.write(program(namespace, "Internal")), namespace, "Internal")
    stack.up()
    no_orphans(cluster, namespace, 2)
    assert stack.up("--refresh")["unchanged"]
    assert uids(cluster, "services", namespace) == {"db": before["db"]}


def test_stepping_back_by_the_named_commands_leaves_no_orphans(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    """A first deployment may be in the last phase; the commands of the refusal leave no orphans."""
    stack.write(program(namespace, "Internal", await_ready=False)).up()
    run_pods(cluster, namespace)
    service = uids(cluster, "services", namespace)
    stack.write(program(namespace, "ShareDraining")).up()
    assert conditions(cluster, namespace) == {DRAINING}
    stack.write(program(namespace, "Hybrid")).up()
    before = uids(cluster, "services,endpointslices", namespace)
    assert service.items() <= before.items()

    said = refused(stack.write(program(namespace, "External")), "keep serving them")
    commands = [one for one in re.findall(r"`([^`]+)`", said) if one.startswith("kubectl ")]
    assert len(commands) >= 3
    for command in commands[:3]:
        cluster.kubectl(*shlex.split(command)[1:])
    stack.up("--refresh")

    assert "selector" not in get(cluster, "service", namespace, "db")["spec"]
    left = uids(cluster, "services,endpointslices,endpoints", namespace)
    assert left.items() <= before.items()
    assert sorted(left) == ["db", "db-ipv4", "db-ipv6"]


def test_components_with_a_selector_move_to_and_from_the_last_phase(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    """The Service keeps its UID from component to component."""
    run_pods(cluster, namespace, name="before")
    port = {"name": "postgres", "port": 5432}
    inside = {"selector": {"app": "db"}, "ports": [{**port, "target_port_name": "sql"}]}
    stack.write(component("SelectorService", "db", namespace=namespace, **inside)).up()
    before = uids(cluster, "services", namespace)

    stack.write(program(namespace, "Internal")).up()
    assert uids(cluster, "services", namespace) == before

    made = {"image": "db", "ports": [port], "await_ready": False}
    stack.write(component("DeployedService", "db", namespace=namespace, **made)).up()
    assert uids(cluster, "services", namespace) == before
    no_orphans(cluster, namespace, 2)
