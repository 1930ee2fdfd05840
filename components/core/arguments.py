"""The arguments of components as the core takes them: typed, with their form already checked.

Each class has the fields of the TypedDict of the same component; what may be an `Output` there may
be an `Unknown` here.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, cast

from .found import query_of
from .unknown import Unknown

_Args = TypeVar("_Args")

_Texts = Mapping[str, str | Unknown]
ITEM = "item"
"""The key in a field's metadata that marks a list of records."""


def _none() -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class PortArgs:
    """A `ServicePort`."""

    port: int | Unknown
    name: str | None = None
    target_port: int | Unknown | None = None
    target_port_name: str | Unknown | None = None
    protocol: str = "TCP"
    app_protocol: str | Unknown | None = None
    node_port: int | Unknown | None = None


@dataclass(slots=True, kw_only=True)  # not frozen: there are thousands, made in a third of the time
class BackendArgs:
    """A `Backend`."""

    address: str | Unknown
    id: str | None = None
    family: str | None = None
    hostname: str | Unknown | None = None
    zone: str | Unknown | None = None
    for_zones: Sequence[str] = ()
    node_name: str | Unknown | None = None
    state: str = "Active"
    ports: Mapping[str, int] = field(default_factory=_none)
    query: str = ""
    """The query of the source that found it. Not an argument of users."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedArgs:
    """An `AdoptedObject`."""

    kind: str | Unknown
    name: str | None = None
    resource: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedArgs:
    """The arguments of all components."""

    namespace: str | Unknown | None = None
    logical_name: str | None = None
    kubernetes_version: str | None = None
    labels: _Texts = field(default_factory=_none)
    annotations: _Texts = field(default_factory=_none)
    ports: Sequence[PortArgs] = field(default=(), metadata={ITEM: PortArgs})


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonArgs(NamedArgs):
    """The arguments of all components with a Service."""

    service_name: str | None = None
    adopt: Sequence[AdoptedArgs] = field(default=(), metadata={ITEM: AdoptedArgs})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficArgs(CommonArgs):
    """The arguments of components whose Service takes traffic: all but an ExternalName."""

    type: str = "ClusterIP"
    headless: bool = False
    cluster_ip: str | Unknown | None = None
    ip_families: Sequence[str] | None = None
    session_affinity: str | None = None
    session_affinity_timeout: int | Unknown | None = None
    load_balancer_class: str | Unknown | None = None
    load_balancer_source_ranges: Sequence[str | Unknown] | None = None
    load_balancer_ip: str | Unknown | None = None
    allocate_load_balancer_node_ports: bool | Unknown | None = None
    external_ips: Sequence[str | Unknown] = ()
    external_traffic_policy: str | None = None
    internal_traffic_policy: str | None = None
    traffic_distribution: str | None = None
    await_ready: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalServiceArgs(TrafficArgs):
    """The arguments of an `ExternalService`."""

    addresses: Sequence[str | Unknown] | Unknown = ()
    backends: Sequence[BackendArgs] = field(default=(), metadata={ITEM: BackendArgs})
    preset: str | None = None
    endpoint_api: str = "Slices"
    max_endpoints_per_slice: int | None = None
    slice_count: int | None = None
    max_shrink: float | None = None
    allow_shrink: bool = False
    allow_empty: bool = False
    denied_cidrs: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectorServiceArgs(TrafficArgs):
    """The arguments of a `SelectorService`."""

    selector: _Texts
    publish_not_ready_addresses: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MigratingServiceArgs(ExternalServiceArgs):
    """The arguments of a `MigratingService`."""

    phase: str
    selector: _Texts
    replicas: int | Unknown | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalNameServiceArgs(CommonArgs):
    """The arguments of an `ExternalNameService`."""

    external_name: str | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationArgs:
    """An `EgressDestination`."""

    addresses: Sequence[str | Unknown] | Unknown | None = None
    backends: Sequence[BackendArgs] | None = field(default=None, metadata={ITEM: BackendArgs})
    ports: Sequence[PortArgs] = field(default=(), metadata={ITEM: PortArgs})
    preset: str | None = None
    allow_empty: bool | None = None
    pod_selector: _Texts | None = None
    namespace: str | Unknown | None = None
    cidrs: Sequence[str | Unknown] | None = None
    external_name: str | Unknown | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsArgs:
    """An `EgressDns`."""

    enabled: bool | None = None
    namespace: str | None = None
    pod_selector: Mapping[str, str] | None = None
    addresses: Sequence[str] | None = None
    ports: Sequence[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecedenceArgs:
    """An `EgressPrecedence`."""

    priority: int
    deny_others: bool
    deny_priority: int | None = None
    tier: str = "Admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressPolicyArgs(NamedArgs):
    """The arguments of an `EgressPolicy`."""

    pod_selector: _Texts
    to: Sequence[DestinationArgs] = field(default=(), metadata={ITEM: DestinationArgs})
    addresses: Sequence[str | Unknown] | Unknown | None = None
    backends: Sequence[BackendArgs] | None = field(default=None, metadata={ITEM: BackendArgs})
    preset: str | None = None
    allow_empty: bool | None = None
    dns: DnsArgs = field(default=DnsArgs(), metadata={ITEM: DnsArgs})
    api: str | None = None
    precedence: PrecedenceArgs | None = field(default=None, metadata={ITEM: PrecedenceArgs})
    policy_name: str | None = None


def unknown_in(value: object) -> Iterator[str]:
    """Yield the paths of the arguments that are still unknown."""
    if isinstance(value, Unknown):
        yield value.path
    elif isinstance(value, Mapping):
        yield from unknown_in(list(cast("Mapping[str, object]", value).values()))
    elif isinstance(value, list | tuple):
        for item in cast("Sequence[object]", value):
            yield from unknown_in(item)
    elif is_dataclass(value):
        yield from unknown_in([getattr(value, one.name) for one in fields(value)])


def typed(kind: type[_Args], values: Mapping[str, Any]) -> _Args:
    """Return an instance of a class above, made from plain values whose form has been checked."""
    given = {name: value for name, value in values.items() if value is not None}
    for name, item in _items(cast("Hashable", kind)):
        if name in given:
            value: object = given[name]
            if isinstance(value, Mapping):
                given[name] = typed(item, cast("Mapping[str, Any]", value))
            else:
                given[name] = tuple(typed(item, one) for one in cast("Sequence[Any]", value))
    if kind is BackendArgs and (query := query_of(values)):
        given["query"] = query
    return kind(**given)


@cache
def _items(kind: Hashable) -> tuple[tuple[str, type[Any]], ...]:
    """Return the fields that hold lists of records, each with the class of the record."""
    return tuple(
        (one.name, cast("type[Any]", one.metadata[ITEM]))
        for one in fields(cast("type[Any]", kind))
        if ITEM in one.metadata
    )
