"""Reads NetworkPolicies for hazards: the Pods that they apply to, and the ports they allow.

Policies add up: a connection needs only one policy that allows it. Policies of a namespace are
therefore grouped if their selectors show that they apply to the same Pods.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from ..object_set import ObjectSet, Policy
from ..untyped import items, mapping, number, text

__all__ = [
    "HOST_BITS",
    "EgressPolicies",
    "Labels",
    "Port",
    "Selection",
    "allows",
    "egress_policies",
    "matches",
    "restricts_egress",
    "selector_labels",
    "wider_selectors",
]

Labels = frozenset[tuple[str, str]]
Selection = tuple[str, Labels | None]
"""A namespace, and the labels of the Pods that policies apply to."""
Port = tuple[str, int]
"""A protocol and a number."""

EgressPolicies = Mapping[str, Mapping[Labels | None, Sequence[Policy]]]
"""Policies by namespace and selector; None for selectors that have more than labels."""

HOST_BITS = {4: 8, 6: 64}
"""The host bits, by IP version, up to which a block stands for hosts and not a network."""
_MOST_LABELS = 6
"""The maximum of labels whose subsets are looked up; beyond it only none and all are."""


def egress_policies(objects: ObjectSet) -> EgressPolicies:
    """Return the policies of a set that restrict egress."""
    found: dict[str, dict[Labels | None, list[Policy]]] = defaultdict(dict)
    for policy in objects.policies:
        if restricts_egress(policy):
            selector = selector_labels(policy.spec.get("podSelector"))
            found[policy.namespace].setdefault(selector, []).append(policy)
    return found


def restricts_egress(policy: Policy) -> bool:
    """Return whether the Pods of a policy reach only what policies allow."""
    types = items(policy.spec.get("policyTypes"))
    return "Egress" in types or (not types and bool(items(policy.spec.get("egress"))))


def selector_labels(selector: object) -> Labels | None:
    """Return the labels of a selector that consists of labels alone, and None for any other."""
    given = mapping(selector)
    if items(given.get("matchExpressions")):
        return None
    labels = mapping(given.get("matchLabels"))
    if not all(isinstance(value, str) for value in labels.values()):
        return None
    return frozenset(labels.items())


def wider_selectors(selector: Labels) -> Iterator[Labels]:
    """Yield the selectors that include all Pods of this one, with the selector itself."""
    if len(selector) > _MOST_LABELS:
        yield from (selector, frozenset())
        return
    for count in range(len(selector) + 1):
        yield from map(frozenset, combinations(selector, count))


def allows(ports: Sequence[Mapping[str, Any]], wanted: Port) -> bool:
    """Return whether a list of a policy's ports allows a protocol and number."""
    for port in ports:
        if (text(port.get("protocol")) or "TCP") != wanted[0]:
            continue
        first, last = number(port.get("port")), number(port.get("endPort"))
        if port.get("port") is None or isinstance(port.get("port"), str):
            return True
        if first is not None and first <= wanted[1] <= (last or first):
            return True
    return False


def matches(labels: Mapping[str, Any], selector: Mapping[str, Any]) -> bool:
    """Return whether a label selector selects labels."""
    wanted = mapping(selector.get("matchLabels"))
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _meets(labels, mapping(one)) for one in items(selector.get("matchExpressions"))
    )


def _meets(labels: Mapping[str, Any], requirement: Mapping[str, Any]) -> bool:
    key, operator = text(requirement.get("key")), requirement.get("operator")
    values = items(requirement.get("values"))
    if operator == "In":
        return labels.get(key) in values
    if operator == "NotIn":
        return labels.get(key) not in values
    if operator == "Exists":
        return key in labels
    return operator != "DoesNotExist" or key not in labels
