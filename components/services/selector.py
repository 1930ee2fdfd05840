"""`SelectorService`: a Service in front of Pods."""
# No `from __future__ import annotations` here: Pulumi's component analyzer reads real types.

from collections.abc import Mapping, Sequence
from typing import NotRequired, Optional, TypedDict

import pulumi

from .._registry import token_of
from .._runtime.children import Children
from .._runtime.component import Blueprint, compile_args
from .._runtime.service_component import DeclaredService, ServiceComponent
from .._runtime.stack_traces import COMPONENT, short_stack_trace
from ..core import arguments
from ..core.selector_service import plan_selector_service
from ..policies.destinations import egress_destination
from ..policy_types import EgressDestination
from ..types import (
    AdoptedObject,
    ServicePort,
    ServiceTypeLike,
    SessionAffinityLike,
    TrafficDistributionLike,
    TrafficPolicyLike,
)

__all__ = ["SelectorService", "SelectorServiceArgs"]


class SelectorServiceArgs(TypedDict):
    """Arguments of `SelectorService`."""

    selector: Mapping[str, pulumi.Input[str]]
    """The labels of the Pods, at least one."""
    ports: NotRequired[Sequence[ServicePort]]
    """The ports, at least one unless headless. Defaults to none."""
    service_name: NotRequired[str]
    """The Service's name, a DNS-1035 label. Defaults to the component's name."""
    namespace: NotRequired[pulumi.Input[str]]
    """The namespace. Defaults to the provider's."""
    type: NotRequired[ServiceTypeLike]
    """How the Service is reached. Defaults to `ServiceType.CLUSTER_IP`."""
    headless: NotRequired[bool]
    """Whether it has no address of its own, so that DNS returns those of the Pods (Kubernetes
    `clusterIP: None`). Defaults to False."""
    cluster_ip: NotRequired[pulumi.Input[str]]
    """Pins the Service's own address, in the cluster's range. It cannot change on a live Service.
    Defaults to one that the cluster picks."""
    publish_not_ready_addresses: NotRequired[bool]
    """Whether DNS also returns Pods that are not ready. Defaults to False."""
    ip_families: NotRequired[Sequence[str]]
    """The Service's IP families, "IPv4" and "IPv6", the primary one first. Defaults to the
    cluster's choice."""
    adopt: NotRequired[Sequence[AdoptedObject]]
    """Live objects to take over with their UIDs and connections, in the up that replaces raw
    resources, or objects of kubectl or Helm. Defaults to none."""
    logical_name: NotRequired[str]
    """Separates Services with the same name on two clusters in one stack. Defaults to none."""
    kubernetes_version: NotRequired[str]
    """The cluster's version, such as "1.36", whose rules apply. Defaults to rules that satisfy all
    versions from 1.30 on."""
    labels: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Labels of the Service. Defaults to none."""
    annotations: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Annotations of the Service. Defaults to none."""
    session_affinity: NotRequired[SessionAffinityLike]
    """Whether a client stays with one Pod. Defaults to `SessionAffinity.NONE`."""
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
    """Which Pods traffic from outside may use. Defaults to `TrafficPolicy.CLUSTER`."""
    internal_traffic_policy: NotRequired[TrafficPolicyLike]
    """Which Pods traffic from inside may use. Defaults to `TrafficPolicy.CLUSTER`."""
    traffic_distribution: NotRequired[TrafficDistributionLike]
    """Which Pods are preferred. Defaults to none."""
    await_ready: NotRequired[bool]
    """Whether to wait for ready Pods and for a load balancer's address. Defaults to True."""


SELECTOR_SERVICE = Blueprint(
    SelectorServiceArgs, arguments.SelectorServiceArgs, plan_selector_service
)


class SelectorService(ServiceComponent):
    """A Service that selects its backends, Pods of the cluster, by labels."""

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
    hazards: pulumi.Output[list[str]]
    """What is legal but will not work as intended: code, text and remedy of each."""

    @property
    def destination(self) -> EgressDestination:
        """Its Pods and their ports, for `to` of an `EgressPolicy`."""
        return self._destination

    def __init__(
        self,
        name: str,
        args: SelectorServiceArgs,
        opts: Optional[pulumi.ResourceOptions] = None,
    ) -> None:
        """Declare the Service.

        Args:
            name: The component's name; the Service takes it too unless `service_name` is given.
            args: The arguments, by the keys of `SelectorServiceArgs`.
            opts: Pulumi's options for the component, which its objects inherit. Defaults to none.

        Raises:
            ValidationError: Some arguments are invalid. Nothing has been registered.
        """
        draft = compile_args(SelectorService, name, SELECTOR_SERVICE, args, opts)
        with short_stack_trace(COMPONENT):
            super().__init__(token_of("SelectorService"), name, {}, opts)
        self._destination = egress_destination(args, opts)
        children = Children(self, name, opts, draft.args.logical_name, draft.plan.adoptions)
        awaited = draft.args.await_ready is not False
        self._declared = DeclaredService(self, name, draft, children, awaited=awaited)
        self.register_outputs({"service_name": draft.plan.service["metadata"]["name"]})
