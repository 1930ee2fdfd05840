"""The common part of all components with a Service: the Service, its guard, its outputs."""

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any, Protocol

import pulumi
from pulumi_kubernetes import core, discovery

from ..core.arguments import ExternalServiceArgs
from ..core.external_service import ExternalServicePlan
from ..core.metadata import Manifest
from ..core.slicing import is_part
from ..validation.hazards.hazard import Hazard
from . import given as _given
from .children import Children
from .component import Draft
from .guards import Guard
from .late_types import read, typed
from .lazy_outputs import LazyOutputs
from .phase_record import ports_of

__all__ = ["DeclaredService", "ServiceComponent"]


class _ServicePlan(Protocol):
    @property
    def service(self) -> Manifest: ...
    @property
    def objects(self) -> Sequence[Manifest]: ...
    @property
    def hazards(self) -> Sequence[Hazard]: ...


class DeclaredService:
    """One Service that a component declares, with the objects behind it.

    Args:
        component: The component that declares it.
        name: The component's name.
        draft: What it declares.
        children: Registers the children of the component.
        awaited: Whether Pulumi waits until the Service is ready.
        families: The families of its backends; empty if it has none of its own.
        path: The component's field that declares it, if it declares several.
    """

    def __init__(
        self,
        component: pulumi.ComponentResource,
        name: str,
        draft: "Draft[Any, _ServicePlan]",
        children: Children,
        *,
        awaited: bool,
        families: Collection[str] = (),
        path: str = "",
    ) -> None:
        self.planned = draft.plan.service
        """The manifest of the Service, as far as it is known when the program runs."""
        self._hazards = draft.output
        self._children, self._path = children, path
        self._objects = draft.objects()
        manifest = self._manifest = next(self._objects)
        self._service = children.service(
            manifest, awaited=awaited, depends_on=self.register_first(manifest)
        )
        self._slices: list[pulumi.CustomResource] = []
        self._legacy_endpoints: pulumi.CustomResource | None = None
        self._guard = Guard(
            component,
            name,
            self._service,
            manifest,
            draft.entry.declare_answer,
            families,
            draft.plan.hazards,
            path,
        )
        if draft.resolved is not None:
            self._guard.warn_later(self._known_hazards())

    def register_first(self, service: Manifest) -> Sequence[pulumi.Resource]:  # noqa: ARG002
        """Register what comes before the Service, and return what the Service waits for."""
        return []

    def add_backends(self, draft: Draft[ExternalServiceArgs, ExternalServicePlan]) -> None:
        """Register the slices and Endpoints of a selectorless Service."""
        self._backends = draft
        addresses = draft.plan.known_addresses
        confirmed = self._guard.confirmed
        if draft.plan.watch is not None:
            watch = draft.output(lambda plan: plan.watch)
            confirmed = self._children.compare(self._manifest, watch, confirmed, self._path)
        for manifest in self._objects:
            if manifest["kind"] == "Endpoints":
                legacy = self._children.endpoints(manifest, confirmed, self._slices)
                self._legacy_endpoints = legacy
                self._guard.watch(legacy, manifest)
                continue
            made = self._children.endpoint_slice(manifest, confirmed, addresses)
            self._slices.append(made)
            if not is_part(manifest["metadata"]["name"]):
                self._guard.watch(made, manifest)

    def record_phase(self, phase: str) -> None:
        """Record that the Service has reached a phase, once all its objects are written."""
        ports = ports_of(self.planned)
        self._children.phase(self._manifest, phase, ports, self._service, self._slices)

    def _known_hazards(self) -> "pulumi.Output[Sequence[Hazard]]":
        return self._hazards(lambda plan: plan.hazards)

    @property
    def service(self) -> "core.v1.Service":
        """The Service itself, a resource of `pulumi_kubernetes`."""
        service: core.v1.Service = typed(self._service)
        return service

    @property
    def slices(self) -> "list[discovery.v1.EndpointSlice]":
        """Its EndpointSlices, in the order of their names; empty if Kubernetes writes them."""
        return [typed(one) for one in self._slices]

    @property
    def legacy_endpoints(self) -> "core.v1.Endpoints | None":
        """Its Endpoints object, with `EndpointApi.ENDPOINTS` and `EndpointApi.BOTH`; else None."""
        if self._legacy_endpoints is None:
            return None
        endpoints: core.v1.Endpoints = typed(self._legacy_endpoints)
        return endpoints

    @cached_property
    def service_name(self) -> pulumi.Output[str]:
        """The Service's name in the cluster."""
        return self._guard.confirmed

    @cached_property
    def namespace(self) -> pulumi.Output[str]:
        """The Service's namespace."""
        return read(self._service, "metadata", lambda found: found.get("namespace") or "default")

    @cached_property
    def host(self) -> pulumi.Output[str]:
        """`<service>.<namespace>.svc`, which clients in the cluster connect to."""
        return pulumi.Output.concat(self.service_name, ".", self.namespace, ".svc")

    @cached_property
    def cluster_ip(self) -> pulumi.Output[str]:
        """The Service's own address; "None" if headless."""
        return _given.cluster_ip(self._service, self.planned)

    @cached_property
    def load_balancer(self) -> pulumi.Output[list[str]]:
        """The load balancer's addresses and host names; empty until its controller assigns them."""
        return _given.load_balancer(self._service, self.planned)

    @cached_property
    def node_ports(self) -> pulumi.Output[dict[str, int]]:
        """The port on every node, by the name of the port; empty for type ClusterIP."""
        return _given.node_ports(self._service, self.planned)

    @cached_property
    def endpoints(self) -> pulumi.Output[list[str]]:
        """The addresses of its own backends."""
        return self._backends.output(lambda plan: plan.addresses)

    @cached_property
    def external_share(self) -> pulumi.Output[dict[str, float]]:
        """The share of new connections that its own backends take beside Pods, by IP family."""
        return self._backends.output(lambda plan: dict(plan.external_share))

    @cached_property
    def hazards(self) -> pulumi.Output[list[str]]:
        """What is legal but will not work as intended: code, text and remedy of each."""
        return self._guard.hazards(self._known_hazards())


class ServiceComponent(LazyOutputs):
    """A component that declares one Service and exposes its outputs."""

    _declared: DeclaredService

    @property
    def declared(self) -> DeclaredService:
        """The Service that it declares, for routes."""
        return self._declared

    @property
    def service(self) -> "core.v1.Service":
        """The Service itself, a child of the component: a resource of `pulumi_kubernetes`."""
        return self._declared.service
