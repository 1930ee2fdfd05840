"""`HttpIngress`: leads HTTP requests for hosts and paths to Services."""
# No `from __future__ import annotations` here: Pulumi's component analyzer reads real types.

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NotRequired, Optional, TypedDict

import pulumi
from pulumi_kubernetes import networking

from .._registry import token_of
from .._runtime.children import Children
from .._runtime.component import Blueprint, Draft, compile_args
from .._runtime.lazy_outputs import LazyOutputs
from .._runtime.object_component import DeclaredObject
from ..core.http_ingress import HttpIngressPlan, plan_http_ingress
from ..core.route_arguments import HttpIngressArgs as CoreArgs
from ..route_types import HttpBackend, HttpHost, HttpTls

__all__ = ["HttpIngress", "HttpIngressArgs"]


class HttpIngressArgs(TypedDict):
    """Arguments of `HttpIngress`: hosts and paths, and the Services that answer for them."""

    rules: NotRequired[Sequence[HttpHost]]
    """The hosts, at least one without a `default_backend`. Defaults to none."""
    default_backend: NotRequired[HttpBackend]
    """Where requests go that no rule is for. Defaults to the controller's own answer."""
    class_name: NotRequired[pulumi.Input[str]]
    """The IngressClass, which says the controller. Defaults to the cluster's."""
    tls: NotRequired[Sequence[HttpTls]]
    """Certificates. Defaults to none, and with an issuer to one for all hosts of `rules`."""
    issuer: NotRequired[pulumi.Input[str]]
    """The Issuer of cert-manager, in the same namespace, that gives the certificates. Defaults to
    none."""
    cluster_issuer: NotRequired[pulumi.Input[str]]
    """The ClusterIssuer of cert-manager that gives the certificates. Defaults to none."""
    ingress_name: NotRequired[str]
    """The Ingress' name, a DNS subdomain. Defaults to the component's name."""
    namespace: NotRequired[pulumi.Input[str]]
    """The namespace of the Ingress and its Services. Defaults to the provider's."""
    logical_name: NotRequired[str]
    """Separates Ingresses of one name on two clusters in one stack. Defaults to none."""
    kubernetes_version: NotRequired[str]
    """The cluster's version, such as "1.36", whose rules apply. Defaults to what is legal on all
    versions from 1.30 on."""
    labels: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Labels of the Ingress. Defaults to none."""
    annotations: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Annotations of the Ingress, such as its controller reads. Defaults to none."""
    await_ready: NotRequired[bool]
    """Wait for a controller's address. Pulumi then also waits a minute for an Endpoints object of
    each Service that has none. Defaults to False."""


HTTP_INGRESS = Blueprint(HttpIngressArgs, CoreArgs, plan_http_ingress)


class HttpIngress(LazyOutputs):
    """An Ingress that leads HTTP requests for hosts and paths to Services.

    Raises:
        ValidationError: Arguments cannot be used. Nothing has been registered then.
    """

    ingress_name: pulumi.Output[str]
    """The Ingress' name in the cluster."""
    namespace: pulumi.Output[str]
    """The Ingress' namespace."""
    load_balancer: pulumi.Output[list[str]]
    """The addresses and host names that the controller gave; empty before."""
    hazards: pulumi.Output[list[str]]
    """What is legal but will not work as intended: code, text and remedy of each."""

    @property
    def ingress(self) -> "networking.v1.Ingress":
        """The Ingress, a child of the component: a resource of `pulumi_kubernetes`."""
        return self._declared.ingress

    def __init__(
        self,
        name: str,
        args: HttpIngressArgs,
        opts: Optional[pulumi.ResourceOptions] = None,
    ) -> None:
        draft = compile_args(HttpIngress, name, HTTP_INGRESS, args, opts)
        super().__init__(token_of("HttpIngress"), name, {}, opts)
        children = Children(self, name, opts, draft.args.logical_name)
        (manifest,) = draft.objects()
        made = children.ingress(manifest, awaited=draft.args.await_ready)
        self._declared: _DeclaredIngress = _DeclaredIngress(self, name, made, draft)
        self.register_outputs({"ingress_name": draft.plan.ingress["metadata"]["name"]})


class _DeclaredIngress(DeclaredObject):
    """The Ingress that a component declares, and the outputs."""

    def __init__(
        self,
        component: pulumi.ComponentResource,
        name: str,
        ingress: "networking.v1.Ingress",
        draft: Draft[CoreArgs, HttpIngressPlan],
    ) -> None:
        super().__init__(component, name, ingress, draft)
        self.ingress = ingress

    @cached_property
    def ingress_name(self) -> pulumi.Output[str]:
        return self.object_name

    @cached_property
    def load_balancer(self) -> pulumi.Output[list[str]]:
        def given(status: "networking.v1.outputs.IngressStatus | None") -> list[str]:
            balancer = status.load_balancer if status else None
            found = (balancer.ingress if balancer else None) or []
            return [one.ip or one.hostname or "" for one in found]

        return self.ingress.status.apply(given)
