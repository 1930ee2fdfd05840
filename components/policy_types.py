"""The words that egress policies are written in: which kind, where to, and by which DNS.

Every class here maps to a type of the same name in other languages. Enum members and the strings
that are their values are both taken.
"""
# No `from __future__ import annotations` here: Pulumi's component analyzer reads real types.

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NotRequired, TypeAlias, TypedDict

import pulumi

from .types import Backend, PresetLike, ServicePort


class EgressApi(StrEnum):
    """Which kind of object says what Pods may reach."""

    NETWORK_POLICY = "NetworkPolicy"
    """NetworkPolicy (`networking.k8s.io/v1`), which most network plugins enforce. The default."""
    CILIUM = "CiliumNetworkPolicy"
    """CiliumNetworkPolicy (`cilium.io/v2`), which allows DNS names too. Only on Cilium."""
    CLUSTER = "ClusterNetworkPolicy"
    """ClusterNetworkPolicy (`policy.networking.k8s.io/v1alpha2`), which allows DNS names too. Only
    where the cluster has its custom resource."""


class EgressTier(StrEnum):
    """Whether a ClusterNetworkPolicy is asked before the cluster's NetworkPolicies, or after."""

    ADMIN = "Admin"
    """Before: what it accepts or denies is settled. The default."""
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
    """Where an `EgressPolicy` lets Pods connect to: backends, or other Pods.

    `egress_destination` makes one of the arguments of a Service, and components have their own as
    the attribute `destination`.
    """

    addresses: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Addresses of backends of which nothing else is known. Defaults to none."""
    backends: NotRequired[Sequence[Backend]]
    """Backends with their settings, of which address and ports matter here. Defaults to none."""
    ports: NotRequired[Sequence[ServicePort]]
    """The ports as a Service has them; policies see `target_port`. With `preset`, further ones, or
    others of the same names. Defaults to those of `preset`; without it at least one is required."""
    preset: NotRequired[PresetLike]
    """The known ports of a well-known server. Defaults to none."""
    allow_empty: NotRequired[bool]
    """Take a destination without any backend. Defaults to False: it is an error."""
    pod_selector: NotRequired[Mapping[str, pulumi.Input[str]]]
    """The labels of Pods, instead of backends; `{}` for all of the namespace. Defaults to none."""
    namespace: NotRequired[pulumi.Input[str]]
    """Where these Pods are. Defaults to the policy's namespace."""
    cidrs: NotRequired[Sequence[pulumi.Input[str]]]
    """Blocks of addresses, instead of backends: for what has no fixed addresses. Defaults to
    none."""
    external_name: NotRequired[pulumi.Input[str]]
    """A DNS name, instead of backends, with `EgressApi.CILIUM` or `EgressApi.CLUSTER`.
    Defaults to none."""


class EgressDns(TypedDict):
    """Where the Pods that an `EgressPolicy` selects find DNS, over UDP and TCP."""

    enabled: NotRequired[bool]
    """Whether they may ask for names. Defaults to True."""
    namespace: NotRequired[str]
    """The namespace of the DNS servers. Defaults to "kube-system"."""
    pod_selector: NotRequired[Mapping[str, str]]
    """The labels of their Pods. Defaults to `{"k8s-app": "kube-dns"}`."""
    addresses: NotRequired[Sequence[str]]
    """Addresses where a DNS cache listens on the node, which is not a Pod to a policy. Defaults to
    that of NodeLocal DNSCache, 169.254.20.10."""
    ports: NotRequired[Sequence[int]]
    """The ports that the servers' Pods listen on. Defaults to 53."""


class EgressPrecedence(TypedDict):
    """Where an `EgressPolicy` stands among the policies of the cluster.

    For `EgressApi.CLUSTER`, whose rules accept connections and leave all others as they are. The
    first rule that matches a connection decides: that of the smallest priority.
    """

    priority: int
    """The priority of the rules that accept, 0 to 1000."""
    deny_others: bool
    """Whether a second policy denies all other egress of the Pods. False where another policy of
    the cluster denies it."""
    deny_priority: NotRequired[int]
    """The priority of that second policy, greater than `priority`. Defaults to 1000, so that
    several `EgressPolicy` that select the same Pods add up."""
    tier: NotRequired[EgressTierLike]
    """Before the cluster's NetworkPolicies, or after. Defaults to `EgressTier.ADMIN`."""
