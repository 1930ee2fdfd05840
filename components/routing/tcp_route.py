"""`TcpRoute`: routes the connections of a Gateway's listener to a Service."""
# No `from __future__ import annotations` here: Pulumi's component analyzer reads real types.

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NotRequired, Optional, TypedDict

import pulumi
from pulumi_kubernetes import apiextensions

from .._registry import token_of
from .._runtime.component import Blueprint, Draft, compile_args
from .._runtime.lazy_outputs import LazyOutputs
from .._runtime.object_children import ObjectChildren
from .._runtime.stack_traces import COMPONENT, short_stack_trace
from ..core.route_arguments import TcpRouteArgs as CoreArgs
from ..core.tcp_route import TcpRoutePlan, plan_tcp_route
from ..route_types import GatewayRef, RouteBackend
from .declared_routes import DeclaredRoutes

__all__ = ["TcpRoute", "TcpRouteArgs"]


class TcpRouteArgs(TypedDict):
    """Arguments of `TcpRoute`: a listener and its Services."""

    gateways: Sequence[GatewayRef]
    """The Gateways, at least one, each with the `section_name` of a TCP listener."""
    backend: NotRequired[RouteBackend]
    """The Service for the connections. Defaults to none: give this or `backends`."""
    backends: NotRequired[Sequence[RouteBackend]]
    """Several Services that share the connections by their weights. Defaults to none."""
    route_name: NotRequired[str]
    """The TCPRoute's name, a DNS subdomain. Defaults to the component's name."""
    namespace: NotRequired[pulumi.Input[str]]
    """The namespace of the route. Defaults to the provider's."""
    logical_name: NotRequired[str]
    """Separates routes with the same name on two clusters in one stack. Defaults to none."""
    kubernetes_version: NotRequired[str]
    """The cluster's version, such as "1.36", whose rules apply. Defaults to rules that satisfy all
    versions from 1.30 on."""
    labels: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Labels of the route. Defaults to none."""
    annotations: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Annotations of the route. Defaults to none."""


BLUEPRINT = Blueprint(TcpRouteArgs, CoreArgs, plan_tcp_route)


class TcpRoute(LazyOutputs):
    """A TCPRoute that routes the connections of a Gateway's listener to a Service."""

    route_name: pulumi.Output[str]
    """The route's name in the cluster."""
    namespace: pulumi.Output[str]
    """The route's namespace."""
    hazards: pulumi.Output[list[str]]
    """What is legal but will not work as intended: code, text and remedy of each."""

    @property
    def route(self) -> "apiextensions.CustomResource":
        """The TCPRoute, a child of the component: a resource of `pulumi_kubernetes`."""
        return self._declared.routes[0]

    @property
    def grants(self) -> "Sequence[apiextensions.CustomResource]":
        """The ReferenceGrants in the namespaces of backends, children of the component."""
        return self._declared.grants

    def __init__(
        self,
        name: str,
        args: TcpRouteArgs,
        opts: Optional[pulumi.ResourceOptions] = None,
    ) -> None:
        """Declare the TCPRoute.

        Args:
            name: The component's name; the route takes it too unless `route_name` is given.
            args: The arguments, by the keys of `TcpRouteArgs`.
            opts: Pulumi's options for the component, which its objects inherit. Defaults to none.

        Raises:
            ValidationError: Some arguments are invalid. Nothing has been registered.
        """
        draft = compile_args(TcpRoute, name, BLUEPRINT, args, opts)
        with short_stack_trace(COMPONENT):
            super().__init__(token_of("TcpRoute"), name, {}, opts)
        children = ObjectChildren(self, name, opts, draft.args.logical_name)
        self._declared: _DeclaredRoute = _DeclaredRoute(self, name, children, draft)
        self.register_outputs({"route_name": draft.plan.objects[0]["metadata"]["name"]})


class _DeclaredRoute(DeclaredRoutes):
    """The route that a component declares, and the outputs."""

    def __init__(
        self,
        component: pulumi.ComponentResource,
        name: str,
        children: ObjectChildren,
        draft: Draft[CoreArgs, TcpRoutePlan],
    ) -> None:
        super().__init__(component, name, children, "TCPRoute", draft)

    @cached_property
    def route_name(self) -> pulumi.Output[str]:
        return self.object_name
