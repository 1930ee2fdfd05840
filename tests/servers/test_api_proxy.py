"""The hazard `no-api-proxy` holds on every version; no connection is tried."""

from collections.abc import Callable

import pytest

from testbed.agreement import golden
from testbed.agreement.server import ApiServer, Object

LABEL = "kubernetes.io/service-name"
PORT = {"name": "http", "port": 80}


def service(name: str) -> Object:
    return golden.service({"ports": [PORT]}, name)


def slice_of(name: str) -> Object:
    metadata = {"name": name, "labels": {LABEL: name}}
    return {**golden.slice_("IPv4", "192.0.2.1"), "metadata": metadata, "ports": [PORT]}


def endpoints_of(name: str) -> Object:
    made = golden.endpoints("192.0.2.1", name=name)
    made["subsets"][0]["ports"] = [PORT]
    return made


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("slices", (service, slice_of)),
        ("legacy", (service, endpoints_of)),
        ("both", (service, slice_of, endpoints_of)),
    ],
)
def test_the_proxy_does_not_connect_to_external_endpoints(
    server: ApiServer,
    namespace: str,
    version: str,
    name: str,
    kinds: tuple[Callable[[str], Object], ...],
) -> None:
    for make in kinds:
        manifest = make(name)
        assert server.create(manifest, manifest["kind"], namespace, dry=False).accepted

    answer = server.ask_service(namespace, f"{name}:http")

    reads_slices = int(version.partition(".")[2]) >= 37
    if name == "slices" and not reads_slices:
        assert (answer.status, answer.message) == (404, 'services "slices" not found')
    else:
        asked = name if reads_slices else f"{name}:http"
        reason = f'no endpoints available for service "{asked}"'
        assert (answer.status, answer.message) == (503, reason)
