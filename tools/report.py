"""Tables of the Services, routes and policies of a stack."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from .cluster import kubectl
from .console import table

_HEADER = ("TYPE", "HOST", "PORTS")
_MOST_SHOWN = 8
_SERVICE_TYPE = "kubernetes:core/v1:Service"
_WAYS = {
    "kubernetes:networking.k8s.io/v1:Ingress": "Ingress",
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": "NetworkPolicy",
    "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute": "HTTPRoute",
    "kubernetes:gateway.networking.k8s.io/v1:TCPRoute": "TCPRoute",
}
"""The kinds of routes and policies, by their Pulumi types."""


def services_of_state(exported: str) -> list[tuple[str, str]]:
    """Return namespace and name of the Services in the output of `pulumi stack export`."""
    resources = json.loads(exported)["deployment"].get("resources") or []
    found = [one["id"] for one in resources if one["type"] == _SERVICE_TYPE and one.get("id")]
    return [(namespace, name) for namespace, _, name in (one.partition("/") for one in found)]


def ways_of_state(exported: str) -> list[dict[str, Any]]:
    """Return the routes and policies in the output of `pulumi stack export`, as manifests."""
    resources = json.loads(exported)["deployment"].get("resources") or []
    return [
        {**one["outputs"], "kind": _WAYS[one["type"]]}
        for one in resources
        if one["type"] in _WAYS and one.get("outputs")
    ]


def services_table(
    services: Iterable[tuple[str, str]], program: Path, kubeconfig: Path | None, *, simulated: bool
) -> str:
    """Return a table of Services with type, host, ports and live endpoints from the cluster.

    Args:
        services: Namespace and name of each.
        program: The path of kubectl.
        kubeconfig: The kubeconfig of the cluster; None for the one that the environment names.
        simulated: Whether addresses of load balancers are simulated, which the table then marks.
    """
    rows: list[list[str]] = []
    objects: dict[str, list[dict[str, Any]]] = {}
    for namespace, name in sorted(services):
        if namespace not in objects:
            kinds = "services,endpointslices"
            command = ("get", kinds, "-n", namespace, "-o", "json", "--request-timeout=20s")
            text = kubectl(program, kubeconfig, *command)
            objects[namespace] = json.loads(text)["items"]
        rows.append(_row(namespace, name, objects[namespace], simulated=simulated))
    return table([*_HEADER, "LIVE ENDPOINTS"], rows)


def manifests_table(manifests: Iterable[dict[str, Any]]) -> str:
    """Return a table of the Services among manifests, with the selector or the endpoints."""
    objects = list(manifests)
    names = sorted(
        (one["metadata"].get("namespace", "default"), one["metadata"]["name"])
        for one in objects
        if one["kind"] == "Service"
    )
    rows = [_row(namespace, name, objects) for namespace, name in names]
    return table([*_HEADER, "ENDPOINTS"], rows)


def ways_table(manifests: Iterable[dict[str, Any]]) -> str:
    """Return a table of routes and policies with what they allow; empty if there are none."""
    rows = [
        [one["kind"], _identity(one), "\n".join(_leads(one))]
        for one in manifests
        if one["kind"] in _WAYS.values()
    ]
    return table(["KIND", "NAME", "WHAT IT LETS THROUGH"], sorted(rows)) if rows else ""


def _identity(manifest: dict[str, Any]) -> str:
    metadata = manifest["metadata"]
    return f"{metadata.get('namespace', 'default')}/{metadata['name']}"


def _leads(manifest: dict[str, Any]) -> Iterator[str]:
    spec = manifest["spec"]
    if manifest["kind"] == "NetworkPolicy":
        labels = spec["podSelector"].get("matchLabels") or {}
        chosen = ",".join(f"{key}={value}" for key, value in labels.items())
        yield f"Pods with {chosen}" if chosen else "all Pods"
        for rule in spec.get("egress") or []:
            numbers = dict.fromkeys(str(one.get("port", "any")) for one in rule.get("ports") or [])
            peers = dict.fromkeys(
                (one.get("ipBlock") or {}).get("cidr", "Pods") for one in rule.get("to") or []
            )
            yield f"to {', '.join(peers) or 'anywhere'}: {', '.join(numbers) or 'any port'}"
        return
    secrets = ", ".join(one.get("secretName", "") for one in spec.get("tls") or [])
    for rule in spec.get("rules") or []:
        hosts = ", ".join(spec.get("hostnames") or [rule.get("host", "*")])
        for path in (rule.get("http") or {}).get("paths") or []:
            service = path["backend"]["service"]
            port = service["port"].get("name") or service["port"].get("number")
            mark = f" (TLS {secrets})" if secrets else ""
            yield f"{hosts}{path.get('path', '')} -> {service['name']}:{port}{mark}"
        for backend in rule.get("backendRefs") or []:
            yield f"{hosts} -> {backend['name']}:{backend['port']}"


def _row(
    namespace: str, name: str, objects: list[dict[str, Any]], *, simulated: bool = False
) -> list[str]:
    """Return the row of a Service among the objects of its namespace, also if it is missing."""
    host = f"{name}.{namespace}.svc"
    service = next(
        (one for one in objects if one["kind"] == "Service" and one["metadata"]["name"] == name),
        None,
    )
    if service is None:
        return ["(missing)", host, "", ""]
    slices = [one for one in objects if _belongs(one, name)]
    return [
        _type(service, simulated=simulated),
        host,
        _ports(service),
        _endpoints(service, slices),
    ]


def _belongs(one: dict[str, Any], service: str) -> bool:
    labels = one["metadata"].get("labels") or {}
    return one["kind"] == "EndpointSlice" and labels.get("kubernetes.io/service-name") == service


def _type(service: dict[str, Any], *, simulated: bool) -> str:
    spec = service["spec"]
    kind: str = spec["type"]
    if spec.get("clusterIP") == "None":
        return "headless"
    ingress = (service.get("status", {}).get("loadBalancer") or {}).get("ingress") or []
    addresses = [one.get("ip") or one.get("hostname", "") for one in ingress]
    mark = " (simulated)" if simulated else ""
    return "\n".join([kind, *(f"{address}{mark}" for address in addresses)])


def _ports(service: dict[str, Any]) -> str:
    shown: list[str] = []
    for port in service["spec"].get("ports") or []:
        target = port.get("targetPort", port["port"])
        number = str(port["port"]) if target == port["port"] else f"{port['port']} -> {target}"
        shown.append(f"{port.get('name', '')} {number}/{port['protocol']}".strip())
    return "\n".join(shown)


def _endpoints(service: dict[str, Any], slices: list[dict[str, Any]]) -> str:
    if service["spec"]["type"] == "ExternalName":
        return f"alias of {service['spec']['externalName']}"
    selector: dict[str, str] = service["spec"].get("selector") or {}
    if selector and not slices:
        return "Pods with " + ",".join(f"{key}={value}" for key, value in selector.items())
    ready: list[str] = []
    others = 0
    for one in slices:
        for endpoint in one.get("endpoints") or []:
            if (endpoint.get("conditions") or {}).get("ready", True):
                ready.append(endpoint["addresses"][0])
            else:
                others += 1
    shown = sorted(ready, key=lambda address: (":" in address, address))[:_MOST_SHOWN]
    if len(ready) > _MOST_SHOWN:
        shown.append(f"and {len(ready) - _MOST_SHOWN} more")
    if others:
        shown.append(f"({others} not ready)")
    return "\n".join(shown) or "(none)"
