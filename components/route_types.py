"""The words that routes are written in: hosts, paths, backends and TLS.

Every class here maps to a type of the same name in other languages.
"""
# No `from __future__ import annotations` here: Pulumi's component analyzer reads real types.

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NotRequired, TypeAlias, TypedDict

import pulumi


class PathType(StrEnum):
    """Which paths of a URL a path stands for (Kubernetes `pathType`)."""

    PREFIX = "Prefix"
    """Itself and all below it, by whole segments. The default."""
    EXACT = "Exact"
    """Itself alone."""


if TYPE_CHECKING:  # Pulumi's component analyzer takes neither unions nor literals
    PathTypeLike: TypeAlias = PathType | Literal["Prefix", "Exact"]
else:
    PathTypeLike = PathType


class HttpBackend(TypedDict):
    """A Service and one of its ports. `http_backend` makes one of a component."""

    service_name: pulumi.Input[str]
    """The Service's name."""
    port_name: NotRequired[str]
    """The name of its port. Defaults to the only one of `service_ports`: give it or `port`."""
    port: NotRequired[pulumi.Input[int]]
    """The number of its port: the Service's, not that of its backends. Defaults to none."""
    namespace: NotRequired[pulumi.Input[str]]
    """The Service's namespace. Defaults to the component's own."""
    service_ports: NotRequired[Mapping[str, pulumi.Input[int]]]
    """The ports that the Service has, by name, against which the port is checked. Defaults to
    unknown."""
    is_external_name: NotRequired[bool]
    """Whether the Service is an alias in DNS. Defaults to False."""


class HttpPath(TypedDict):
    """A path, and where its requests go."""

    backend: HttpBackend
    """Where they go."""
    path: NotRequired[pulumi.Input[str]]
    """The path, which begins with "/". Defaults to "/"."""
    type: NotRequired[PathTypeLike]
    """Whether paths below it are meant too. Defaults to `PathType.PREFIX`."""


class HttpHost(TypedDict):
    """A virtual host: its paths, or one backend for all of them."""

    host: NotRequired[pulumi.Input[str]]
    """The name that clients ask for, such as "www.example.com" or "*.example.com". Defaults to
    every name."""
    backend: NotRequired[HttpBackend]
    """Where all its requests go that are for none of `paths`. Defaults to none."""
    paths: NotRequired[Sequence[HttpPath]]
    """Its paths. Defaults to none."""


class HttpTls(TypedDict):
    """A certificate, and the hosts that it is for."""

    secret_name: NotRequired[pulumi.Input[str]]
    """The Secret of type `kubernetes.io/tls` that holds it. Defaults to `<ingress>-tls`."""
    hosts: NotRequired[Sequence[pulumi.Input[str]]]
    """The hosts that it is for. Defaults to those of the rules."""
