"""CiliumNetworkPolicy of cilium.io/v2: the part for egress."""

from collections.abc import Iterable, Iterator, Mapping

from ..egress_rules import AllowedPort, Rules
from ..metadata import Manifest

__all__ = ["CILIUM", "cilium_egress", "cilium_network_policy"]

_NAMESPACE = "k8s:io.kubernetes.pod.namespace"
_ANY_NAME = {"dns": [{"matchPattern": "*"}]}
"""Lets Pods query any name through the agent, which learns addresses from the answers."""


CILIUM = "CiliumNetworkPolicy"


def cilium_network_policy(
    metadata: Manifest, pod_selector: Mapping[str, object], egress: object
) -> Manifest:
    """Render a policy that isolates the egress of the selected Pods, and nothing else.

    Args:
        metadata: The policy's metadata.
        pod_selector: The labels of the Pods; none select all Pods of the namespace.
        egress: The rules, or an `Unknown` until they are known.
    """
    return {
        "apiVersion": "cilium.io/v2",
        "kind": CILIUM,
        "metadata": metadata,
        "spec": {
            "endpointSelector": {"matchLabels": dict(pod_selector)} if pod_selector else {},
            "egress": egress,
        },
    }


def cilium_egress(rules: Rules) -> list[Manifest]:
    """Render the rules as `spec.egress`; without rules, render one that allows nothing."""
    return [*_dns(rules), *_blocks(rules), *_pods(rules), *_names(rules)] or [{}]


def _dns(rules: Rules) -> Iterator[Manifest]:
    dns = rules.dns
    if dns is None:
        return
    ports = [{**_ports(dns.ports)[0], "rules": _ANY_NAME}]
    yield {"toEndpoints": [_endpoints(dns.labels, dns.namespace)], "toPorts": ports}
    if dns.cidrs:
        yield {"toCIDR": list(dns.cidrs), "toPorts": ports}


def _blocks(rules: Rules) -> Iterator[Manifest]:
    for group in rules.blocks:
        yield {"toCIDR": list(group.cidrs), "toPorts": _ports(group.ports)}


def _pods(rules: Rules) -> Iterator[Manifest]:
    for pods in rules.pods:
        selector = _endpoints(pods.labels, pods.namespace)
        yield {"toEndpoints": [selector], "toPorts": _ports(pods.ports)}


def _names(rules: Rules) -> Iterator[Manifest]:
    for one in rules.names:
        yield {"toFQDNs": [{"matchName": one.name}], "toPorts": _ports(one.ports)}


def _endpoints(labels: Mapping[str, str], namespace: str | None) -> Manifest:
    wanted = {f"k8s:{key}": value for key, value in labels.items()}
    if namespace is not None:
        wanted[_NAMESPACE] = namespace
    return {"matchLabels": wanted} if wanted else {}


def _ports(ports: Iterable[AllowedPort]) -> list[Manifest]:
    """Render ports as one entry of `toPorts`, in which numbers are text."""
    return [{"ports": [{"port": str(port.number), "protocol": port.protocol} for port in ports]}]
