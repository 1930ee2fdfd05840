"""`MigratingService`: a Service that migrates from external backends to Pods."""
# No `from __future__ import annotations` here: Pulumi's component analyzer reads real types.

from collections.abc import Mapping, Sequence
from typing import NotRequired, Optional, TypedDict

import pulumi
from pulumi_kubernetes import discovery

from .._registry import token_of
from .._runtime.children import Children
from .._runtime.component import Blueprint, compile_args
from .._runtime.service_component import DeclaredService, ServiceComponent
from .._runtime.stack_traces import COMPONENT, short_stack_trace
from ..core import arguments
from ..core.migrating_service import plan_migrating_service
from ..policies.destinations import migration_destinations
from ..policy_types import EgressDestination
from ..types import (
    AdoptedObject,
    Backend,
    EndpointApiLike,
    MigrationPhase,
    MigrationPhaseLike,
    PresetLike,
    ServicePort,
    ServiceTypeLike,
    SessionAffinityLike,
    TrafficDistributionLike,
    TrafficPolicyLike,
)

__all__ = ["MigratingService", "MigratingServiceArgs"]


class MigratingServiceArgs(TypedDict):
    """Arguments of `MigratingService`: those of both sides, and the phase."""

    phase: MigrationPhaseLike
    """The phase of the migration. One up goes one step further, or back."""
    selector: Mapping[str, pulumi.Input[str]]
    """The labels of the Pods, at least one. Give them in all phases."""
    replicas: NotRequired[pulumi.Input[int]]
    """The expected number of ready Pods, such as a Deployment's; only the output `external_share`
    uses it. Defaults to unknown."""
    addresses: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Addresses of external backends without further settings. A list that is itself an
    Output needs `slice_count`. Keep them until the last phase is reached. Defaults to none."""
    backends: NotRequired[Sequence[Backend]]
    """External backends with their settings. Defaults to none."""
    ports: NotRequired[Sequence[ServicePort]]
    """The ports of the Service, of every external backend and of the Pods. A port may have both
    `target_port`, for external backends, and `target_port_name`, for Pods. With `preset`, they add
    to its ports, or replace those of the same name. Defaults to those of `preset`; without it at
    least one is required."""
    preset: NotRequired[PresetLike]
    """The known ports of a well-known server. Defaults to none."""
    service_name: NotRequired[str]
    """The Service's name, a DNS-1035 label. Defaults to the component's name."""
    namespace: NotRequired[pulumi.Input[str]]
    """The namespace of all objects. Defaults to the provider's."""
    type: NotRequired[ServiceTypeLike]
    """How the Service is reached. Defaults to `ServiceType.CLUSTER_IP`."""
    headless: NotRequired[bool]
    """Must be False: draining works through the Service's own address. Defaults to False."""
    cluster_ip: NotRequired[pulumi.Input[str]]
    """Pins the Service's own address, in the cluster's range. It cannot change on a live Service.
    Defaults to one that the cluster picks."""
    endpoint_api: NotRequired[EndpointApiLike]
    """Must be `EndpointApi.SLICES`: Kubernetes writes the Endpoints of a Service with a selector.
    Defaults to `EndpointApi.SLICES`."""
    max_endpoints_per_slice: NotRequired[int]
    """The maximum of backends in one slice, 1 to 1000. Defaults to 100."""
    slice_count: NotRequired[int]
    """Pins the number of slices per family, a power of two. Defaults to as many as are needed."""
    ip_families: NotRequired[Sequence[str]]
    """The Service's IP families, "IPv4" and "IPv6", the primary one first. Defaults to what the
    cluster gives; both if backends of both are given and the cluster has both. Set it if the
    Service has both families and `addresses` will be removed one day."""
    max_shrink: NotRequired[float]
    """The share of the backends that may be gone since the last deployment, 0 to 1; if more is, the
    preview and the up stop. Defaults to 0.5 of what each query of a source finds; other backends
    are not compared."""
    allow_shrink: NotRequired[bool]
    """Whether to deploy although more backends are gone than `max_shrink` allows. Defaults to
    False."""
    allow_empty: NotRequired[bool]
    """Whether the Service may have no external backend before the last phase. Defaults to False:
    that is an error."""
    adopt: NotRequired[Sequence[AdoptedObject]]
    """Live objects to take over with their UIDs and connections, in the up that replaces raw
    resources, or objects of kubectl or Helm. Defaults to none."""
    logical_name: NotRequired[str]
    """Separates Services with the same name on two clusters in one stack. Defaults to none."""
    kubernetes_version: NotRequired[str]
    """The cluster's version, such as "1.36", whose rules apply. Defaults to rules that satisfy all
    versions from 1.30 on."""
    denied_cidrs: NotRequired[Sequence[str]]
    """CIDRs that no backend may be in. Defaults to none."""
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
    """Whether to wait for a load balancer's address, and for ready Pods if the Service has a
    selector. Defaults to True in phase INTERNAL, to False in all others."""


MIGRATING_SERVICE = Blueprint(
    MigratingServiceArgs, arguments.MigratingServiceArgs, plan_migrating_service
)


class MigratingService(ServiceComponent):
    """A Service that migrates from external backends to Pods in phases, with one cluster IP.

    It begins with the backends of an `ExternalService` and ends with those of a `SelectorService`.
    One up goes from one phase to the next; a preview refuses to skip a phase or to leave objects
    behind.
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
    """The addresses of the external backends; none in the last phase."""
    external_share: pulumi.Output[dict[str, float]]
    """The share of new connections to external backends, 0 to 1, by IP family. Empty in phase
    HYBRID without `replicas`."""
    hazards: pulumi.Output[list[str]]
    """What is legal but will not work as intended: code, text and remedy of each."""

    @property
    def slices(self) -> "list[discovery.v1.EndpointSlice]":
        """The EndpointSlices, children of the component, in the order of their names.

        Empty in the last phase.
        """
        return self._declared.slices

    @property
    def destinations(self) -> list[EgressDestination]:
        """The external backends and the Pods, and their ports, for `to` of an `EgressPolicy`."""
        return self._destinations

    def __init__(
        self,
        name: str,
        args: MigratingServiceArgs,
        opts: Optional[pulumi.ResourceOptions] = None,
    ) -> None:
        """Declare the Service in its phase, with the backends outside that the phase needs.

        Args:
            name: The component's name; the Service takes it too unless `service_name` is given.
            args: The arguments, by the keys of `MigratingServiceArgs`.
            opts: Pulumi's options for the component, which its objects inherit. Defaults to none.

        Raises:
            ValidationError: Some arguments are invalid. Nothing has been registered.
        """
        draft = compile_args(MigratingService, name, MIGRATING_SERVICE, args, opts)
        with short_stack_trace(COMPONENT):
            super().__init__(token_of("MigratingService"), name, {}, opts)
        self._destinations = migration_destinations(args, opts)
        children = Children(self, name, opts, draft.args.logical_name, draft.plan.adoptions)
        self._declared = DeclaredService(
            self,
            name,
            draft,
            children,
            awaited=_is_awaited(draft.args),
            families=draft.plan.families,
        )
        self._declared.add_backends(draft)
        self._declared.record_phase(draft.args.phase)
        self.register_outputs({"service_name": draft.plan.service["metadata"]["name"]})


def _is_awaited(args: arguments.MigratingServiceArgs) -> bool:
    if args.await_ready is not None:
        return args.await_ready
    return args.phase == MigrationPhase.INTERNAL
