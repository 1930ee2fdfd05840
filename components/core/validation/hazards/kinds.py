"""Objects that are not what their author means: a kind or apiVersion that is a near miss."""

from collections.abc import Mapping
from typing import Any

from ...findings import quote
from ..untyped import text
from .objects import Report

HAZARDS = {
    "kind-misspelled": "The kind is one that the API server does not have.",
    "api-version-wrong": "The kind exists, in another apiVersion.",
    "api-version-removed": "The apiVersion has been removed from Kubernetes.",
}

_VERSIONS = {
    "Service": "v1",
    "Endpoints": "v1",
    "EndpointSlice": "discovery.k8s.io/v1",
    "Ingress": "networking.k8s.io/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
}

_SPELLINGS = {
    "service": "Service",
    "services": "Service",
    "endpoint": "Endpoints",
    "endpoints": "Endpoints",
    "endpointslice": "EndpointSlice",
    "endpointslices": "EndpointSlice",
    "ingress": "Ingress",
    "ingresses": "Ingress",
    "networkpolicy": "NetworkPolicy",
    "networkpolicies": "NetworkPolicy",
}

_GROUPS = frozenset({"", "apps", "core", "discovery.k8s.io", "extensions", "networking.k8s.io"})
"""Where these kinds are looked for by mistake; other groups may have kinds of the same name."""

_REMOVED = {
    ("discovery.k8s.io/v1alpha1", "EndpointSlice"): "1.21",
    ("discovery.k8s.io/v1beta1", "EndpointSlice"): "1.25",
    ("extensions/v1beta1", "Ingress"): "1.22",
    ("networking.k8s.io/v1beta1", "Ingress"): "1.22",
    ("extensions/v1beta1", "NetworkPolicy"): "1.16",
}


def look_at_kind(index: int, manifest: Mapping[str, Any], report: Report) -> None:
    """Report a kind or apiVersion that is a near miss."""
    version, kind = text(manifest.get("apiVersion")), text(manifest.get("kind"))
    right = _VERSIONS.get(kind)
    if version == right or len(kind) > len("networkpolicies"):
        return
    group, slash, _ = version.rpartition("/")
    known = _SPELLINGS.get(kind.lower())
    if not version or known is None or group not in _GROUPS or (not slash and version != "v1"):
        return
    if right is None:
        report.add(
            index,
            "kind-misspelled",
            "kind",
            f"the API server has no kind {quote(kind)}: the object is refused",
            _respelled(kind, known),
        )
    elif removed := _REMOVED.get((version, kind)):
        report.add(
            index,
            "api-version-removed",
            "apiVersion",
            f"{version} {kind} is gone since Kubernetes {removed}: the object is refused",
            f"write {right}, whose fields differ",
        )
    else:
        report.add(
            index,
            "api-version-wrong",
            "apiVersion",
            f"there is no {kind} in {quote(version)}: the object is refused",
            f"write {right}",
        )


def _respelled(kind: str, known: str) -> str:
    if kind.lower() == "endpoint":
        return "write EndpointSlice of discovery.k8s.io/v1, or Endpoints of v1, which is deprecated"
    return f"write {known} of {_VERSIONS[known]}"
