"""Children are deleted in the background: destroy does not wait, and nothing is left behind."""

import time

from testbed.cluster import names, wait_for_accounts
from testbed.stack import Stack
from tools.cluster import Cluster

PROGRAM = """
import pulumi
from components import (
    EndpointApi, ExternalNameService, ExternalService, ExternalServiceSet, SelectorService,
)

ports = [{{"name": "http", "port": 80}}]
addresses = ["192.0.2.1", "2001:db8::1"]
place = {{"namespace": "{namespace}", "ports": ports}}
for api in EndpointApi:
    ExternalService(
        f"by-{{api.value.lower()}}", {{**place, "addresses": addresses, "endpoint_api": api}}
    )
ExternalServiceSet("all", {{"services": {{"in-a-set": {{**place, "addresses": addresses}}}}}})
SelectorService("web", {{**place, "selector": {{"app": "web"}}}})
ExternalNameService(
    "alias", {{"namespace": "{namespace}", "external_name": "db.example.com"}}
)
"""

POD = """
apiVersion: v1
kind: Pod
metadata: {{name: web, namespace: {namespace}, labels: {{app: web}}}}
spec: {{containers: [{{name: web, image: web}}], tolerations: [{{operator: Exists}}]}}
"""

KINDS = ("services", "endpointslices", "endpoints")


def left(cluster: Cluster, namespace: str) -> list[str]:
    return [f"{kind}/{name}" for kind in KINDS for name in names(cluster, kind, namespace)]


def test_destroy_leaves_nothing(cluster: Cluster, namespace: str, stack: Stack) -> None:
    wait_for_accounts(cluster, [namespace])
    cluster.kubectl("apply", "-f", "-", given=POD.format(namespace=namespace))
    stack.write(PROGRAM.format(namespace=namespace)).up()
    deployed = left(cluster, namespace)
    assert any(name.startswith("endpointslices/web-") for name in deployed), "the controller's"
    assert any(name.startswith("endpointslices/by-endpoints-") for name in deployed), "mirrored"

    stack.destroy()

    deadline = time.monotonic() + 30
    while left(cluster, namespace) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left(cluster, namespace) == []
