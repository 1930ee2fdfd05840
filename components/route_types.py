"""The types of routes' arguments: hosts, paths, backends, Gateways and TLS.

Every class here becomes a type of the same name in other languages.
"""
# No `from __future__ import annotations` here: Pulumi's component analyzer reads real types.

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NotRequired, TypeAlias, TypedDict

import pulumi


class PathType(StrEnum):
    """Which paths of URLs a path matches (Kubernetes `pathType`)."""

    PREFIX = "Prefix"
    """The path itself and all below it, by whole segments. The default."""
    EXACT = "Exact"
    """Only the path itself."""


class RouteApi(StrEnum):
    """Which API of Kubernetes routes requests to Services."""

    INGRESS = "Ingress"
    """One Ingress of networking.k8s.io. The default."""
    GATEWAY = "Gateway"
    """One HTTPRoute of the Gateway API for each host, attached to a Gateway."""


if TYPE_CHECKING:  # Pulumi's component analyzer takes neither unions nor literals
    PathTypeLike: TypeAlias = PathType | Literal["Prefix", "Exact"]
    RouteApiLike: TypeAlias = RouteApi | Literal["Ingress", "Gateway"]
else:
    PathTypeLike = PathType
    RouteApiLike = RouteApi


class GatewayRef(TypedDict):
    """A Gateway that a route attaches to."""

    name: pulumi.Input[str]
    """The Gateway's name."""
    namespace: NotRequired[pulumi.Input[str]]
    """The Gateway's namespace. Defaults to the route's own."""
    section_name: NotRequired[pulumi.Input[str]]
    """The name of one of its listeners. Defaults to every listener that accepts the route."""


class BackendTls(TypedDict):
    """The TLS settings of a Gateway, or of the controller of an Ingress, for a backend."""

    hostname: pulumi.Input[str]
    """The DNS name in the backend's certificate, also sent as SNI."""
    ca_config_map: NotRequired[pulumi.Input[str]]
    """The ConfigMap, in the Service's namespace, whose `ca.crt` holds the CA of the certificate,
    or the certificate itself if it is self-signed. Defaults to the CAs of the controller's system.
    ingress-nginx takes `ca_secret` instead."""
    ca_secret: NotRequired[pulumi.Input[str]]
    """A Secret in place of `ca_config_map`, for an Ingress of Traefik or ingress-nginx. Defaults to
    none."""
    names: NotRequired[Sequence[pulumi.Input[str]]]
    """DNS names, instead of `hostname`, one of which must be in the certificate. Only with
    `RouteApi.GATEWAY`. Defaults to none."""
    verify: NotRequired[bool]
    """Whether the certificate is verified. Defaults to True, the only choice for a Gateway."""


class RouteBackend(TypedDict):
    """A Service and one of its ports. `route_backend` makes one from a component."""

    service_name: pulumi.Input[str]
    """The Service's name."""
    port_name: NotRequired[str]
    """The name of its port. Defaults to the only one of `service_ports`: give it or `port`."""
    port: NotRequired[pulumi.Input[int]]
    """The number of its port: the Service's, not that of its backends. Defaults to none."""
    namespace: NotRequired[pulumi.Input[str]]
    """The Service's namespace. Defaults to the component's own."""
    service_ports: NotRequired[Mapping[str, pulumi.Input[int]]]
    """The Service's ports by name, which the port is checked against. Defaults to unknown."""
    is_external_name: NotRequired[bool]
    """Whether the Service is an alias in DNS. Defaults to False."""
    weight: NotRequired[pulumi.Input[int]]
    """Its share of the requests, relative to the weights of the other backends. Only with
    `RouteApi.GATEWAY`. Defaults to 1."""
    service_annotations: NotRequired[Mapping[str, pulumi.Input[str]]]
    """The Service's annotations that Traefik reads, which `tls` is checked against. Defaults to
    unknown."""
    object_name: NotRequired[str]
    """The Service's name in the names of objects that the component creates for it. Defaults to
    `service_name`."""
    tls: NotRequired[BackendTls]
    """TLS to the backend, from a Gateway, or for an Ingress from Traefik or ingress-nginx.
    Defaults to none: no TLS."""


class HttpPath(TypedDict):
    """A path and its backends."""

    backend: NotRequired[RouteBackend]
    """The Service for its requests. Defaults to none: give this or `backends`."""
    backends: NotRequired[Sequence[RouteBackend]]
    """Several Services that share the requests by their weights. Only with
    `RouteApi.GATEWAY`. Defaults to none."""
    path: NotRequired[pulumi.Input[str]]
    """The path, which begins with "/". Defaults to "/"."""
    type: NotRequired[PathTypeLike]
    """Whether it also matches paths below it. Defaults to `PathType.PREFIX`."""


class HttpHost(TypedDict):
    """A virtual host: its paths, or one backend for all of them."""

    host: NotRequired[pulumi.Input[str]]
    """The host name in requests, such as "www.example.com" or "*.example.com". Defaults to all
    names."""
    backend: NotRequired[RouteBackend]
    """The Service for requests that match none of `paths`. Defaults to none."""
    backends: NotRequired[Sequence[RouteBackend]]
    """Several Services that share these requests by their weights. Only with
    `RouteApi.GATEWAY`. Defaults to none."""
    paths: NotRequired[Sequence[HttpPath]]
    """Its paths. Defaults to none."""


class HttpTls(TypedDict):
    """A certificate and its hosts."""

    secret_name: NotRequired[pulumi.Input[str]]
    """The Secret of type `kubernetes.io/tls` that holds it. Defaults to `<ingress>-tls`."""
    hosts: NotRequired[Sequence[pulumi.Input[str]]]
    """The hosts of the certificate. Defaults to those of the rules."""
