"""The hazard `no-api-proxy`: backends that Pods reach are not reached through the API server."""

import json

import pytest

from testbed.cluster import wait_for_accounts
from testbed.dataplane.rig import Rig
from tools.console import CommandError

SHOP = "proxied"
PORT = 5432
PROGRAM = """
    from components import ExternalService

    for name, api in {{"slices": "Slices", "legacy": "Endpoints", "both": "Both"}}.items():
        ExternalService(
            name,
            {{
                "addresses": [{address!r}],
                "ports": [{{"name": "postgres", "port": {port}}}],
                "endpoint_api": api,
                "namespace": {namespace!r},
            }},
        )
"""
POD = """
apiVersion: v1
kind: Pod
metadata: {{name: backend, namespace: {namespace}}}
spec: {{schedulerName: nobody, containers: [{{name: c, image: none}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: pods, namespace: {namespace}}}
spec: {{ports: [{{name: postgres, port: {port}}}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: pods, namespace: {namespace}, labels: {{kubernetes.io/service-name: pods}}}}
addressType: IPv4
endpoints:
- addresses: [{address}]
  targetRef: {{kind: Pod, name: backend, namespace: {namespace}}}
ports: [{{name: postgres, port: {port}}}]
"""
"""A Pod that has the address of a backend, and a Service whose slice says so."""


@pytest.fixture(scope="module", autouse=True)
def deployed(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> None:
    values = {"address": rig.hosts[0].v4(), "port": PORT, "namespace": SHOP}
    rig.cluster.kubectl("create", "namespace", SHOP)
    stack = rig.stack(tmp_path_factory.mktemp("proxied"))
    stack.write(PROGRAM.format(**values)).up()
    wait_for_accounts(rig.cluster, [SHOP])
    rig.cluster.kubectl("apply", "-f", "-", given=POD.format(**values))
    address = {"podIP": values["address"], "podIPs": [{"ip": values["address"]}]}
    how = ["--subresource=status", "--type=merge", "-p", json.dumps({"status": address})]
    rig.cluster.kubectl("patch", "pod", "backend", "-n", SHOP, *how)
    rig.settle()


def refused(rig: Rig, service: str) -> str:
    """Ask for a Service through the API server's proxy, and return what it says instead."""
    path = f"/api/v1/namespaces/{SHOP}/services/{service}:postgres/proxy/"
    with pytest.raises(CommandError) as said:
        rig.cluster.kubectl("get", "--raw", path, "--request-timeout=10s")
    return str(said.value)


@pytest.mark.parametrize("service", ["slices", "legacy", "both"])
def test_the_proxy_does_not_reach_what_pods_reach(rig: Rig, service: str) -> None:
    address = rig.address(f"{service}.{SHOP}.svc")
    assert rig.client.hosts(address, PORT) == {rig.hosts[0].name}

    assert f'no endpoints available for service "{service}"' in refused(rig, service)


def test_the_proxy_reaches_the_same_address_where_a_pod_has_it(rig: Rig) -> None:
    """The Pod was missing: the backend answers its name and address, which is not HTTP."""
    assert f'malformed HTTP status code "{rig.hosts[0].v4()}"' in refused(rig, "pods")


def test_a_port_is_not_forwarded(rig: Rig) -> None:
    with pytest.raises(CommandError, match="Service is defined without a selector"):
        rig.cluster.kubectl("port-forward", "-n", SHOP, "service/slices", f"0:{PORT}")
