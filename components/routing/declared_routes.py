"""What components of routes share: grants before routes, owners, and outputs."""

from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions

from .._registry import BACKEND_TLS_POLICY, REFERENCE_GRANT
from .._runtime.component import Draft
from .._runtime.object_children import ObjectChildren
from .._runtime.object_component import DeclaredObject

__all__ = ["DeclaredRoutes"]


_KINDS = {"ReferenceGrant": REFERENCE_GRANT, "BackendTLSPolicy": BACKEND_TLS_POLICY}


class DeclaredRoutes(DeclaredObject):
    """The routes that a component declares, and what must be there before them.

    Args:
        component: The component.
        name: The component's name.
        children: What registers its children.
        kind: The Pulumi type of the routes.
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
        route_kind = kind.rpartition(":")[2]
        self.grants: list[apiextensions.CustomResource] = []
        self.tls_policies: list[apiextensions.CustomResource] = []
        held = {"ReferenceGrant": self.grants, "BackendTLSPolicy": self.tls_policies}
        for one in manifests:
            if one["kind"] in held:
                made = children.custom(one, _KINDS[one["kind"]])
                held[one["kind"]].append(made)
        # After these, without which they lead nowhere, or to a port that expects TLS.
        before = [*self.grants, *self.tls_policies]
        self.routes = [
            children.custom(one, kind, before) for one in manifests if one["kind"] == route_kind
        ]
        super().__init__(component, name, self.routes[0], draft)
        for other in (*self.routes[1:], *before):
            self.refuse_owners(other)
