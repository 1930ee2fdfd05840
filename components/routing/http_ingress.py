"""`HttpIngress`: routes HTTP requests to Services by host and path."""
# No `from __future__ import annotations` here: Pulumi's component analyzer reads real types.

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NotRequired, Optional, TypedDict

import pulumi
from pulumi_kubernetes import apiextensions, networking

from .._registry import token_of
from .._runtime.component import Blueprint, Draft, compile_args
from .._runtime.given import ingress_addresses
from .._runtime.lazy_outputs import LazyOutputs
from .._runtime.object_children import ObjectChildren
from .._runtime.object_component import DeclaredObject
from .._runtime.stack_traces import COMPONENT, short_stack_trace
from ..core.http_ingress import HttpIngressPlan, plan_http_ingress
from ..core.route_arguments import GATEWAY
from ..core.route_arguments import HttpIngressArgs as CoreArgs
from ..route_types import GatewayRef, HttpHost, HttpTls, RouteApiLike, RouteBackend
from .declared_routes import DeclaredRoutes

__all__ = ["HttpIngress", "HttpIngressArgs"]


class HttpIngressArgs(TypedDict):
    """Arguments of `HttpIngress`: hosts and paths, and their Services."""

    rules: NotRequired[Sequence[HttpHost]]
    """The hosts, at least one without a `default_backend`. Defaults to none."""
    default_backend: NotRequired[RouteBackend]
    """The Service for requests that match no rule. Defaults to the controller's own answer."""
    api: NotRequired[RouteApiLike]
    """The API that routes the requests. Defaults to `RouteApi.INGRESS`."""
    gateways: NotRequired[Sequence[GatewayRef]]
    """The Gateways that routes attach to, at least one with `RouteApi.GATEWAY`. Defaults to
    none."""
    class_name: NotRequired[pulumi.Input[str]]
    """The IngressClass, which chooses the controller. With `tls` of a backend, its name must be one
    of Traefik or ingress-nginx. Defaults to the cluster's."""
    tls: NotRequired[Sequence[HttpTls]]
    """Certificates. Defaults to none, or with an issuer to one for all hosts of `rules`."""
    issuer: NotRequired[pulumi.Input[str]]
    """The Issuer of cert-manager, in the same namespace, that gives the certificates. Defaults to
    none."""
    cluster_issuer: NotRequired[pulumi.Input[str]]
    """The ClusterIssuer of cert-manager that gives the certificates. Defaults to none."""
    ingress_name: NotRequired[str]
    """The name of the Ingress or HTTPRoute, a DNS subdomain; each of several routes appends its
    host. Defaults to the component's name."""
    namespace: NotRequired[pulumi.Input[str]]
    """The namespace of the Ingress and its Services, or of the routes. Defaults to the
    provider's."""
    logical_name: NotRequired[str]
    """Separates Ingresses with the same name on two clusters in one stack. Defaults to none."""
    kubernetes_version: NotRequired[str]
    """The cluster's version, such as "1.36", whose rules apply. Defaults to rules that satisfy all
    versions from 1.30 on."""
    labels: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Labels of the Ingress or routes. Defaults to none."""
    annotations: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Annotations of the Ingress or routes, such as those that a controller reads. Defaults to
    none."""
    await_ready: NotRequired[bool]
    """Whether to wait for the controller's address. Pulumi then also waits a minute for the
    Endpoints object of each Service without one. Defaults to False."""


HTTP_INGRESS = Blueprint(
    HttpIngressArgs, CoreArgs, plan_http_ingress, frozenset({"ServersTransport"})
)


