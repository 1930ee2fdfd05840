"""A foreign Service is never taken over (design: decision 8)."""

import json
import re

import pytest

from components.core.failures import UPSERT_VARIABLE
from testbed.cluster import get, names
from testbed.stack import Stack
from tools.cluster import Cluster
from tools.parts import CREATE
from tools.providers import Provider

pytestmark = pytest.mark.both_kinds

OF_OURS = "endpointslice.kubernetes.io/managed-by=k8s-endpoints.pulumi"
FOREIGN = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "orders-db"},
    "spec": {
        "selector": {"app": "another-teams"},
        "ports": [{"name": "postgres", "port": 5432, "protocol": "TCP", "targetPort": 5432}],
    },
}

OURS = """
    from components import ExternalService

    ExternalService("orders-db", {{
        "namespace": "{namespace}",
        "addresses": ["192.0.2.10"],
        "ports": [{{"name": "postgres", "port": 5432}}],
    }})
"""


@pytest.fixture(params=[[], ["--server-side"]], ids=["apply", "apply --server-side"])
def foreign(request: pytest.FixtureRequest, cluster: Cluster, namespace: str) -> str:
    cluster.kubectl("apply", "-n", namespace, *request.param, "-f", "-", given=json.dumps(FOREIGN))
    return namespace


def test_preview_refuses_a_foreign_service_with_reason_and_remedy(
    stack: Stack, foreign: str, provider: Provider
) -> None:
    done = stack.write(OURS.format(namespace=foreign)).run("preview")

    if provider.kind == CREATE:  # it shows the inputs, and sees nothing of the live object
        assert done.returncode == 0, done.stdout
        assert "warning:" not in done.stdout
        return
    assert done.returncode != 0
    assert 'ExternalService "orders-db": service_name: Invalid value: "orders-db"' in done.stdout
    assert 'selector "app=another-teams"' in done.stdout
    assert "pulumi state delete" in done.stdout
    assert "Traceback" not in done.stdout


def test_an_up_without_preview_leaves_a_foreign_service_whole(
    cluster: Cluster, stack: Stack, foreign: str, provider: Provider
) -> None:
    before = get(cluster, "service", foreign, "orders-db")
    stack.write(OURS.format(namespace=foreign))

    for _ in range(2):
        done = stack.run("up", "--yes", "--skip-preview")

        assert done.returncode != 0
        assert names(cluster, "endpointslices", foreign, OF_OURS) == []
        live = get(cluster, "service", foreign, "orders-db")
        if provider.kind == CREATE:
            assert 'services "orders-db" already exists' in done.stdout
            assert f"Service {foreign}/orders-db already exists; nothing of it" in done.stdout
            assert f"`{UPSERT_VARIABLE}=true pulumi up` once" in done.stdout
            assert "name it in `adopt`" in done.stdout
            assert live == before
            continue
        assert 'selector "app=another-teams"' in done.stdout
        assert live["spec"]["selector"] == {"app": "another-teams"}

    if provider.kind == CREATE:
        stack.environment[UPSERT_VARIABLE] = "true"
        done = stack.run("up", "--yes")
        assert done.returncode != 0
        assert 'selector "app=another-teams"' in done.stdout, "the guard holds for a recovery too"
        del stack.environment[UPSERT_VARIABLE]
        stack.destroy()
        assert get(cluster, "service", foreign, "orders-db") == before
        return

    (remedy,) = set(re.findall(r"pulumi state delete '([^']+)'", done.stdout))
    forgotten = stack.run("state", "delete", remedy, "--yes")
    assert forgotten.returncode == 0, forgotten.stdout
    stack.destroy()
    live = get(cluster, "service", foreign, "orders-db")
    assert live["spec"]["selector"] == {"app": "another-teams"}
