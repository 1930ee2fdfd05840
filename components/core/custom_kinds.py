"""Kinds that a cluster has only where their CustomResourceDefinitions are installed."""

from collections.abc import Mapping
from dataclasses import dataclass

from .findings import Finding, forbidden
from .objects.cilium_network_policy import CILIUM
from .objects.cluster_network_policy import CLUSTER
from .objects.servers_transport import SERVERS_TRANSPORT

__all__ = ["CUSTOM_KINDS", "CustomKind", "explain_unserved", "unserved"]


@dataclass(frozen=True, slots=True)
class CustomKind:
    """A kind that a project outside Kubernetes defines."""

    brought_by: str
    """What to install, and where to find it."""
    instead: str = ""
    """What to declare instead if it cannot be installed. Empty if there is no alternative."""


def _gateway_api(since: str) -> CustomKind:
    return CustomKind(
        f"the CustomResourceDefinitions of Gateway API {since} or newer, standard channel, and a"
        " controller that serves it (https://gateway-api.sigs.k8s.io/guides/)"
    )


_ADDRESSES = "leave `api` out of this EgressPolicy and give addresses instead of names"

CUSTOM_KINDS: Mapping[str, CustomKind] = {
    "HTTPRoute": _gateway_api("1.0"),
    "ReferenceGrant": _gateway_api("1.0"),
    "BackendTLSPolicy": _gateway_api("1.4"),
    "TCPRoute": _gateway_api("1.6"),
    SERVERS_TRANSPORT: CustomKind(
        "Traefik 3.4 or newer with its CustomResourceDefinitions"
        " (https://doc.traefik.io/traefik/reference/install-configuration/providers/kubernetes/"
        "kubernetes-crd/)",
        'give `api` as "Gateway"',
    ),
    CILIUM: CustomKind("Cilium (https://docs.cilium.io/en/stable/installation/)", _ADDRESSES),
    CLUSTER: CustomKind(
        "its CustomResourceDefinition (https://network-policy-api.sigs.k8s.io/getting-started/),"
        " and a network plugin that implements it",
        _ADDRESSES,
    ),
}
"""The custom kinds that components declare, by name."""


def unserved(kind: str, version: str, name: str) -> Finding:
    """Return the error for an object of a kind that the cluster does not serve.

    Args:
        kind: Its kind.
        version: Its `apiVersion`.
        name: Its name.
    """
    own = "if this program installs it, give the component `depends_on`"
    remedy = f"install {_remedy(kind)}; {own}"
    return forbidden(f"{kind}[{name}]", f"the cluster does not serve {kind} of {version}", remedy)


def explain_unserved(kind: str) -> str:
    """Return what to do if an object could not be written because the cluster lacks its kind."""
    return (
        f"The cluster does not serve {kind}: install {_remedy(kind)}. Nothing that depends on the"
        " object has been changed."
    )


def _remedy(kind: str) -> str:
    known = CUSTOM_KINDS[kind]
    return f"{known.brought_by}, or {known.instead}" if known.instead else known.brought_by
