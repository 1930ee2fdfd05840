"""What hazards of NetworkPolicies read of them: whom they hold for, and what their ports allow.

Policies add up: what one of them allows, another need not. Those of a namespace are therefore
taken together, as far as their selectors tell that they hold for the same Pods.
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
"""A namespace, and the labels of its Pods for which policies hold."""
Port = tuple[str, int]
"""A protocol and a number."""

EgressPolicies = Mapping[str, Mapping[Labels | None, Sequence[Policy]]]
"""By namespace and selector; None stands for selectors that are not labels alone."""

HOST_BITS = {4: 8, 6: 64}
"""A block with no more bits beyond its prefix stands for hosts, a wider one for a network."""
_MOST_LABELS = 6
"""Labels of a selector whose subsets are looked up; of more, none and all."""


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
    """Return the selectors that select all Pods that this one selects, itself among them."""
    if len(selector) > _MOST_LABELS:
        yield from (selector, frozenset())
        return
    for count in range(len(selector) + 1):
        yield from map(frozenset, combinations(selector, count))


def allows(ports: Sequence[Mapping[str, Any]], wanted: Port) -> bool:
    """Return whether a list of a policy's ports has a protocol and number."""
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
