"""What all components in front of a Service share: the Service, its guard, and lazy outputs."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import pulumi
from pulumi_kubernetes import core, discovery

from . import _given
from ._children import Children
from ._component import Planned
from ._guards import Guard
from .core.external_service import ExternalServicePlan
from .core.metadata import Manifest
from .core.slicing import is_part
from .core.validation.hazards.hazard import Hazard

__all__ = ["DeclaredService", "LazyOutputs", "ServiceComponent"]


class _ServicePlan(Protocol):
    @property
    def service(self) -> Manifest: ...
    @property
    def objects(self) -> Sequence[Manifest]: ...
    @property
    def hazards(self) -> Sequence[Hazard]: ...


P = TypeVar("P", bound=_ServicePlan)


class LazyOutputs:
    """Its annotated outputs are made when somebody asks for them.

    The SDK waits for every Output that exists, in time quadratic in their number.
    """

    _lazy: dict[str, Callable[[], pulumi.Output[Any]]]

    if not TYPE_CHECKING:  # a type checker goes by the annotations

        def __getattr__(self, name: str) -> Any:
            make = self.__dict__.get("_lazy", {}).get(name)
            if make is None:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            output = make()
            setattr(self, name, output)
            return output


class DeclaredService(LazyOutputs):
    """One Service that a component declares, and what stands behind it.

    Args:
        component: The component that declares it.
        name: The component's name.
        planned: The plan.
        children: What registers the children of the component.
        awaited: Whether to wait for what makes the Service ready.
        families: The families of its backends; empty where it has none of its own.
        path: The component's field that declares it, where it declares several.
    """

    service_name: pulumi.Output[str]
    """The Service's name in the cluster."""
    namespace: pulumi.Output[str]
    """The Service's namespace."""
    host: pulumi.Output[str]
    """`<service>.<namespace>.svc`, which clients in the cluster connect to."""
    cluster_ip: pulumi.Output[str]
    """The Service's own address; "None" if headless."""
    load_balancer: pulumi.Output[list[str]]
    """The addresses and host names that the load-balancer controller gave; empty before."""
    node_ports: pulumi.Output[dict[str, int]]
    """The port on every node, by the name of the port; empty for type ClusterIP."""
    endpoints: pulumi.Output[list[str]]
    """The addresses of the backends, where it has backends of its own."""
    hazards: pulumi.Output[list[str]]
    """What is legal and will not work as it looks: code, text and remedy of each."""
    service: "core.v1.Service"
    """The Service itself, a resource of `pulumi_kubernetes`."""
    slices: "list[discovery.v1.EndpointSlice]"
    """Its EndpointSlices, in the order of their names; none where Kubernetes writes them."""
    legacy_endpoints: "core.v1.Endpoints | None"
    """Its Endpoints object, with `EndpointApi.ENDPOINTS` and `EndpointApi.BOTH`; else None."""

    def __init__(
        self,
        component: pulumi.ComponentResource,
        name: str,
        planned: Planned[P],
        children: Children,
        *,
        awaited: bool,
        families: Collection[str] = (),
        path: str = "",
    ) -> None:
        whole = planned.plan.service
        manifest = planned.fill(lambda plan: plan.service)
        service = children.service(manifest, awaited=awaited)
        guard = Guard(
            component,
            name,
            service,
            manifest,
            planned.entry.declare_answer,
            families,
            planned.plan.hazards,
            path,
        )
        if planned.final is not None:
            guard.warn_later(planned.value(lambda plan: plan.hazards))

        def namespace() -> pulumi.Output[str]:
            return service.metadata.apply(lambda metadata: metadata.namespace or "default")

        self.service = service
        self.slices = []
        self.legacy_endpoints = None
        self.confirmed = guard.confirmed
        """The Service's name, once the live one is known to be ours."""
        self._guard = guard
        self._children, self._path = children, path
        self._lazy = {
            "service_name": lambda: guard.confirmed,
            "namespace": namespace,
            "host": lambda: pulumi.Output.concat(guard.confirmed, ".", namespace(), ".svc"),
            "cluster_ip": lambda: _given.cluster_ip(service, whole),
            "load_balancer": lambda: _given.load_balancer(service, whole),
            "node_ports": lambda: _given.node_ports(service, whole),
            "hazards": lambda: guard.hazards(planned.value(lambda plan: plan.hazards)),
        }

    def add_backends(self, planned: Planned[ExternalServicePlan]) -> None:
        """Register what gives a selectorless Service its backends."""
        whole = planned.plan
        addresses = whole.known_addresses
        confirmed = self.confirmed
        if whole.watch is not None:
            watch = planned.value(lambda plan: plan.watch)
            confirmed = self._children.compare(whole.service, watch, confirmed, self._path)
        for pick in whole.picks():
            manifest = planned.fill(pick)
            made = self._children.endpoint_slice(manifest, confirmed, addresses)
            self.slices.append(made)
            if not is_part(manifest["metadata"]["name"]):
                self._guard.watch(made, manifest)
        if whole.endpoints:
            legacy = planned.fill(lambda plan: plan.endpoints or {})
            self.legacy_endpoints = self._children.endpoints(legacy, confirmed, self.slices)
            self._guard.watch(self.legacy_endpoints, legacy)
        self._lazy["endpoints"] = lambda: planned.value(lambda plan: plan.addresses)


class ServiceComponent(LazyOutputs, pulumi.ComponentResource):
    """A component that declares one Service."""

    _declared: DeclaredService

    @property
    def service(self) -> "core.v1.Service":
        """The Service itself, a child of the component: a resource of `pulumi_kubernetes`."""
        return self._declared.service

    def _show(self, declared: DeclaredService) -> None:
        """Give the component the attributes of its Service."""
        self._declared = declared
        self._lazy = declared._lazy  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
