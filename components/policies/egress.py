"""`EgressPolicy`: lets chosen Pods reach exactly the given backends and ports, and DNS."""
# No `from __future__ import annotations` here: Pulumi's component analyzer reads real types.

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NotRequired, Optional, TypedDict, cast

import pulumi
from pulumi_kubernetes import apiextensions, networking

from .._registry import token_of
from .._runtime.component import Blueprint, Draft, compile_args
from .._runtime.lazy_outputs import LazyOutputs
from .._runtime.object_children import ObjectChildren
from .._runtime.object_component import DeclaredObject
from .._runtime.stack_traces import COMPONENT, short_stack_trace
from ..core import arguments
from ..core.egress_policy import EgressPolicyPlan, plan_egress_policy
from ..core.metadata import CLUSTER_SCOPED
from ..policy_types import EgressApiLike, EgressDestination, EgressDns, EgressPrecedence
from ..types import Backend, PresetLike, ServicePort

__all__ = ["EgressPolicy", "EgressPolicyArgs"]


class EgressPolicyArgs(TypedDict):
    """Arguments of `EgressPolicy`: the Pods, and what they may connect to."""

    pod_selector: Mapping[str, pulumi.Input[str]]
    """The labels of the Pods that the policy applies to; `{}` for all Pods of the namespace."""
    to: NotRequired[Sequence[EgressDestination]]
    """Destinations that the Pods may connect to, such as `egress_destination(args)`. Defaults to
    none."""
    addresses: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Addresses of backends, as in `ExternalService`. Defaults to none."""
    backends: NotRequired[Sequence[Backend]]
    """Backends, as in `ExternalService`. Defaults to none."""
    ports: NotRequired[Sequence[ServicePort]]
    """The ports of `addresses` and `backends`, as in `ExternalService`; policies use `target_port`.
    Defaults to those of `preset`."""
    preset: NotRequired[PresetLike]
    """The known ports of a well-known server. Defaults to none."""
    allow_empty: NotRequired[bool]
    """Whether `addresses` and `backends` may be empty. Defaults to False: that is an error."""
    dns: NotRequired[EgressDns]
    """The DNS servers of the Pods. Defaults to kube-dns and NodeLocal DNSCache, at port 53."""
    api: NotRequired[EgressApiLike]
    """The kind of policy. Defaults to `EgressApi.NETWORK_POLICY`, which cannot allow DNS names."""
    precedence: NotRequired[EgressPrecedence]
    """The precedence among the policies of the cluster; required with `EgressApi.CLUSTER`, and
    allowed only with it. Defaults to none."""
    namespace: NotRequired[pulumi.Input[str]]
    """The namespace of the policy and of the Pods that it selects; required with
    `EgressApi.CLUSTER`. Defaults to the provider's."""
    policy_name: NotRequired[str]
    """A fixed name, a DNS subdomain: the policy is then updated in place. Defaults to the
    component's name and a hash of the rules, so that changed rules create a new policy."""
    logical_name: NotRequired[str]
    """Separates policies with the same name on two clusters in one stack. Defaults to none."""
    kubernetes_version: NotRequired[str]
    """The cluster's version, such as "1.36", whose rules apply. Defaults to rules that satisfy all
    versions from 1.30 on."""
    labels: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Labels of the policy. Defaults to none."""
    annotations: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Annotations of the policy. Defaults to none."""


EGRESS_POLICY = Blueprint(EgressPolicyArgs, arguments.EgressPolicyArgs, plan_egress_policy)


class EgressPolicy(LazyOutputs):
    """A policy that lets chosen Pods reach exactly the given backends and ports, and DNS.

    Changed rules create a new policy before the old one is deleted. Let Services depend on the
    component, so that no new address is served before it is allowed.
    """

    policy_name: pulumi.Output[str]
    """The policy's name in the cluster."""
    namespace: pulumi.Output[str]
    """The namespace of the Pods, and of the policy if its kind has one."""
    hazards: pulumi.Output[list[str]]
    """What is legal but will not work as intended: code, text and remedy of each."""

    @property
    def policy(self) -> "networking.v1.NetworkPolicy | apiextensions.CustomResource":
        """The policy, a child of the component: a resource of `pulumi_kubernetes`.

        A CustomResource with `EgressApi.CILIUM` and `EgressApi.CLUSTER`.
        """
        return self._declared.policy

    @property
    def deny_policy(self) -> "apiextensions.CustomResource | None":
        """The policy that denies all other egress, with `deny_others`: a child of the component."""
        return self._declared.deny_policy

    def __init__(
        self,
        name: str,
        args: EgressPolicyArgs,
        opts: Optional[pulumi.ResourceOptions] = None,
    ) -> None:
        """Declare the policy.

        Args:
            name: The component's name; the policy's begins with it unless `policy_name` is given.
            args: The arguments, by the keys of `EgressPolicyArgs`.
            opts: Pulumi's options for the component, which its objects inherit. Defaults to none.

        Raises:
            ValidationError: Some arguments are invalid. Nothing has been registered.
        """
        draft = compile_args(EgressPolicy, name, EGRESS_POLICY, args, opts)
        with short_stack_trace(COMPONENT):
            super().__init__(token_of("EgressPolicy"), name, {}, opts)
        children = ObjectChildren(self, name, opts, draft.args.logical_name)
        self._declared: _DeclaredPolicy = _DeclaredPolicy(self, name, children, draft)
        self.register_outputs({"policy_name": draft.plan.policy["metadata"]["name"]})


class _DeclaredPolicy(DeclaredObject):
    """The policy that a component declares, the one that denies all others, and the outputs."""

    def __init__(
        self,
        component: pulumi.ComponentResource,
        name: str,
        children: ObjectChildren,
        draft: Draft[arguments.EgressPolicyArgs, EgressPolicyPlan],
    ) -> None:
        self._policies = draft
        manifest, *others = draft.objects()
        self.policy = children.policy(manifest)
        super().__init__(component, name, self.policy, draft)
        self.deny_policy: apiextensions.CustomResource | None = None
        for denied in others:
            # The accepting policy must exist before all else is denied, and until that ends.
            made = children.policy(denied, [self.policy])
            self.refuse_owners(made)
            self.deny_policy = cast("apiextensions.CustomResource", made)

    @cached_property
    def policy_name(self) -> pulumi.Output[str]:
        return self.object_name

    @cached_property
    def namespace(self) -> pulumi.Output[str]:
        if self._policies.plan.policy["kind"] in CLUSTER_SCOPED:
            return self._policies.output(lambda plan: plan.pods_namespace)
        return super().namespace
