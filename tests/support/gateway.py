"""The Gateway API in tests: its custom resources, and routes that they take or refuse."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from testbed.cluster import throw_away_cluster
from tools import golang
from tools.cluster import Cluster
from tools.console import CommandError
from tools.paths import GO_MODULES

__all__ = [
    "HTTP_TAKEN",
    "HTTP_VARIANTS",
    "TCP_TAKEN",
    "TCP_VARIANTS",
    "gateway_cluster",
    "install_gateway_api",
]

GATEWAY_API = "sigs.k8s.io/gateway-api@v1.7.0"
"""As `tools/go/gateway-api` pins it; only its YAML is used."""

_CRDS = ("httproutes", "tcproutes", "referencegrants", "backendtlspolicies")


@contextmanager
def gateway_cluster(name: str) -> Iterator[Cluster]:
    """Run a control plane that has the custom resources of Gateway API, and no controller."""
    with throw_away_cluster(name=name) as made:
        install_gateway_api(made)
        yield made


def install_gateway_api(cluster: Cluster) -> None:
    """Install on a control plane the custom resources of Gateway API, standard channel."""
    files = golang.module_files(GO_MODULES / "gateway-api", GATEWAY_API)
    folder = files / "config/crd/standard"
    texts = [(folder / f"gateway.networking.k8s.io_{one}.yaml").read_text() for one in _CRDS]
    cluster.kubectl("create", "-f", "-", given="\n---\n".join(texts))
    for _ in range(120):
        with suppress(CommandError):
            cluster.kubectl("get", ",".join(_CRDS), "-A")
            return
        time.sleep(0.5)
    pytest.fail("the custom resources of Gateway API are not served")


_WEB: dict[str, Any] = {"service_name": "web", "port": 80}


def _path(path: str) -> dict[str, Any]:
    return {"rules": [{"paths": [{"path": path, "backend": _WEB}]}]}


def _backend(**fields: Any) -> dict[str, Any]:
    return {"rules": [{"host": "a.example.com", "backend": {**_WEB, **fields}}]}


def _tls(**fields: Any) -> dict[str, Any]:
    return _backend(tls={"hostname": "web.example.com", **fields})


def _many(count: int) -> dict[str, Any]:
    paths = [{"path": f"/{number}", "backend": _WEB} for number in range(count)]
    return {"rules": [{"paths": paths}]}


HTTP_VARIANTS: dict[str, dict[str, Any]] = {
    "all that is taken": {
        "gateways": [
            {"name": "a", "namespace": "b", "section_name": "https.a"},
            {"name": "a", "namespace": "b", "section_name": "http"},
            {"name": "a"},
        ],
        "rules": [
            {
                "host": "*.example.com",
                "paths": [{"path": "/a/", "type": "Exact", "backend": {**_WEB, "weight": 0}}],
                "backends": [
                    {**_WEB, "weight": 1000000},
                    {**_WEB, "namespace": "data"},
                    {"service_name": "b.c", "port": 65535},
                ],
            },
            {"host": "example", "backend": _WEB},
        ],
        "default_backend": _WEB,
        "labels": {"a": "b"},
    },
    "16 paths": _many(16),
    "17 paths": _many(17),
    "16 backends": {"rules": [{"backends": [_WEB] * 16}]},
    "17 backends": {"rules": [{"backends": [_WEB] * 17}]},
    "host": {"rules": [{"host": "A_", "backend": _WEB}]},
    "host with two wildcards": {"rules": [{"host": "*.*.a", "backend": _WEB}]},
    "host that is a wildcard alone": {"rules": [{"host": "*", "backend": _WEB}]},
    "host that ends in a dot": {"rules": [{"host": "a.", "backend": _WEB}]},
    "name of a Gateway": {"gateways": [{"name": ""}]},
    "namespace of a Gateway": {"gateways": [{"name": "a", "namespace": "b.c"}]},
    "listener": {"gateways": [{"name": "a", "section_name": "a_b"}]},
    "Gateway twice": {"gateways": [{"name": "a"}, {"name": "a"}]},
    "Gateway twice, a listener": {"gateways": [{"name": "a"}, {"name": "a", "section_name": "b"}]},
    "Gateway twice, one listener": {
        "gateways": [{"name": "a", "section_name": "b"}, {"name": "a", "section_name": "b"}]
    },
    "relative path": _path("a"),
    "empty path": _path(""),
    "path of two slashes": _path("/a//b"),
    "path of a dot": _path("/a/./b"),
    "path up": _path("/a/../b"),
    "path that ends up": _path("/a/.."),
    "path that ends in a dot": _path("/a/."),
    "path that ends like a file": _path("/a..b/..c"),
    "fragment": _path("/a#b"),
    "encoded slash": _path("/a%2Fb"),
    "encoded space": _path("/a%20b"),
    "space": _path("/a b"),
    "half a code": _path("/a%2"),
    "letters beyond ASCII": _path("/ä"),
    "longest path": _path("/" + "a" * 1023),
    "too long a path": _path("/" + "a" * 1024),
    "service": _backend(service_name=""),
    "port": _backend(port=0),
    "port above": _backend(port=65536),
    "weight": _backend(weight=-1),
    "weight above": _backend(weight=1000001),
    "namespace": _backend(namespace="A_"),
    "namespace of the route": {**_backend(namespace="data"), "namespace": "A_"},
    "17 Services elsewhere": {
        "rules": [
            {
                "paths": [
                    {
                        "path": f"/{path}",
                        "backends": [
                            {"service_name": f"web-{path}{one}", "port": 80, "namespace": "data"}
                            for one in range(9)
                        ],
                    }
                    for path in "ab"
                ]
            }
        ]
    },
    "TLS to backends": {
        "rules": [
            {
                "backends": [
                    {**_WEB, "tls": {"hostname": "a", "ca_config_map": "b", "names": ["*.c"] * 5}},
                    {**_WEB, "namespace": "data", "tls": {"hostname": "a.b"}},
                    {
                        "service_name": "b",
                        "port_name": "https",
                        "service_ports": {"https": 443},
                        "tls": {"hostname": "a.b"},
                    },
                ]
            }
        ],
    },
    "TLS, name": _tls(hostname="A_"),
    "TLS, no name": _tls(hostname=""),
    "TLS, wildcard": _tls(hostname="*.example.com"),
    "TLS, CA": _tls(ca_config_map=""),
    "TLS, other name": _tls(names=["a_b"]),
    "TLS, 6 other names": _tls(names=["a", "b", "c", "d", "e", "f"]),
    "labels": {"labels": {"a b": "c"}},
    "name": {"ingress_name": "A_"},
}
"""Arguments of an `HttpIngress`, with what they break or come near to breaking for a name."""

HTTP_TAKEN = {
    "all that is taken",
    "16 paths",
    "16 backends",
    "TLS to backends",
    "path that ends like a file",
    "encoded space",
    "longest path",
}
"""Those that come near."""


_DB: dict[str, Any] = {"service_name": "db", "port": 5432}

TCP_VARIANTS: dict[str, dict[str, Any]] = {
    "all that is taken": {
        "gateways": [{"name": "a", "section_name": "x"}, {"name": "a", "section_name": "y"}],
        "backend": None,
        "backends": [{**_DB, "weight": 0}, {**_DB, "namespace": "data", "weight": 1}],
    },
    "16 backends": {"backend": None, "backends": [_DB] * 16},
    "17 backends": {"backend": None, "backends": [_DB] * 17},
    "name of a Gateway": {"gateways": [{"name": ""}]},
    "namespace of a Gateway": {"gateways": [{"name": "a", "namespace": "b.c"}]},
    "listener": {"gateways": [{"name": "a", "section_name": "a_b"}]},
    "Gateway twice": {"gateways": [{"name": "a"}, {"name": "a"}]},
    "service": {"backend": {**_DB, "service_name": ""}},
    "port": {"backend": {**_DB, "port": 0}},
    "weight": {"backend": {**_DB, "weight": 1000001}},
    "namespace": {"backend": {**_DB, "namespace": "A_"}},
}
"""Arguments of a `TcpRoute`, with what they break or come near to breaking for a name."""

TCP_TAKEN = {"all that is taken", "16 backends"}
"""Those that come near."""
