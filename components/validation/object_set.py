"""A set of manifests, indexed for the search for hazards.

Everything is read through `untyped`, so that broken objects, which `validate` reports, are ignored.
"""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from sys import intern
from typing import Any, Generic, NamedTuple, TypeVar

from ..core.findings import quote
from ..core.metadata import SKIP_MIRROR_LABEL
from .untyped import items, mapping, number, text

T = TypeVar("T")
Key = tuple[str, str]
"""A namespace, and the name of a Service in it."""

API_SERVER = ("default", "kubernetes")
"""The Service whose endpoints kube-apiserver writes itself."""
CONTROLLERS = frozenset(
    {"endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"}
)
"""The controllers that write slices in every cluster, by the value of the managed-by label."""


_GLOBAL = ("service.cilium.io/global", "io.cilium/global-service")
"""Annotations that make Cilium share a Service between clusters."""


_MOST_SHARED = 1000


class ExposedPort(NamedTuple):
    """A port of a Service."""

    name: str
    protocol: str
    number: int | None
    target: int | str | None
    """`targetPort`, as written."""

    @property
    def dialled(self) -> int | str | None:
        """Return the port of the Pods: `targetPort`, by default the port itself."""
        return self.target or self.number


@dataclass(frozen=True, slots=True)
class Service:
    """A Service."""

    index: int
    key: Key
    manifests: Sequence[object]
    """All manifests of the set, which may be compressed until they are read."""
    type: str
    selector: Mapping[str, Any]
    ports: Sequence[ExposedPort]
    is_headless: bool

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Return the manifest as it was given."""
        return mapping(self.manifests[self.index])

    @property
    def spec(self) -> Mapping[str, Any]:
        """Return its spec as it was given."""
        return mapping(self.manifest.get("spec"))

    @property
    def is_alias(self) -> bool:
        """Return whether it is an ExternalName, an alias in DNS."""
        return self.type == "ExternalName"

    @property
    def is_selectorless(self) -> bool:
        """Return whether its endpoints are made by hand."""
        return not self.selector and not self.is_alias

    @property
    def is_global(self) -> bool:
        """Return whether Cilium adds the Pods of Services with its name in other clusters."""
        annotations = mapping(mapping(self.manifest.get("metadata")).get("annotations"))
        return any(annotations.get(one) == "true" for one in _GLOBAL)


class EndpointPort(NamedTuple):
    """A port of a slice, or of a subset of Endpoints."""

    path: str
    name: str
    protocol: str
    number: int | None


class Endpoint(NamedTuple):
    """An endpoint of a slice, or an address of Endpoints."""

    path: str
    address: str
    """The first one, which kube-proxy uses."""
    size: int
    """The number of its addresses."""
    ready: bool
    serving: bool
    terminating: bool
    has_node: bool
    has_hints: bool
    has_ready: bool = True
    """Whether the slice has the condition `ready` for it."""

    @property
    def state(self) -> tuple[bool, bool, bool]:
        """Return its conditions: ready, serving, terminating."""
        return self.ready, self.serving, self.terminating


@dataclass(frozen=True, slots=True)
class Group:
    """Endpoints that share a list of ports: a slice, or a subset of Endpoints."""

    index: int
    path: str
    """The path of the endpoints in their object: `endpoints`, or `subsets[0]`."""
    family: str
    """`addressType`; empty for a subset, which may hold both families."""
    ports: Sequence[EndpointPort]
    endpoints: Sequence[Endpoint]
    is_hand_made: bool

    @property
    def is_slice(self) -> bool:
        """Return whether it is a slice."""
        return self.path == "endpoints"

    def family_of(self, endpoint: Endpoint) -> str:
        """Return the IP family of one of its endpoints."""
        return self.family or ("IPv6" if ":" in endpoint.address else "IPv4")


@dataclass(frozen=True, slots=True)
class Slice:
    """An EndpointSlice."""

    index: int
    namespace: str
    service: str
    """The value of its service-name label; empty if there is none."""
    manifests: Sequence[object]
    """All manifests of the set, which may be compressed until they are read."""
    group: Group

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Return the manifest as it was given."""
        return mapping(self.manifests[self.index])

    @property
    def labels(self) -> Mapping[str, Any]:
        """Return its labels as given."""
        return mapping(mapping(self.manifest.get("metadata")).get("labels"))

    @property
    def key(self) -> Key:
        """Return the Service that it belongs to."""
        return self.namespace, self.service


@dataclass(frozen=True, slots=True)
class Legacy:
    """An Endpoints object that is made by hand."""

    index: int
    key: Key
    manifest: Mapping[str, Any]
    labels: Mapping[str, Any]
    groups: Sequence[Group]

    @property
    def is_mirrored(self) -> bool:
        """Return whether its addresses are copied into slices."""
        return self.labels.get(SKIP_MIRROR_LABEL) != "true"


@dataclass(frozen=True, slots=True)
class Policy:
    """A NetworkPolicy."""

    index: int
    namespace: str
    spec: Mapping[str, Any]


class Pool(Generic[T]):
    """Keeps equal lists once in memory, because many objects have the same ports."""

    def __init__(self) -> None:
        self._lists: dict[tuple[T, ...], tuple[T, ...]] = {}

    def share(self, values: Iterable[T]) -> tuple[T, ...]:
        """Return an equal list that was shared before, or this one."""
        given = tuple(values)
        if len(self._lists) < _MOST_SHARED:
            return self._lists.setdefault(given, given)
        return self._lists.get(given, given)


