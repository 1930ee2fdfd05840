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
"""The prefix of every stack's field manager."""
FIELD_MANAGER_ANNOTATION = "pulumi.com/patchFieldManager"
FORCE_ANNOTATION = "pulumi.com/patchForce"
"""Makes the provider take fields over from other field managers."""
MODE_ANNOTATION = "k8s-endpoints.pulumi/endpoint-api"
"""Records which objects hold the backends, unless only slices do; the next up compares it."""
PHASE_ANNOTATION = "k8s-endpoints.pulumi/migration-phase"
"""Records the phase of a Service's migration from external backends to Pods."""

MAX_ANNOTATION_BYTES = 262_144
"""The maximum size in bytes of all keys and values of an object's annotations together."""

MAX_FIELD_MANAGER = 128
"""The maximum length in characters of a field manager's name."""

RESERVED_ANNOTATIONS = frozenset({FIELD_MANAGER_ANNOTATION, MODE_ANNOTATION, PHASE_ANNOTATION})
"""Annotations that the components write, which no user annotation may override."""

RESERVED_LABELS = frozenset(
    {SERVICE_NAME_LABEL, MANAGED_BY_LABEL, HEADLESS_LABEL, SKIP_MIRROR_LABEL, DEPLOYED_LABEL}
)
"""Labels that tie the objects together, which no user label may override."""

CLUSTER_SCOPED = frozenset({"ClusterNetworkPolicy"})
"""The kinds of children without a namespace."""


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
    """Return the annotations of every object of a component, unless the user sets them.

    Args:
        field_manager: The stack's field manager.
        skip_await: Whether Pulumi skips waiting until the object is ready.
        forced: Whether the provider takes fields over from other field managers.
        has_dependents: Whether a deletion waits until the objects that it made, such as Pods, are
            gone.
    """
    return {
        FIELD_MANAGER_ANNOTATION: field_manager,
        **({} if has_dependents else {"pulumi.com/deletionPropagationPolicy": "background"}),
        **({"pulumi.com/skipAwait": "true"} if skip_await else {}),
        **({FORCE_ANNOTATION: "true"} if forced else {}),
    }
