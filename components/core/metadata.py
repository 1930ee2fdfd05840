"""Names, labels and annotations of the objects that we declare."""

from typing import Any

Manifest = dict[str, Any]
"""A Kubernetes object in its wire form, with camel-cased keys."""

SERVICE_NAME_LABEL = "kubernetes.io/service-name"
MANAGED_BY_LABEL = "endpointslice.kubernetes.io/managed-by"
MANAGED_BY = "k8s-endpoints.pulumi"
HEADLESS_LABEL = "service.kubernetes.io/headless"
SKIP_MIRROR_LABEL = "endpointslice.kubernetes.io/skip-mirror"
DEPLOYED_LABEL = "k8s-endpoints.pulumi/service"
"""The name of the `DeployedService` that a Pod belongs to: the selector of its Service."""
FIELD_MANAGER = "k8s-endpoints/"
"""How the name of every stack's field manager begins."""
FIELD_MANAGER_ANNOTATION = "pulumi.com/patchFieldManager"
FORCE_ANNOTATION = "pulumi.com/patchForce"
"""Takes fields over from other field managers."""
MODE_ANNOTATION = "k8s-endpoints.pulumi/endpoint-api"
"""Which objects hold the backends, where these are not slices alone: the next up compares."""
PHASE_ANNOTATION = "k8s-endpoints.pulumi/migration-phase"
"""In which phase a Service is on its way from external backends to Pods."""

MAX_ANNOTATION_BYTES = 262_144
"""How many bytes the keys and values of an object's annotations may have together."""

MAX_FIELD_MANAGER = 128
"""How many characters the name of a field manager may have."""

RESERVED_ANNOTATIONS = frozenset({FIELD_MANAGER_ANNOTATION, MODE_ANNOTATION, PHASE_ANNOTATION})
"""Annotations that the components write, which no user annotation may override."""

RESERVED_LABELS = frozenset(
    {SERVICE_NAME_LABEL, MANAGED_BY_LABEL, HEADLESS_LABEL, SKIP_MIRROR_LABEL, DEPLOYED_LABEL}
)
"""Labels that tie the objects together, which no user label may override."""

CLUSTER_SCOPED = frozenset({"ClusterNetworkPolicy"})
"""The kinds of children that are in no namespace."""


def naming_argument(kind: str, *, of_tcp_route: bool = False) -> str:
    """Return the argument that names the objects of a component, by the kind of one of them.

    Args:
        kind: The kind of an object.
        of_tcp_route: Whether a `TcpRoute` declares it, whose ReferenceGrants are named after it.
    """
    if of_tcp_route and kind == "ReferenceGrant":
        return "route_name"
    if kind == "ServersTransport":
        return "object_name"
    if kind in ("Ingress", "HTTPRoute", "ReferenceGrant", "BackendTLSPolicy"):
        return "ingress_name"
    if kind == "TCPRoute":
        return "route_name"
    return "policy_name" if kind.endswith("Policy") else "service_name"


def naming_argument_of(manifest: Manifest) -> str:
    """Return the argument that names the objects of the component that declares a manifest."""
    spec: Manifest = manifest.get("spec") or {}
    sources: list[Manifest] = spec.get("from") or []
    of_tcp_route = any(one.get("kind") == "TCPRoute" for one in sources)
    return naming_argument(str(manifest.get("kind")), of_tcp_route=of_tcp_route)


def takes_adoptions(kind: str) -> bool:
    """Return whether the component of an object has the argument `adopt`."""
    return kind in ("Service", "EndpointSlice", "Endpoints")


def own_annotations(
    field_manager: str,
    *,
    skip_await: bool = False,
    forced: bool = False,
    has_dependents: bool = False,
) -> Manifest:
    """Return the annotations that every object of a component carries, unless the user sets them.

    Args:
        field_manager: The stack's field manager.
        skip_await: Whether Pulumi does not wait until the object is ready.
        forced: Whether fields are taken over from other field managers.
        has_dependents: Whether a deletion waits until what the object made, Pods, is gone.
    """
    return {
        FIELD_MANAGER_ANNOTATION: field_manager,
        **({} if has_dependents else {"pulumi.com/deletionPropagationPolicy": "background"}),
        **({"pulumi.com/skipAwait": "true"} if skip_await else {}),
        **({FORCE_ANNOTATION: "true"} if forced else {}),
    }
