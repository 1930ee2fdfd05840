"""NetworkPolicy of networking.k8s.io/v1."""

from collections.abc import Iterable, Iterator, Mapping

from ..egress_rules import AllowedPort, Rules
from ..metadata import Manifest

__all__ = ["NAMESPACE_NAME", "egress_rules", "policy_spec"]

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label of every namespace that holds its name."""


def policy_spec(pod_selector: Mapping[str, object], egress: object) -> Manifest:
    """Render a policy that isolates the egress of the selected Pods, and nothing else.

    Args:
        pod_selector: The labels of the Pods; none select all Pods of the namespace.
        egress: The rules, or an `Unknown` until they are known.
    """
    return {
        "podSelector": {"matchLabels": dict(pod_selector)} if pod_selector else {},
        # Without it the policy would isolate ingress as well.
        "policyTypes": ["Egress"],
        "egress": egress,
    }


def egress_rules(rules: Rules) -> list[Manifest]:
    """Render the rules as `spec.egress`."""
    return [*_dns(rules), *_blocks(rules), *_pods(rules)]


def _dns(rules: Rules) -> Iterator[Manifest]:
    dns = rules.dns
    if dns is not None:
        to = [_peer(dns.namespace, dns.labels), *map(_ip_block, dns.cidrs)]
        yield {"to": to, "ports": _ports(dns.ports)}


def _blocks(rules: Rules) -> Iterator[Manifest]:
    for group in rules.blocks:
        yield {"to": [_ip_block(cidr) for cidr in group.cidrs], "ports": _ports(group.ports)}


def _pods(rules: Rules) -> Iterator[Manifest]:
    for pods in rules.pods:
        yield {"to": [_peer(pods.namespace, pods.labels)], "ports": _ports(pods.ports)}


def _peer(namespace: str | None, labels: Mapping[str, str]) -> Manifest:
    peer: Manifest = {"podSelector": {"matchLabels": dict(labels)}}
    if namespace is not None:
        peer["namespaceSelector"] = {"matchLabels": {NAMESPACE_NAME: namespace}}
    return peer


def _ip_block(cidr: str) -> Manifest:
    return {"ipBlock": {"cidr": cidr}}


def _ports(ports: Iterable[AllowedPort]) -> list[Manifest]:
    return [{"protocol": port.protocol, "port": port.number} for port in ports]
