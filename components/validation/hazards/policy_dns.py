"""Whether NetworkPolicies let Pods reach DNS."""

from collections.abc import Collection, Mapping
from typing import Any

from ...core.cidrs import parse_sloppy_cidr
from ..object_set import Policy
from ..untyped import items, mapping, number, text
from .policy_rules import (
    HOST_BITS,
    EgressPolicies,
    Selection,
    allows,
    restricts_egress,
    selector_labels,
    wider_selectors,
)

__all__ = ["DNS_PORTS", "DnsEgress"]

DNS_PORTS = frozenset({53, 5353})
"""The ports of DNS in clusters; 5353 is OpenShift's."""

_DNS_APPS = frozenset({"kube-dns", "coredns"})
_DNS_HOME = "kube-system"


class DnsEgress:
    """Finds whether policies of a set let their Pods reach DNS."""

    def __init__(self, policies: EgressPolicies, reaching: Collection[Selection]) -> None:
        """Index the policies.

        Args:
            policies: The policies that restrict egress.
            reaching: The selections of Pods whose policies include some backend of a Service.
        """
        self._reaching = reaching
        self._dns = {
            (namespace, selector): any(map(allows_dns, found))
            for namespace, by_selector in policies.items()
            for selector, found in by_selector.items()
        }

    def lacks_dns(self, policy: Policy) -> bool:
        """Return whether Pods need DNS but none of their policies lets them reach it.

        They need it if the policy includes a backend of a Service, or if a rule refers to DNS. Any
        other policy may be one of several, not all of which are in the set.
        """
        if not restricts_egress(policy):
            return False
        selector = selector_labels(policy.spec.get("podSelector"))
        if selector is None:
            return False
        needs_dns = (policy.namespace, selector) in self._reaching or _names_dns(policy)
        return needs_dns and not any(
            self._dns.get((policy.namespace, wider), False) for wider in wider_selectors(selector)
        )


def allows_dns(policy: Policy) -> bool:
    """Return whether a policy lets its Pods reach DNS."""
    rules = map(mapping, items(policy.spec.get("egress")))
    return any(
        _rule_allows_dns(rule) and (policy.namespace == _DNS_HOME or not _is_own_dns(rule))
        for rule in rules
    )


def _names_dns(policy: Policy) -> bool:
    """Return whether a rule is meant for DNS: by its port, or by the Pods that it allows."""
    rules = [mapping(rule) for rule in items(policy.spec.get("egress"))]
    ports = (mapping(port).get("port") for rule in rules for port in items(rule.get("ports")))
    peers = (mapping(peer) for rule in rules for peer in items(rule.get("to")))
    return any(number(port) in DNS_PORTS for port in ports) or any(map(_is_dns_server, peers))


def _rule_allows_dns(rule: Mapping[str, Any]) -> bool:
    """Return whether a rule may allow DNS, which one for hosts without ports does not."""
    ports = items(rule.get("ports"))
    if ports:
        return any(_is_dns(mapping(port)) for port in ports)
    peers = items(rule.get("to"))
    return not peers or any(_may_hold_dns(mapping(peer)) for peer in peers)


def _is_own_dns(rule: Mapping[str, Any]) -> bool:
    """Return whether a rule is meant for the cluster's DNS but allows only its own namespace."""
    peers = [mapping(peer) for peer in items(rule.get("to"))]
    return bool(peers) and all(
        "podSelector" in peer and "namespaceSelector" not in peer and _is_dns_server(peer)
        for peer in peers
    )


def _is_dns_server(peer: Mapping[str, Any]) -> bool:
    labels = mapping(mapping(peer.get("podSelector")).get("matchLabels"))
    return text(labels.get("k8s-app")) in _DNS_APPS


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
