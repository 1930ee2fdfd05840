"""ReferenceGrant of gateway.networking.k8s.io/v1beta1, which all versions serve."""

from ..gateway_backends import Grant
from ..unknown import Unknown
from .rendering import Rendering

__all__ = ["GATEWAY_GROUP", "REFERENCE_GRANT", "reference_grant"]

GATEWAY_GROUP = "gateway.networking.k8s.io"
REFERENCE_GRANT = "ReferenceGrant"


def reference_grant(
    grant: Grant, kind: str, name: str, namespace: str | Unknown | None
) -> Rendering:
    """Render what allows routes of a namespace to lead to Services of another one.

    Args:
        grant: The namespace of the Services, and which they are.
        kind: The kind of the routes.
        name: The name of the object.
        namespace: The namespace of the routes.
    """
    made = Rendering(f"{GATEWAY_GROUP}/v1beta1", REFERENCE_GRANT)
    made.put("metadata.name", name, grant.argument)
    made.put("metadata.namespace", grant.namespace, f"{grant.argument}.namespace")
    routes = {"group": GATEWAY_GROUP, "kind": kind, "namespace": namespace}
    made.put("spec.from", [routes], "namespace")
    services = [{"group": "", "kind": "Service", "name": name} for name in grant.services]
    made.put("spec.to", services, grant.argument)
    return made
