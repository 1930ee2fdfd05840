"""The model of a path from a client to the backends of a Service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal["break", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A break or a weakness of the path."""

    level: Level
    """A break stops the traffic of a port, a family, a route or a client."""
    code: str
    """The code of the hazard in the catalogue."""
    text: str
    """What happens."""
    remedy: str
    """What to do about it."""
    page: str
    """The address of its explanation."""
    subject: str
    """The object to change, such as `Service shop/db`."""
    field: str
    """Its field; empty for the whole object."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client inside the cluster, which policies apply to."""

    namespace: str
    labels: Mapping[str, str]
    name: str = ""
    """The name of its Pod; empty if the client is given by labels."""

    def __str__(self) -> str:
        if self.name:
            return f"Pod {self.namespace}/{self.name}"
        labels = ",".join(f"{key}={value}" for key, value in self.labels.items())
        return f"Pods of namespace {self.namespace} with {labels or 'any labels'}"


@dataclass(frozen=True, slots=True)
class Port:
    """A port of the Service."""

    name: str
    number: int | None
    protocol: str
    target: int | str | None
    backends: int | None
    """How many backends accept new connections for it; None if unknown."""

    def __str__(self) -> str:
        named = f"{self.name} " if self.name else ""
        return f"{named}{self.number}/{self.protocol}"


@dataclass(frozen=True, slots=True)
class Backend:
    """One endpoint."""

    address: str
    state: Literal["ready", "draining", "not ready"]
    zone: str = ""
    node: str = ""
    hostname: str = ""
    pod: str = ""
    """The name of its Pod; empty if it is outside the cluster."""
    serves: bool = True
    """Whether the Service sends traffic to it on some port."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """An EndpointSlice, or a subset of an Endpoints object."""

    kind: Literal["EndpointSlice", "Endpoints"]
    name: str
    family: str
    managed_by: str
    """The controller that writes it; empty if unknown."""
    ports: Sequence[str]
    backends: Sequence[Backend]


@dataclass(frozen=True, slots=True)
class Route:
    """An Ingress or a route of the Gateway API that leads to the Service."""

    kind: str
    namespace: str
    name: str
    match: str
    """The host and path, if it has them."""
    port: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A NetworkPolicy on the path."""

    namespace: str
    name: str
    direction: Literal["egress", "ingress"]
    effect: Literal["depends on the client", "allows", "blocks"]


@dataclass(frozen=True, slots=True)
class Path:
    """The path to the backends of one Service."""

    namespace: str
    name: str
    type: str
    dns: str
    """The name that clients look up."""
    addresses: Sequence[str]
    """Its cluster IPs; empty for a headless Service, an alias, and while none is known."""
    is_headless: bool
    external_name: str
    load_balancer: Sequence[str]
    selector: Mapping[str, str]
    ports: Sequence[Port]
    endpoints: Sequence[Endpoints]
    routes: Sequence[Route]
    policies: Sequence[Policy]
    client: str
    """The client; empty for any Pod."""
