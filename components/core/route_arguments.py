"""The arguments of routes as the core takes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .arguments import ITEM, NamedArgs
from .unknown import Unknown, is_known

__all__ = [
    "GATEWAY",
    "BackendRefArgs",
    "BackendTlsArgs",
    "GatewayRefArgs",
    "HostArgs",
    "HttpIngressArgs",
    "PathArgs",
    "TcpRouteArgs",
    "TlsArgs",
]

GATEWAY = "Gateway"
"""`RouteApi.GATEWAY`."""

_Text = str | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendTlsArgs:
    """A `BackendTls`."""

    hostname: _Text
    ca_config_map: _Text | None = None
    ca_secret: _Text | None = None
    names: Sequence[_Text] = ()
    verify: bool = True

    def differs_from(self, other: "BackendTlsArgs") -> bool:
        """Return whether `other` has a different setting, among those known on both sides."""
        pairs = [
            (self.hostname, other.hostname),
            (self.ca_config_map, other.ca_config_map),
            (self.ca_secret, other.ca_secret),
            (self.verify, other.verify),
            (len(self.names), len(other.names)),
            *zip(self.names, other.names, strict=False),
        ]
        return any(one != two and is_known(one) and is_known(two) for one, two in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendRefArgs:
    """A `RouteBackend`."""

    service_name: _Text
    port_name: str | None = None
    port: int | Unknown | None = None
    namespace: _Text | None = None
    service_ports: Mapping[str, int | Unknown] | None = None
    is_external_name: bool = False
    weight: int | Unknown | None = None
    service_annotations: Mapping[str, _Text] | None = None
    object_name: str | None = None
    tls: BackendTlsArgs | None = field(default=None, metadata={ITEM: BackendTlsArgs})


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayRefArgs:
    """A `GatewayRef`."""

    name: _Text
    namespace: _Text | None = None
    section_name: _Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PathArgs:
    """An `HttpPath`."""

    backend: BackendRefArgs | None = field(default=None, metadata={ITEM: BackendRefArgs})
    backends: Sequence[BackendRefArgs] = field(default=(), metadata={ITEM: BackendRefArgs})
    path: _Text = "/"
    type: str = "Prefix"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostArgs:
    """An `HttpHost`."""

    host: _Text | None = None
    backend: BackendRefArgs | None = field(default=None, metadata={ITEM: BackendRefArgs})
    backends: Sequence[BackendRefArgs] = field(default=(), metadata={ITEM: BackendRefArgs})
    paths: Sequence[PathArgs] = field(default=(), metadata={ITEM: PathArgs})


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsArgs:
    """An `HttpTls`."""

    secret_name: _Text | None = None
    hosts: Sequence[_Text] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpIngressArgs(NamedArgs):
    """The arguments of an `HttpIngress`."""

    rules: Sequence[HostArgs] = field(default=(), metadata={ITEM: HostArgs})
    default_backend: BackendRefArgs | None = field(default=None, metadata={ITEM: BackendRefArgs})
    tls: Sequence[TlsArgs] = field(default=(), metadata={ITEM: TlsArgs})
    issuer: _Text | None = None
    cluster_issuer: _Text | None = None
    api: str = "Ingress"
    gateways: Sequence[GatewayRefArgs] = field(default=(), metadata={ITEM: GatewayRefArgs})
    class_name: _Text | None = None
    ingress_name: str | None = None
    await_ready: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpRouteArgs(NamedArgs):
    """The arguments of a `TcpRoute`."""

    gateways: Sequence[GatewayRefArgs] = field(default=(), metadata={ITEM: GatewayRefArgs})
    backend: BackendRefArgs | None = field(default=None, metadata={ITEM: BackendRefArgs})
    backends: Sequence[BackendRefArgs] = field(default=(), metadata={ITEM: BackendRefArgs})
    route_name: str | None = None
