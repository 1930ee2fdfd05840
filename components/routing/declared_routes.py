"""What components of routes share: grants before routes, owners, and outputs."""

from typing import Any

import pulumi

from .._registry import REFERENCE_GRANT
from .._runtime.children import Children
from .._runtime.component import Draft
from .._runtime.object_component import DeclaredObject

__all__ = ["DeclaredRoutes"]


class DeclaredRoutes(DeclaredObject):
    """The routes that a component declares, and the grants in the namespaces of their backends.

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
        children: Children,
        kind: str,
        draft: "Draft[Any, Any]",
    ) -> None:
        manifests = [*draft.objects()]
        route_kind = kind.rpartition(":")[2]
        others = [one for one in manifests if one["kind"] != route_kind]
        # Before the routes, which lead nowhere without them.
        self.grants = [children.custom(one, REFERENCE_GRANT) for one in others]
        self.routes = [
            children.custom(one, kind, self.grants)
            for one in manifests
            if one["kind"] == route_kind
        ]
        super().__init__(component, name, self.routes[0], draft)
        for made in self.routes[1:]:
            self.refuse_owners(made, route_kind)
        for made in self.grants:
            self.refuse_owners(made, "ReferenceGrant")
