"""The objects of `bench.programs` as plain manifests."""

from collections.abc import Iterator
from typing import Any

_LABELS = {"endpointslice.kubernetes.io/managed-by": "hand"}


def objects(count: int, *, moved: bool = False) -> Iterator[dict[str, Any]]:
    """Return `count` Services and their slices, with another address for one backend if `moved`."""
    for i in range(count):
        name = f"svc-{i}"
        last = 200 if moved and i == 0 else 10
        yield {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": "bench"},
            "spec": {
                "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": 8080}],
            },
        }
        yield {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {
                "name": f"{name}-ipv4",
                "namespace": "bench",
                "labels": {"kubernetes.io/service-name": name, **_LABELS},
            },
            "addressType": "IPv4",
            "endpoints": [
                {
                    "addresses": [f"10.{1 + i // 250}.{i % 250}.{n}"],
                    "conditions": {"ready": True, "serving": True, "terminating": False},
                }
                for n in [*range(1, 10), last]
            ],
            "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
        }