class HttpIngress(LazyOutputs):
    """An Ingress, or HTTPRoutes, that route HTTP requests to Services by host and path."""

    ingress_name: pulumi.Output[str]
    """The name of the Ingress, or of the first route, in the cluster."""
    namespace: pulumi.Output[str]
    """Its namespace."""
    load_balancer: pulumi.Output[list[str]]
    """The controller's addresses and host names; empty until assigned, and for routes."""
    hazards: pulumi.Output[list[str]]
    """What is legal but will not work as intended: code, text and remedy of each."""

    @property
    def ingress(self) -> "networking.v1.Ingress | None":
        """The Ingress, a child of the component; None with `RouteApi.GATEWAY`."""
        return self._declared.ingress

    @property
    def ingresses(self) -> "Sequence[networking.v1.Ingress]":
        """All Ingresses, `ingress` first; for ingress-nginx one for each `tls` of backends."""
        return self._declared.ingresses

    @property
    def servers_transports(self) -> "Sequence[apiextensions.CustomResource]":
        """The ServersTransports of Traefik for backends with `tls`, children of the component."""
        return self._declared.servers_transports

    @property
    def routes(self) -> "Sequence[apiextensions.CustomResource]":
        """The HTTPRoutes, children of the component; none with `RouteApi.INGRESS`."""
        return self._declared.routes

    @property
    def grants(self) -> "Sequence[apiextensions.CustomResource]":
        """The ReferenceGrants in the namespaces of backends, children of the component."""
        return self._declared.grants

    @property
    def tls_policies(self) -> "Sequence[apiextensions.CustomResource]":
        """The BackendTLSPolicies of backends with `tls`, children of the component."""
        return self._declared.tls_policies

    def __init__(
        self,
        name: str,
        args: HttpIngressArgs,
        opts: Optional[pulumi.ResourceOptions] = None,
    ) -> None:
        """Declare the Ingress or the HTTPRoutes.

        Args:
            name: The component's name; its objects take it too unless `ingress_name` is given.
            args: The arguments, by the keys of `HttpIngressArgs`.
            opts: Pulumi's options for the component, which its objects inherit. Defaults to none.

        Raises:
            ValidationError: Some arguments are invalid. Nothing has been registered.
        """
        draft = compile_args(HttpIngress, name, HTTP_INGRESS, args, opts)
        with short_stack_trace(COMPONENT):
            super().__init__(token_of("HttpIngress"), name, {}, opts)
        children = ObjectChildren(self, name, opts, draft.args.logical_name)
        declared = _DeclaredRoutes if draft.args.api == GATEWAY else _DeclaredIngress
        self._declared: _DeclaredRoutes | _DeclaredIngress = declared(self, name, children, draft)
        self.register_outputs({"ingress_name": draft.plan.ingress["metadata"]["name"]})


class _DeclaredIngress(DeclaredObject):
    """The Ingress that a component declares, and the outputs."""

    routes: "Sequence[apiextensions.CustomResource]" = ()
    grants: "Sequence[apiextensions.CustomResource]" = ()
    tls_policies: "Sequence[apiextensions.CustomResource]" = ()

    def __init__(
        self,
        component: pulumi.ComponentResource,
        name: str,
        children: ObjectChildren,
        draft: Draft[CoreArgs, HttpIngressPlan],
    ) -> None:
        manifests = [*draft.objects()]
        self.servers_transports = [
            children.custom(one) for one in manifests if one["kind"] == "ServersTransport"
        ]
        self.ingresses = [
            children.ingress(one, self.servers_transports, awaited=draft.args.await_ready)
            for one in manifests
            if one["kind"] == "Ingress"
        ]
        self.ingress = self.ingresses[0]
        super().__init__(component, name, self.ingress, draft)
        for other in (*self.ingresses[1:], *self.servers_transports):
            self.refuse_owners(other)

    @cached_property
    def ingress_name(self) -> pulumi.Output[str]:
        return self.object_name

    @cached_property
    def load_balancer(self) -> pulumi.Output[list[str]]:
        return ingress_addresses(self.ingress)


class _DeclaredRoutes(DeclaredRoutes):
    """The routes that a component declares, and the outputs."""

    ingress = None
    ingresses: "Sequence[networking.v1.Ingress]" = ()
    servers_transports: "Sequence[apiextensions.CustomResource]" = ()

    def __init__(
        self,
        component: pulumi.ComponentResource,
        name: str,
        children: ObjectChildren,
        draft: Draft[CoreArgs, HttpIngressPlan],
    ) -> None:
        super().__init__(component, name, children, "HTTPRoute", draft)

    @cached_property
    def ingress_name(self) -> pulumi.Output[str]:
        return self.object_name

    @cached_property
    def load_balancer(self) -> pulumi.Output[list[str]]:
        return pulumi.Output.from_input([])
