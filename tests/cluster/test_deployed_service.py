"""`DeployedService` on a real control plane: its objects, and the number of its Pods."""

import json
import re
from typing import Any

import pytest

from components.core.arguments import typed
from components.core.deployed_service import plan_deployed_service
from components.core.pod_arguments import DeployedServiceArgs
from components.core.versions import rules_of
from components.validation.rendered import validate_rendered
from testbed.agreement import server as api
from testbed.cluster import get, missing, names, uids
from testbed.stack import Stack
from tests.support.deployments import VARIANTS
from tools.cluster import Cluster

PROGRAM = """
    import pulumi
    from components import DeployedService

    DeployedService("my-app", {args!r})
"""
PORTS = [{"name": "http", "port": 80, "target_port": 8080}]
KINDS = "services,deployments,poddisruptionbudgets,horizontalpodautoscalers"
IMAGE = "registry.example/my-app"


def given(**extra: Any) -> dict[str, Any]:
    return {"image": f"{IMAGE}:1", "ports": PORTS, "await_ready": False, **extra}


def program(namespace: str, **extra: Any) -> str:
    return PROGRAM.format(args=given(namespace=namespace, **extra))


def live(cluster: Cluster, namespace: str) -> int:
    return int(get(cluster, "deployments", namespace, "my-app")["spec"]["replicas"])


def image(cluster: Cluster, namespace: str) -> str:
    spec = get(cluster, "deployments", namespace, "my-app")["spec"]
    return str(spec["template"]["spec"]["containers"][0]["image"])


@pytest.mark.both_kinds
def test_turning_autoscaling_on_and_off_keeps_the_live_number(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    scaled = {"autoscaling": {"min_replicas": 4, "max_replicas": 6}}
    stack.write(program(namespace, replicas=3, labels={"team": "a"})).up()
    before = uids(cluster, "deployments", namespace)
    assert live(cluster, namespace) == 3

    stack.write(program(namespace, min_available=2, labels={"team": "b"}, **scaled)).up()
    assert live(cluster, namespace) in {3, 4}  # once the real autoscaler has seen it

    cluster.kubectl("wait", "deployment/my-app", "-n", namespace, *_until("{.spec.replicas}", "4"))
    stack.write(program(namespace, image=f"{IMAGE}:2", **scaled)).up()
    assert (live(cluster, namespace), image(cluster, namespace)) == (4, f"{IMAGE}:2")

    stack.write(program(namespace, image=f"{IMAGE}:3")).up()
    assert (live(cluster, namespace), image(cluster, namespace)) == (4, f"{IMAGE}:3")
    assert names(cluster, "poddisruptionbudgets,horizontalpodautoscalers", namespace) == []

    done = stack.write(program(namespace, replicas=3, image=f"{IMAGE}:4")).run("up", "--yes")
    assert done.returncode != 0
    assert "Leave `replicas` out to keep the live number" in done.stdout
    assert (live(cluster, namespace), image(cluster, namespace)) == (4, f"{IMAGE}:3")

    cluster.kubectl("scale", "deployment/my-app", "--replicas=3", "-n", namespace)
    stack.up()
    assert (live(cluster, namespace), image(cluster, namespace)) == (3, f"{IMAGE}:4")
    assert uids(cluster, "deployments", namespace) == before
    stack.destroy()  # which awaits no Deployment, as `await_ready` is False
    gone = ("wait", "deployment/my-app", "-n", namespace, "--for=delete", "--timeout=60s")
    cluster.kubectl(*gone)
    assert names(cluster, KINDS, namespace) == []


def _until(field: str, value: str) -> list[str]:
    return [f"--for=jsonpath={field}={value}", "--timeout=120s"]


@pytest.mark.both_kinds
def test_pods_are_served_and_the_live_objects_are_the_rendered_ones(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    args = {**given(min_available=2, type="LoadBalancer"), "await_ready": True}
    stack.write(PROGRAM.format(args={**args, "namespace": namespace})).up()

    findings: list[Any] = []
    plan = plan_deployed_service(typed(DeployedServiceArgs, args), "my-app", findings)
    assert findings == []
    for planned in plan.objects:
        found = get(cluster, planned["kind"], namespace, "my-app")
        assert missing(planned["spec"], found["spec"]) == []
    slices = json.loads(cluster.kubectl("get", "endpointslices", "-n", namespace, "-o", "json"))
    (served,) = slices["items"]
    assert len(served["endpoints"]) == 3
    assert [port["port"] for port in served["ports"]] == [8080]
    stack.destroy()


_OBJECTS = re.compile(r": \{.*\}: ")
"""A whole object among the words of a refusal."""

_MOUNTED = re.compile(r".*\.volumeMounts\[\d+\]\.name")


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_validation_of_rendered_objects_agrees_with_the_server(
    cluster: Cluster, variant: dict[str, Any]
) -> None:
    rules = rules_of("1.36")
    args = {"image": "a", "ports": PORTS, "kubernetes_version": "1.36", **variant}
    plan = plan_deployed_service(typed(DeployedServiceArgs, args), "my-app", [])
    with api.ApiServer(cluster.kubeconfig) as server:
        for manifest in plan.objects[1:]:
            ours = {
                (one.path, one.message)
                for one in validate_rendered(rules, manifest)
                if one.severity == "error"
            }
            answer = server.create(manifest, manifest["kind"], "default", dry=True)
            theirs = {
                (one.field, _OBJECTS.sub(": ", one.message))
                for one in answer.causes
                if not _MOUNTED.fullmatch(one.field)  # whose volume is refused already
            }
            assert ours == theirs, manifest["kind"]
            assert answer.accepted == (not ours), answer.message
