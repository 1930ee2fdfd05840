"""`ExternalService`: a Service in front of backends that live outside the cluster."""
# No `from __future__ import annotations` here: Pulumi's component analyzer reads real types.

from collections.abc import Mapping, Sequence
from typing import NotRequired, Optional, TypedDict

import pulumi
from pulumi_kubernetes import core, discovery

from .._registry import token_of
from .._runtime.children import Children
from .._runtime.component import Blueprint, compile_args
from .._runtime.service_component import DeclaredService, ServiceComponent
from .._runtime.stack_traces import COMPONENT, short_stack_trace
from ..core import arguments
from ..core.external_service import plan_external_service
from ..policies.destinations import egress_destination
from ..policy_types import EgressDestination
from ..types import (
    AdoptedObject,
    Backend,
    EndpointApiLike,
    PresetLike,
    ServicePort,
    ServiceTypeLike,
    SessionAffinityLike,
    TrafficDistributionLike,
    TrafficPolicyLike,
)

__all__ = ["ExternalService", "ExternalServiceArgs"]


class ExternalServiceArgs(TypedDict):
    """Arguments of `ExternalService`: `addresses` or `backends` or both, and `ports`."""

    addresses: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Addresses of backends without further settings. A list that is itself an Output needs
    `slice_count`. Defaults to none."""
    backends: NotRequired[Sequence[Backend]]
    """Backends with their settings. Defaults to none."""
    ports: NotRequired[Sequence[ServicePort]]
    """The ports of the Service and of every backend. With `preset`, they add to its
    ports, or replace those of the same name. Defaults to those of `preset`; without it at least
    one is required."""
    preset: NotRequired[PresetLike]
    """The known ports of a well-known server. Defaults to none."""
    service_name: NotRequired[str]
    """The Service's name, a DNS-1035 label. Defaults to the component's name."""
    namespace: NotRequired[pulumi.Input[str]]
    """The namespace of all objects. Defaults to the provider's."""
    type: NotRequired[ServiceTypeLike]
    """How the Service is reached. Defaults to `ServiceType.CLUSTER_IP`."""
    headless: NotRequired[bool]
    """Whether it has no address of its own, so that DNS returns those of the backends (Kubernetes
    `clusterIP: None`). Defaults to False."""
    cluster_ip: NotRequired[pulumi.Input[str]]
    """Pins the Service's own address, in the cluster's range. It cannot change on a live Service.
    Defaults to one that the cluster picks."""
    endpoint_api: NotRequired[EndpointApiLike]
    """Which objects hold the backends. Defaults to `EndpointApi.SLICES`."""
    max_endpoints_per_slice: NotRequired[int]
    """The maximum of backends in one slice, 1 to 1000. Defaults to 100."""
    slice_count: NotRequired[int]
    """Pins the number of slices per family, a power of two. Defaults to as many as are needed."""
    ip_families: NotRequired[Sequence[str]]
    """The Service's IP families, "IPv4" and "IPv6", the primary one first. Defaults to what the
    cluster gives; both, where backends of both are given and the cluster has both."""
    max_shrink: NotRequired[float]
    """The share of the backends that may be gone since the last deployment, 0 to 1; if more is, the
    preview and the up stop. Defaults to 0.5 of what each query of a source finds; other backends
    are not compared."""
    allow_shrink: NotRequired[bool]
    """Deploy although more is gone than `max_shrink` allows. Defaults to False."""
    allow_empty: NotRequired[bool]
    """Deploy the Service without any backend. Defaults to False: no backend is an error."""
    adopt: NotRequired[Sequence[AdoptedObject]]
    """Live objects to take over with their UIDs and connections, in the up that replaces raw
    resources, or objects of kubectl or Helm. Defaults to none."""
    logical_name: NotRequired[str]
    """Separates Services with the same name on two clusters in one stack. Defaults to none."""
    kubernetes_version: NotRequired[str]
    """The cluster's version, such as "1.36", whose rules apply. Defaults to rules that satisfy all
    versions from 1.30 on."""
    denied_cidrs: NotRequired[Sequence[str]]
    """CIDRs in which no backend may be. Defaults to none."""
    labels: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Labels of the Service and its slices. Defaults to none."""
    annotations: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Annotations of the Service. Defaults to none."""
    session_affinity: NotRequired[SessionAffinityLike]
    """Whether a client stays with one backend. Defaults to `SessionAffinity.NONE`."""
    session_affinity_timeout: NotRequired[pulumi.Input[int]]
    """How long a client stays with one, in seconds, 1 to 86400. Defaults to 10800."""
    load_balancer_class: NotRequired[pulumi.Input[str]]
    """Which load-balancer controller serves the Service. Defaults to the cluster's."""
    load_balancer_source_ranges: NotRequired[Sequence[pulumi.Input[str]]]
    """The CIDRs from which the load balancer accepts clients. Defaults to all."""
    load_balancer_ip: NotRequired[pulumi.Input[str]]
    """The requested address of the load balancer; some controllers ignore it. Deprecated since
    Kubernetes 1.24. Defaults to one that the controller picks."""
    allocate_load_balancer_node_ports: NotRequired[pulumi.Input[bool]]
    """Whether a load balancer's ports get node ports. False is for controllers that do not send
    traffic to node ports. Defaults to True."""
    external_ips: NotRequired[Sequence[pulumi.Input[str]]]
    """Addresses that are routed to the nodes by other means, on which nodes accept the Service's
    traffic. Deprecated since Kubernetes 1.36. Defaults to none."""
    external_traffic_policy: NotRequired[TrafficPolicyLike]
    """Which backends traffic from outside may use. Defaults to `TrafficPolicy.CLUSTER`."""
    internal_traffic_policy: NotRequired[TrafficPolicyLike]
    """Which backends traffic from inside may use. Defaults to `TrafficPolicy.CLUSTER`."""
    traffic_distribution: NotRequired[TrafficDistributionLike]
    """Which backends are preferred. Defaults to none."""
    await_ready: NotRequired[bool]
    """Whether to wait for a load balancer's address. Defaults to False."""


