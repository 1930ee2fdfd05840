"""Plans which backends are probed, and how."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ...topology import Explanation

Kind = Literal["tcp", "tls", "http", "https"]

_TLS = frozenset({"https", "tls", "wss", "kubernetes.io/wss"})
_HTTP = frozenset({"http", "kubernetes.io/h2c", "kubernetes.io/ws"})


@dataclass(frozen=True, slots=True)
class Target:
    """A port of a backend."""

    address: str
    port: int
    port_name: str
    state: str
    """The state in the slice: ready, draining, not ready."""
    kind: Kind


def plan(explanation: Explanation, kind: Kind | None) -> Iterator[Target]:
    """Yield the backends of a Service: only the addresses that it declares.

    Args:
        explanation: The Service.
        kind: How to connect; None for TCP, HTTP or TLS by the names of the ports.
    """
    path = explanation.path
    if path is None:
        return
    if path.external_name:
        for port in path.ports:
            if port.number and port.protocol == "TCP":
                chosen = kind or _kind_of(port.name)
                yield Target(path.external_name, port.number, port.name, "alias", chosen)
        return
    seen: set[tuple[str, int]] = set()
    for endpoints in path.endpoints:
        if endpoints.family == "FQDN":
            continue
        for backend in endpoints.backends:
            for shown in endpoints.ports:
                name, _, rest = shown.rpartition(" ")
                number, _, protocol = rest.partition("/")
                if protocol != "TCP" or not number.isdigit():
                    continue
                key = backend.address, int(number)
                if key not in seen:
                    seen.add(key)
                    yield Target(*key, name, backend.state, kind or _kind_of(name))


def _kind_of(name: str) -> Kind:
    """Return how to connect to a port with this name, by the naming convention of meshes."""
    first = name.partition("-")[0]
    if first in _TLS:
        return "https" if first == "https" else "tls"
    return "http" if first in _HTTP else "tcp"
