"""Whether NetworkPolicies let Pods reach DNS."""

from collections.abc import Mapping
from typing import Any

from ...core.cidrs import parse_sloppy_cidr
from ..object_set import Policy
from ..untyped import items, mapping, text
from .policy_rules import (
    HOST_BITS,
    EgressPolicies,
    allows,
    restricts_egress,
    selector_labels,
    wider_selectors,
)

__all__ = ["DNS_PORTS", "DnsEgress"]

DNS_PORTS = frozenset({53, 5353})
"""Where DNS is in clusters; 5353 is OpenShift's."""

_DNS_APPS = frozenset({"kube-dns", "coredns"})
_DNS_HOME = "kube-system"


class DnsEgress:
    """Which policies of a set let their Pods reach DNS."""

    def __init__(self, policies: EgressPolicies) -> None:
        self._dns = {
            (namespace, selector): any(map(allows_dns, found))
            for namespace, by_selector in policies.items()
            for selector, found in by_selector.items()
        }

    def lacks_dns(self, policy: Policy) -> bool:
        """Return whether Pods may reach something but not DNS, by all their policies.

        A policy that allows nothing at all is one to which others add.
        """
        if not items(policy.spec.get("egress")) or not restricts_egress(policy):
            return False
        selector = selector_labels(policy.spec.get("podSelector"))
        return selector is not None and not any(
            self._dns.get((policy.namespace, wider), False) for wider in wider_selectors(selector)
        )


def allows_dns(policy: Policy) -> bool:
    """Return whether a policy lets its Pods reach DNS."""
    rules = map(mapping, items(policy.spec.get("egress")))
    return any(
        _rule_allows_dns(rule) and (policy.namespace == _DNS_HOME or not _is_own_dns(rule))
        for rule in rules
    )


def _rule_allows_dns(rule: Mapping[str, Any]) -> bool:
    """Return whether DNS may be meant; a rule for hosts without ports is not one for it."""
    ports = items(rule.get("ports"))
    if ports:
        return any(_is_dns(mapping(port)) for port in ports)
    peers = items(rule.get("to"))
    return not peers or any(_may_hold_dns(mapping(peer)) for peer in peers)


def _is_own_dns(rule: Mapping[str, Any]) -> bool:
    """Return whether a rule means the cluster's DNS and allows Pods of its own namespace alone."""
    peers = [mapping(peer) for peer in items(rule.get("to"))]
    return bool(peers) and all(
        "podSelector" in peer
        and "namespaceSelector" not in peer
        and text(mapping(mapping(peer["podSelector"]).get("matchLabels")).get("k8s-app"))
        in _DNS_APPS
        for peer in peers
    )


def _is_dns(port: Mapping[str, Any]) -> bool:
    given = port.get("port")
    if port.get("protocol") != "UDP":
        return False
    return (
        given is None
        or isinstance(given, str)
        or any(allows([port], ("UDP", one)) for one in DNS_PORTS)
    )


def _may_hold_dns(peer: Mapping[str, Any]) -> bool:
    block = peer.get("ipBlock")
    if block is None:
        return True
    network = parse_sloppy_cidr(text(mapping(block).get("cidr")))
    if network is None:
        return True
    return network.max_prefixlen - network.prefixlen > HOST_BITS[network.version]
