"""ClusterNetworkPolicy of policy.networking.k8s.io/v1alpha2: the part for egress."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from ..egress_rules import AllowedName, AllowedPort, Dns, Rules
from ..metadata import Manifest
from .policy_manifest import NAMESPACE_NAME

__all__ = [
    "CLUSTER",
    "MOST_RULES",
    "cluster_egress",
    "cluster_network_policy",
    "deny_egress",
    "pods_of",
]

_Item = TypeVar("_Item")

CLUSTER = "ClusterNetworkPolicy"

MOST_RULES = 25
"""How many rules a policy may have."""
_MOST = 25
"""How many peers and protocols a rule may have, and how many blocks and names a peer."""

_EVERYWHERE = ["0.0.0.0/0", "::/0"]


def cluster_network_policy(
    metadata: Manifest, subject: Manifest, tier: str, priority: int, egress: object
) -> Manifest:
    """Render a policy for the egress of the selected Pods.

    Args:
        metadata: The policy's metadata, without a namespace.
        subject: The Pods, by `pods_of`.
        tier: The tier, evaluated before NetworkPolicies or after them.
        priority: Its place in the tier.
        egress: The rules, or an `Unknown` until they are known.
    """
    return {
        "apiVersion": "policy.networking.k8s.io/v1alpha2",
        "kind": CLUSTER,
        "metadata": metadata,
        "spec": {
            "tier": tier,
            "priority": priority,
            "subject": {"pods": subject},
            "egress": egress,
        },
    }


def pods_of(namespace: object, labels: Mapping[str, object]) -> Manifest:
    """Render the selection of the Pods of one namespace."""
    return {
        "namespaceSelector": {"matchLabels": {NAMESPACE_NAME: namespace}},
        "podSelector": {"matchLabels": dict(labels)} if labels else {},
    }


def cluster_egress(rules: Rules, namespace: object) -> list[Manifest]:
    """Render the rules as `spec.egress`, all of which accept.

    Args:
        rules: The rules.
        namespace: The policy's own namespace, used for Pods without one.
    """
    return [*_dns(rules.dns), *_blocks(rules), *_pods(rules, namespace), *_names(rules.names)]


def deny_egress() -> list[Manifest]:
    """Render the rule that denies every connection, by address: only accepting rules take names."""
    return [{"action": "Deny", "name": "all others", "to": [{"networks": list(_EVERYWHERE)}]}]


def _dns(dns: Dns | None) -> Iterator[Manifest]:
    if dns is not None:
        pods = {"pods": pods_of(dns.namespace, dns.labels)}
        yield from _accept("DNS", [pods, *_networks(dns.cidrs)], dns.ports)


def _blocks(rules: Rules) -> Iterator[Manifest]:
    for group in rules.blocks:
        yield from _accept("addresses", _networks(group.cidrs), group.ports)


def _pods(rules: Rules, namespace: object) -> Iterator[Manifest]:
    for pods in rules.pods:
        where = namespace if pods.namespace is None else pods.namespace
        yield from _accept("Pods", [{"pods": pods_of(where, pods.labels)}], pods.ports)


def _names(names: Iterable[AllowedName]) -> Iterator[Manifest]:
    together: dict[tuple[AllowedPort, ...], dict[str, None]] = {}
    for one in names:
        together.setdefault(one.ports, {})[one.name] = None
    for ports, group in together.items():
        for some in _parts(sorted(group), _MOST):
            yield from _accept("names", [{"domainNames": list(some)}], ports)


def _networks(cidrs: Sequence[str]) -> list[Manifest]:
    return [{"networks": list(some)} for some in _parts(cidrs, _MOST)]


def _accept(
    name: str, peers: Sequence[Manifest], ports: Sequence[AllowedPort]
) -> Iterator[Manifest]:
    for some in _parts(peers, _MOST):
        for protocols in _parts([_protocol(port) for port in ports], _MOST):
            yield {
                "action": "Accept",
                "name": name,
                "to": list(some),
                "protocols": list(protocols),
            }


def _protocol(port: AllowedPort) -> Manifest:
    if isinstance(port.number, str):
        return {"destinationNamedPort": port.number}
    return {port.protocol.lower(): {"destinationPort": {"number": port.number}}}


def _parts(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