class Workload(NamedTuple):
    """An object that creates Pods, with their labels and spec."""

    labels: Mapping[str, Any]
    pod: Mapping[str, Any]
    name: str = ""

    def containers(self) -> Iterator[Mapping[str, Any]]:
        """Yield the containers of a Pod, and its init containers."""
        for field_name in ("containers", "initContainers"):
            yield from map(mapping, items(self.pod.get(field_name)))

    def port_names(self) -> Iterator[str]:
        """Yield the names of all ports of the containers, empty text for one without."""
        for container in self.containers():
            for port in map(mapping, items(container.get("ports"))):
                yield text(port.get("name"))


def _groups() -> dict[Key, list[Group]]:
    return {}


def _workloads() -> dict[str, list[Workload]]:
    return {}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known beside a set, where it is a part of something larger."""

    services: Container[str] = ()
    """The names of Services that are declared outside the set: these are not missing."""
    namespace_labels: Container[tuple[str, str]] = ()
    """The labels that Namespaces outside the set have."""
    filled: Collection[str] = ()
    """The namespaces into which others put objects. Empty text means that of unnamed objects."""
    fills_slices: bool = False
    """Whether something may add endpoints to empty slices, as it does after an apply."""


@dataclass(slots=True)
class ObjectSet:
    """A set of manifests, by kind."""

    manifests: Sequence[object] = ()
    """The objects as they were given."""
    around: Surroundings = field(default_factory=Surroundings)
    """What is known beside it."""
    services: dict[Key, Service] = field(default_factory=dict[Key, Service])
    """The Services, without those that are declared more than once, as in overlays."""
    repeated: set[Key] = field(default_factory=set[Key])
    """The Services that are declared more than once."""
    homes: dict[str, str] = field(default_factory=dict[str, str])
    """A namespace of a Service, by the Service's name."""
    namespaces: set[str] = field(default_factory=set[str])
    """The namespaces with Services."""
    served: set[str] = field(default_factory=set[str])
    """The namespaces with slices or Endpoints made by hand."""
    groups: dict[Key, list[Group]] = field(default_factory=_groups)
    """The endpoints that kube-proxy and DNS use for a Service, with mirrored Endpoints."""
    slices: list[Slice] = field(default_factory=list[Slice])
    """The slices made by hand."""
    legacy: list[Legacy] = field(default_factory=list[Legacy])
    ingresses: list[tuple[int, str, Mapping[str, Any]]] = field(
        default_factory=list[tuple[int, str, Mapping[str, Any]]]
    )
    """Index, namespace and spec."""
    routed: set[Key] = field(default_factory=set[Key])
    """The Services that routes of the Gateway API point at."""
    routes: list[tuple[int, str, Mapping[str, Any]]] = field(
        default_factory=list[tuple[int, str, Mapping[str, Any]]]
    )
    """Index, namespace and spec of these routes."""
    gateway_classes: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """The names of Gateways, and their classes."""
    policies: list[Policy] = field(default_factory=list[Policy])
    workloads: dict[str, list[Workload]] = field(default_factory=_workloads)
    """The workloads, by namespace."""
    custom: set[str] = field(default_factory=set[str])
    """The namespaces with custom resources, which may create Pods and Services, and those that
    controllers fill."""
    has_unknown_namespaces: bool = False
    """Whether only some objects name their namespace, so that the others' is unknown."""
    domains: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """The labels of the set's Namespaces."""
    exposed: Pool[ExposedPort] = field(default_factory=Pool[ExposedPort])
    """The lists of ports of Services, each once."""
    dialled: Pool[EndpointPort] = field(default_factory=Pool[EndpointPort])
    """The lists of ports of slices, each once."""

    def may_hold_more(self, namespace: str) -> bool:
        """Return whether a namespace may hold more than the set shows: absence proves nothing."""
        return self.has_unknown_namespaces or namespace in self.custom

    def whereabouts(self, key: Key) -> str | None:
        """Return the reason why a Service is not found, or None if it may exist.

        A namespace with a Service in the set is assumed to be complete. About other namespaces
        nothing is known, unless the Service is in another namespace of the set. A
        Service that is declared outside the set may be there too.
        """
        namespace, name = key
        if key in self.services or key in self.repeated or self.may_hold_more(namespace):
            return None
        if name in self.around.services:
            return None
        home = self.homes.get(name)
        if home is not None:
            return (
                f"the Service of that name is in namespace {quote(home)}, not in {quote(namespace)}"
            )
        return "there is no Service of that name" if namespace in self.namespaces else None


def namespace_of(manifest: Mapping[str, Any]) -> str:
    """Return an object's namespace. Defaults to `default`."""
    return intern(text(mapping(manifest.get("metadata")).get("namespace")) or "default")


def name_of(manifest: Mapping[str, Any]) -> str:
    """Return an object's name, or an empty text if it has none."""
    return text(mapping(manifest.get("metadata")).get("name"))


def endpoint_ports(holder: Mapping[str, Any], path: str) -> list[EndpointPort]:
    """Return the ports of a slice or of a subset of Endpoints, which are at `path`."""
    return [
        EndpointPort(
            intern(f"{path}[{position}]"),
            intern(text(port.get("name"))),
            intern(text(port.get("protocol")) or "TCP"),
            number(port.get("port")),
        )
        for position, port in enumerate(map(mapping, items(holder.get("ports"))))
    ]
