"""An Ingress in front of external backends: Pulumi waits for an Endpoints object."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from testbed.cluster import names
from testbed.stack import Stack
from tools.cluster import Cluster

PROGRAM = """
from pulumi_kubernetes import networking
from components import ExternalService

home = ExternalService("home", {{
    "namespace": "{namespace}",
    "addresses": ["192.0.2.40"],
    "ports": [{{"name": "http", "port": 80}}],
    "endpoint_api": "{mode}",
}})
backend = {{"service": {{"name": home.service_name, "port": {{"name": "http"}}}}}}
path = {{"path": "/", "path_type": "Prefix", "backend": backend}}
networking.v1.Ingress(
    "home",
    metadata={{"name": "home", "namespace": "{namespace}"}},
    spec={{"rules": [{{"host": "home.example.com", "http": {{"paths": [path]}}}}]}},
)
"""
STATUS = {"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}}}
AT_ONCE = 30
"""Seconds; without an Endpoints object it takes a minute more."""


@contextmanager
def controller(cluster: Cluster, namespace: str) -> Iterator[None]:
    """Play the controller, which gives the Ingress its address."""

    def play() -> None:
        while "home" not in names(cluster, "ingress", namespace):
            time.sleep(0.2)
        patch = ["patch", "ingress", "home", "-n", namespace, "--subresource=status"]
        cluster.kubectl(*patch, "--type=merge", "-p", json.dumps(STATUS))

    with ThreadPoolExecutor(max_workers=1) as pool:
        playing = pool.submit(play)
        yield
        playing.result()


def test_an_ingress_is_ready_at_once_with_both(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(PROGRAM.format(namespace=namespace, mode="Both"))
    before = time.monotonic()
    with controller(cluster, namespace):
        stack.up()
    assert time.monotonic() - before < AT_ONCE
