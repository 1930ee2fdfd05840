"""The common part of components with routes: grants before routes, owners, and outputs."""

from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions

from .._runtime.component import Draft
from .._runtime.object_children import ObjectChildren
from .._runtime.object_component import DeclaredObject

__all__ = ["DeclaredRoutes"]


class DeclaredRoutes(DeclaredObject):
    """The routes that a component declares, and the objects that must exist before them.

    Args:
        component: The component.
        name: The component's name.
        children: Registers the component's children.
        kind: The kind of the routes.
        draft: What it declares, the routes first.
    """

    def __init__(
        self,
        component: pulumi.ComponentResource,
        name: str,
        children: ObjectChildren,
        kind: str,
        draft: "Draft[Any, Any]",
    ) -> None:
        manifests = [*draft.objects()]

        def register(
            kind: str, after: Sequence[pulumi.Resource] = ()
        ) -> "list[apiextensions.CustomResource]":
            return [children.custom(one, after) for one in manifests if one["kind"] == kind]

        self.grants, self.tls_policies = register("ReferenceGrant"), register("BackendTLSPolicy")
        # Without these objects, routes lead nowhere, or to a port that expects TLS.
        before = [*self.grants, *self.tls_policies]
        self.routes = register(kind, before)
        super().__init__(component, name, self.routes[0], draft)
        for other in (*self.routes[1:], *before):
            self.refuse_owners(other)
