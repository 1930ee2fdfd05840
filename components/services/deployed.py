"""`DeployedService`: a Deployment, and the Service in front of its Pods."""
# No `from __future__ import annotations` here: Pulumi's component analyzer reads real types.

from collections.abc import Mapping, Sequence
from typing import NotRequired, Optional, TypedDict

import pulumi
from pulumi_kubernetes import apps, autoscaling, policy

from .._registry import token_of
from .._runtime.component import Blueprint, compile_args
from .._runtime.provider import stated_namespace_of
from .._runtime.service_component import ServiceComponent
from .._runtime.stack_traces import COMPONENT, short_stack_trace
from .._runtime.workload import DeclaredWorkload
from .._runtime.workload_children import WorkloadChildren
from ..core.deployed_service import plan_deployed_service, pod_labels
from ..core.pod_arguments import DeployedServiceArgs as CoreArgs
from ..pod_types import (
    Autoscaling,
    EnvSource,
    EnvValue,
    Probe,
    Resources,
    Security,
    TopologySpread,
    Volume,
)
from ..policy_types import EgressDestination
from ..types import (
    AdoptedObject,
    ServicePort,
    ServiceTypeLike,
    SessionAffinityLike,
    TrafficDistributionLike,
    TrafficPolicyLike,
)

__all__ = ["DeployedService", "DeployedServiceArgs"]


class DeployedServiceArgs(TypedDict):
    """Arguments of `DeployedService`: the container, the number of Pods, and the Service."""

    image: pulumi.Input[str]
    """The container's image."""
    ports: NotRequired[Sequence[ServicePort]]
    """The ports, at least one unless headless. `target_port` is where the container listens.
    Defaults to none."""
    replicas: NotRequired[pulumi.Input[int]]
    """The number of Pods; not with `autoscaling`. Defaults to 3 for a new Deployment, and to the
    live number after that."""
    autoscaling: NotRequired[Autoscaling]
    """A HorizontalPodAutoscaler that sets the number of Pods. Defaults to none."""
    min_available: NotRequired[pulumi.Input[int]]
    """How many Pods must keep running while a node is drained (PodDisruptionBudget). Defaults to no
    budget."""
    env: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Environment variables. Defaults to none."""
    env_values: NotRequired[Sequence[EnvValue]]
    """Environment variables from keys of Secrets and ConfigMaps. Defaults to none."""
    env_from: NotRequired[Sequence[EnvSource]]
    """Secrets and ConfigMaps all of whose keys become environment variables. Defaults to none."""
    command: NotRequired[Sequence[pulumi.Input[str]]]
    """The command that replaces the image's entry point. Defaults to the entry point."""
    args: NotRequired[Sequence[pulumi.Input[str]]]
    """The arguments of the command. Defaults to those of the image."""
    resources: NotRequired[Resources]
    """The requests and limits of the container. Defaults to none."""
    liveness: NotRequired[Probe]
    """The probe that restarts the container when it fails. Defaults to none."""
    readiness: NotRequired[Probe]
    """The probe that keeps a Pod out of the Service while it fails. Defaults to none."""
    startup: NotRequired[Probe]
    """The probe that delays the others until it succeeds. Defaults to none."""
    volumes: NotRequired[Sequence[Volume]]
    """Volumes and their mount paths. Defaults to none."""
    security: NotRequired[Security]
    """The user of the container and its privileges. Defaults to a user other than root, a read-only
    root filesystem, no capabilities, and no privilege escalation."""
    topology_spread: NotRequired[Sequence[TopologySpread]]
    """How Pods are spread. Defaults to evenly over nodes, if possible."""
    service_account_name: NotRequired[pulumi.Input[str]]
    """The service account of the Pods. Defaults to that of the namespace."""
    image_pull_secrets: NotRequired[Sequence[pulumi.Input[str]]]
    """Secrets for pulling the image. Defaults to none."""
    service_links: NotRequired[bool]
    """Whether the container gets a variable such as `DB_PORT=tcp://…` for every Service of the
    namespace. Defaults to False: programs mistake them for settings."""
    service_name: NotRequired[str]
    """The name of all objects, a DNS-1035 label. Defaults to the component's name."""
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
    """Labels of all objects and of the Pods. No selector uses them, so they may change. Defaults to
    none."""
    annotations: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Annotations of the Service. Defaults to none."""
    pod_annotations: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Annotations of the Pods. Defaults to none."""
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


DEPLOYED_SERVICE = Blueprint(DeployedServiceArgs, CoreArgs, plan_deployed_service)


class DeployedService(ServiceComponent):
    """A Deployment and the Service in front of its Pods, which agree by construction."""

    service_name: pulumi.Output[str]
    """The name of the Service and of the Deployment in the cluster."""
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
    def deployment(self) -> "apps.v1.Deployment":
        """The Deployment, a child of the component: a resource of `pulumi_kubernetes`."""
        return self._workload.deployment

    @property
    def disruption_budget(self) -> "policy.v1.PodDisruptionBudget | None":
        """The PodDisruptionBudget, a child of the component; None without `min_available`."""
        return self._workload.disruption_budget

    @property
    def autoscaler(self) -> "autoscaling.v2.HorizontalPodAutoscaler | None":
        """The HorizontalPodAutoscaler, a child of the component; None without `autoscaling`."""
        return self._workload.autoscaler

    @property
    def pod_selector(self) -> Mapping[str, str]:
        """The labels that only its Pods have, for `pod_selector` of an `EgressPolicy`."""
        return pod_labels(self._service_name)

    @property
    def destination(self) -> EgressDestination:
        """Its Pods and their ports, for `to` of an `EgressPolicy`."""
        return self._destination

    def __init__(
        self,
        name: str,
        args: DeployedServiceArgs,
        opts: Optional[pulumi.ResourceOptions] = None,
    ) -> None:
        """Declare the Deployment, the Service, and what else the arguments ask for.

        Args:
            name: The component's name; its objects take it too unless `service_name` is given.
            args: The arguments, by the keys of `DeployedServiceArgs`.
            opts: Pulumi's options for the component, which its objects inherit. Defaults to none.

        Raises:
            ValidationError: Some arguments are invalid. Nothing has been registered.
        """
        draft = compile_args(DeployedService, name, DEPLOYED_SERVICE, args, opts)
        with short_stack_trace(COMPONENT):
            super().__init__(token_of("DeployedService"), name, {}, opts)
        self._service_name: str = draft.plan.service["metadata"]["name"]
        self._destination = _destination(self._service_name, args, opts)
        scope, adoptions = draft.args.logical_name, draft.plan.adoptions
        children = WorkloadChildren(self, name, opts, scope, adoptions)
        self._declared = self._workload = DeclaredWorkload(self, name, draft, children)
        self.register_outputs({"service_name": self._service_name})


def _destination(
    service_name: str, args: DeployedServiceArgs, opts: pulumi.ResourceOptions | None
) -> EgressDestination:
    found: EgressDestination = {
        "pod_selector": pod_labels(service_name),
        "ports": args.get("ports", ()),
    }
    namespace = args.get("namespace", stated_namespace_of(opts))
    if namespace is not None:
        found["namespace"] = namespace
    return found
