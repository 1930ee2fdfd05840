"""Reads the objects on the paths to a cluster's Services, in few requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...topology import Snapshot
from .programs import ProgramError, run
from .proxy import Listed, Proxy

_SERVED = {
    "Service": ("/api/v1", "services"),
    "EndpointSlice": ("/apis/discovery.k8s.io/v1", "endpointslices"),
    "Endpoints": ("/api/v1", "endpoints"),
    "Pod": ("/api/v1", "pods"),
    "Ingress": ("/apis/networking.k8s.io/v1", "ingresses"),
    "NetworkPolicy": ("/apis/networking.k8s.io/v1", "networkpolicies"),
    "HTTPRoute": ("/apis/gateway.networking.k8s.io/v1", "httproutes"),
    "TCPRoute": ("/apis/gateway.networking.k8s.io/v1", "tcproutes"),
}
"""The kinds that are listed in the Service's namespace, or in all."""
_CLASSES = "/apis/networking.k8s.io/v1/ingressclasses"
_FROM = ("Pod", "NetworkPolicy")
"""The kinds that are also listed in the client's namespace."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A snapshot, and the cost of reading it."""

    snapshot: Snapshot
    requests: int


def current_namespace(options: Sequence[str]) -> str:
    """Return the namespace of kubectl's context."""
    path = "jsonpath={..namespace}"
    done = run(["kubectl", *options, "config", "view", "--minify", "-o", path])
    return done.stdout.strip() or "default"


def read_snapshot(proxy: Proxy, namespace: str, client_namespace: str = "") -> Reading:
    """Return the objects on the paths to the Services of a namespace, or of all.

    Args:
        proxy: The proxy to read from.
        namespace: The namespace; empty for all.
        client_namespace: The client's namespace, if it differs. Defaults to none.

    Raises:
        ProgramError: The cluster does not answer, or permissions do not allow reading Services.
    """
    wanted = {
        **paths_of(namespace),
        "Namespace": f"/api/v1/namespaces{f'/{namespace}' if namespace else ''}",
    }
    if client_namespace and namespace and client_namespace != namespace:
        for kind in _FROM:
            wanted[f"{kind} of the client"] = _path(kind, client_namespace)
        wanted["Namespace of the client"] = f"/api/v1/namespaces/{client_namespace}"
    found = proxy.lists(wanted)
    where = f"in namespace {namespace}" if namespace else "in all namespaces"
    unseen = {
        what.removesuffix(" of the client"): _refusal(one, where)
        for what, one in found.items()
        if one.refused
    }
    if "Service" in unseen and "EndpointSlice" in unseen:
        raise ProgramError(f"your permissions do not allow listing Services {where}")
    is_absent = bool(namespace) and not found["Namespace"].refused and not found["Namespace"].items
    return Reading(
        Snapshot(
            _manifests(found),
            is_live=True,
            unseen=unseen,
            absent_namespace=namespace if is_absent else "",
        ),
        sum(one.requests for one in found.values()),
    )


def paths_of(namespace: str) -> dict[str, str]:
    """Return the API paths of the lists that are needed, by kind."""
    return {
        **{kind: _path(kind, namespace) for kind in _SERVED},
        "IngressClass": _CLASSES,
    }


def _path(kind: str, namespace: str) -> str:
    api, plural = _SERVED[kind]
    return f"{api}{f'/namespaces/{namespace}' if namespace else ''}/{plural}"


def _manifests(found: Mapping[str, Listed]) -> list[Mapping[str, Any]]:
    return [item for listed in found.values() for item in listed.items]


def _refusal(listed: Listed, where: str) -> str:
    del listed
    return f"your permissions do not allow listing them {where}"
