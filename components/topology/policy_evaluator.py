"""Evaluates what NetworkPolicies let a client reach.

Policies add up: a connection is allowed if one policy that selects its Pod allows it, or if none
selects it. Egress is evaluated at the client, ingress at the Pod that is a backend.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from ..core.cidrs import parse_sloppy_cidr
from ..validation.hazards.policy_rules import allows, matches, restricts_egress
from ..validation.object_set import Policy
from ..validation.untyped import items, mapping, text
from .model import Client


@dataclass(frozen=True, slots=True)
class Target:
    """A backend as policies see it, after its own address has replaced the Service's."""

    address: str
    ports: frozenset[tuple[str, int]]
    """The protocols and numbers of its ports."""
    namespace: str = ""
    """The namespace of its Pod; empty if it is outside the cluster."""
    labels: Mapping[str, Any] | None = None
    """The labels of its Pod; None if it has no Pod or they are unknown."""


@dataclass(frozen=True, slots=True)
class PolicyEvaluator:
    """Evaluates connections by the policies of a set."""

    policies: Sequence[Policy]
    namespaces: Mapping[str, Mapping[str, Any]]
    """The known labels of each namespace."""

    def of_client(self, client: Client) -> list[Policy]:
        """Return the policies that restrict what a client may reach."""
        return [
            policy
            for policy in self.policies
            if policy.namespace == client.namespace
            and restricts_egress(policy)
            and matches(client.labels, mapping(policy.spec.get("podSelector")))
        ]

    def of_backend(self, target: Target) -> list[Policy]:
        """Return the policies that restrict who may reach a backend; none outside the cluster."""
        return [
            policy
            for policy in self.policies
            if target.labels is not None
            and policy.namespace == target.namespace
            and restricts_ingress(policy)
            and matches(target.labels, mapping(policy.spec.get("podSelector")))
        ]

    def lets_out(self, policies: Sequence[Policy], target: Target) -> bool:
        """Return whether the client's policies let it reach a backend."""
        return not policies or any(
            self._rule_allows(rule, "to", policy.namespace, target)
            for policy in policies
            for rule in map(mapping, items(policy.spec.get("egress")))
        )

    def lets_in(self, policies: Sequence[Policy], client: Client, target: Target) -> bool:
        """Return whether the backend's policies let the client in."""
        peer = Target("", target.ports, client.namespace, client.labels)
        return not policies or any(
            self._rule_allows(rule, "from", policy.namespace, peer)
            for policy in policies
            for rule in map(mapping, items(policy.spec.get("ingress")))
        )

    def holds_address(self, policies: Sequence[Policy], target: Target) -> bool:
        """Return whether some egress rule includes a backend's address, for any port."""
        return any(
            self._is_peer(mapping(peer), policy.namespace, target)
            for policy in policies
            for rule in map(mapping, items(policy.spec.get("egress")))
            for peer in items(rule.get("to"))
        )

    def _rule_allows(
        self, rule: Mapping[str, Any], field: str, namespace: str, target: Target
    ) -> bool:
        given = [mapping(port) for port in items(rule.get("ports"))]
        ports = [
            port for port in given if target.labels is not None or not text(port.get("port"))
        ]  # a named port is looked up on Pods
        if given and not any(allows(ports, port) for port in target.ports):
            return False
        peers = items(rule.get(field))
        return not peers or any(self._is_peer(mapping(one), namespace, target) for one in peers)

    def _is_peer(self, peer: Mapping[str, Any], namespace: str, target: Target) -> bool:
        if peer.get("ipBlock") is not None:
            return bool(target.address) and _is_in(mapping(peer["ipBlock"]), target.address)
        if target.labels is None:
            return False
        if "namespaceSelector" in peer:
            known = {
                "kubernetes.io/metadata.name": target.namespace,
                **self.namespaces.get(target.namespace, {}),
            }
            if not matches(known, mapping(peer["namespaceSelector"])):
                return False
        elif target.namespace != namespace:
            return False
        return matches(target.labels, mapping(peer.get("podSelector")))


def restricts_ingress(policy: Policy) -> bool:
    """Return whether a policy restricts who may reach its Pods."""
    types = items(policy.spec.get("policyTypes"))
    return "Ingress" in types or not types


def on_the_way(
    policies: Sequence[Policy], namespace: str, pods: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Policy, bool]]:
    """Yield the policies that may block some client, and whether by egress.

    Args:
        policies: All policies.
        namespace: The Service's namespace, where clients are assumed to be.
        pods: The labels of the Pods that are backends.
    """
    for policy in policies:
        if policy.namespace != namespace:
            continue
        if restricts_egress(policy):
            yield policy, True
        selector = mapping(policy.spec.get("podSelector"))
        if restricts_ingress(policy) and any(matches(labels, selector) for labels in pods):
            yield policy, False


def _is_in(block: Mapping[str, Any], address: str) -> bool:
    network = parse_sloppy_cidr(text(block.get("cidr")))
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if network is None or network.version != parsed.version or parsed not in network:
        return False
    excepts = (parse_sloppy_cidr(text(one)) for one in items(block.get("except")))
    return not any(
        one is not None and one.version == parsed.version and parsed in one for one in excepts
    )
