"""The types of an `EgressPolicy`'s arguments: its kind, destinations, DNS and precedence.

Every class here becomes a type of the same name in other languages. Enum members and their values,
which are strings, are both accepted.
"""
# No `from __future__ import annotations` here: Pulumi's component analyzer reads real types.

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NotRequired, TypeAlias, TypedDict

import pulumi

from .types import Backend, PresetLike, ServicePort


class EgressApi(StrEnum):
    """The kind of object that a policy is."""

    NETWORK_POLICY = "NetworkPolicy"
    """NetworkPolicy (`networking.k8s.io/v1`), which most network plugins enforce. The default."""
    CILIUM = "CiliumNetworkPolicy"
    """CiliumNetworkPolicy (`cilium.io/v2`), which also allows DNS names. Only on Cilium."""
    CLUSTER = "ClusterNetworkPolicy"
    """ClusterNetworkPolicy (`policy.networking.k8s.io/v1alpha2`), which also allows DNS names. Only
    if the cluster has its custom resource."""


class EgressTier(StrEnum):
    """Whether a ClusterNetworkPolicy is evaluated before the cluster's NetworkPolicies or after."""

    ADMIN = "Admin"
    """Before: NetworkPolicies cannot change what it accepts or denies. The default."""
    BASELINE = "Baseline"
    """After: for Pods that no NetworkPolicy selects for egress."""


if TYPE_CHECKING:  # Pulumi's component analyzer takes neither unions nor literals
    EgressApiLike: TypeAlias = (
        EgressApi | Literal["NetworkPolicy", "CiliumNetworkPolicy", "ClusterNetworkPolicy"]
    )
    EgressTierLike: TypeAlias = EgressTier | Literal["Admin", "Baseline"]
else:
    EgressApiLike = EgressApi
    EgressTierLike = EgressTier


class EgressDestination(TypedDict):
    """A destination of an `EgressPolicy`: backends, or other Pods.

    `egress_destination` makes one from the arguments of a Service; components have their own as the
    attribute `destination`.
    """

    addresses: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Addresses of backends without further settings. Defaults to none."""
    backends: NotRequired[Sequence[Backend]]
    """Backends with their settings; only address and ports are used. Defaults to none."""
    ports: NotRequired[Sequence[ServicePort]]
    """The ports of the Service; policies use `target_port`. With `preset`, they add to its ports,
    or replace those of the same name. Defaults to those of `preset`; without it at least one is
    required."""
    preset: NotRequired[PresetLike]
    """The known ports of a well-known server. Defaults to none."""
    allow_empty: NotRequired[bool]
    """Whether the destination may have no backend. Defaults to False: that is an error."""
    pod_selector: NotRequired[Mapping[str, pulumi.Input[str]]]
    """The labels of Pods, instead of backends; `{}` for all Pods of the namespace. Defaults to
    none."""
    namespace: NotRequired[pulumi.Input[str]]
    """The namespace of these Pods. Defaults to the policy's namespace."""
    cidrs: NotRequired[Sequence[pulumi.Input[str]]]
    """CIDRs, instead of backends, for destinations without fixed addresses. Defaults to none."""
    external_name: NotRequired[pulumi.Input[str]]
    """A DNS name, instead of backends, with `EgressApi.CILIUM` or `EgressApi.CLUSTER`.
    Defaults to none."""


class EgressDns(TypedDict):
    """The DNS servers of the Pods that an `EgressPolicy` selects, over UDP and TCP."""

    enabled: NotRequired[bool]
    """Whether the Pods may query DNS. Defaults to True."""
    namespace: NotRequired[str]
    """The namespace of the DNS servers. Defaults to "kube-system"."""
    pod_selector: NotRequired[Mapping[str, str]]
    """The labels of the servers' Pods. Defaults to `{"k8s-app": "kube-dns"}`."""
    addresses: NotRequired[Sequence[str]]
    """Addresses of a DNS cache on the node, which policies do not treat as a Pod. Defaults to that
    of NodeLocal DNSCache, 169.254.20.10."""
    ports: NotRequired[Sequence[int]]
    """The ports that the servers' Pods listen on. Defaults to 53."""


class EgressPrecedence(TypedDict):
    """The precedence of an `EgressPolicy` among the policies of the cluster.

    For `EgressApi.CLUSTER`, whose rules accept connections and do not affect others. The first rule
    that matches a connection decides, in the order of priorities, smallest first.
    """

    priority: int
    """The priority of the rules that accept, 0 to 1000."""
    deny_others: bool
    """Whether a second policy denies all other egress of the Pods. Set it to False if another
    policy of the cluster denies it."""
    deny_priority: NotRequired[int]
    """The priority of that second policy, greater than `priority`, at most 1000. Defaults to 1000,
    so that several `EgressPolicy` components for the same Pods add up."""
    tier: NotRequired[EgressTierLike]
    """Whether it comes before the cluster's NetworkPolicies or after. Defaults to
    `EgressTier.ADMIN`."""