EXTERNAL_SERVICE = Blueprint(
    ExternalServiceArgs, arguments.ExternalServiceArgs, plan_external_service
)


class ExternalService(ServiceComponent):
    """A Service without a selector, and the EndpointSlices with its backends.

    Every slice has one family and at most `max_endpoints_per_slice` backends. The slice of a
    backend depends only on its `id` or address, so that one change writes one slice.
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
    """The load balancer's addresses and host names; empty until its controller assigns them."""
    node_ports: pulumi.Output[dict[str, int]]
    """The port on every node, by the name of the port; empty for type ClusterIP."""
    endpoints: pulumi.Output[list[str]]
    """The addresses of the backends."""
    hazards: pulumi.Output[list[str]]
    """What is legal but will not work as intended: code, text and remedy of each."""

    @property
    def slices(self) -> "list[discovery.v1.EndpointSlice]":
        """The EndpointSlices, children of the component, in the order of their names.

        Empty with `EndpointApi.ENDPOINTS`.
        """
        return self._declared.slices

    @property
    def legacy_endpoints(self) -> "core.v1.Endpoints | None":
        """The Endpoints object, a child of the component.

        None with `EndpointApi.SLICES`, the default.
        """
        return self._declared.legacy_endpoints

    @property
    def destination(self) -> EgressDestination:
        """Its backends and their ports, for `to` of an `EgressPolicy`."""
        return self._destination

    def __init__(
        self,
        name: str,
        args: ExternalServiceArgs,
        opts: Optional[pulumi.ResourceOptions] = None,
    ) -> None:
        """Declare the Service and its slices.

        Args:
            name: The component's name; the Service takes it too unless `service_name` is given.
            args: The arguments, by the keys of `ExternalServiceArgs`.
            opts: Pulumi's options for the component, which its objects inherit. Defaults to none.

        Raises:
            ValidationError: Some arguments are invalid. Nothing has been registered.
        """
        draft = compile_args(ExternalService, name, EXTERNAL_SERVICE, args, opts)
        with short_stack_trace(COMPONENT):
            super().__init__(token_of("ExternalService"), name, {}, opts)
        self._destination = egress_destination(args)
        children = Children(self, name, opts, draft.args.logical_name, draft.plan.adoptions)
        self._declared = DeclaredService(
            self,
            name,
            draft,
            children,
            awaited=bool(draft.args.await_ready),
            families=draft.plan.families,
        )
        self._declared.add_backends(draft)
        self.register_outputs({"service_name": draft.plan.service["metadata"]["name"]})
