"""ReferenceGrant of gateway.networking.k8s.io/v1beta1, which all versions serve."""

from collections.abc import Iterable

from ..gateway_backends import Grant, RouteScope
from ..route_arguments import BackendRefArgs
from ..unknown import Unknown
from .rendering import Rendering

__all__ = ["GATEWAY_GROUP", "REFERENCE_GRANT", "reference_grants"]

GATEWAY_GROUP = "gateway.networking.k8s.io"
REFERENCE_GRANT = "ReferenceGrant"


def reference_grants(
    scope: RouteScope, name: str, kind: str, backends: Iterable[tuple[str, BackendRefArgs]]
) -> list[Rendering]:
    """Render the grants that let routes of a namespace use Services of other namespaces.

    Args:
        scope: The namespace of the routes.
        name: The name of the route.
        kind: The kind of the routes.
        backends: All backends of the routes, each with its argument.
    """
    return [_grant(one, kind, scope.namespace) for one in scope.grants(name, kind, backends)]


def _grant(grant: Grant, kind: str, namespace: str | Unknown | None) -> Rendering:
    made = Rendering(f"{GATEWAY_GROUP}/v1beta1", REFERENCE_GRANT)
    made.put("metadata.name", grant.name, grant.argument)
    made.put("metadata.namespace", grant.namespace, f"{grant.argument}.namespace")
    routes = {"group": GATEWAY_GROUP, "kind": kind, "namespace": namespace}
    made.put("spec.from", [routes], "namespace")
    services = [{"group": "", "kind": "Service", "name": name} for name in grant.services]
    made.put("spec.to", services, grant.argument)
    return made
