"""The hazard of a NetworkPolicy's rule that a dash splits in two."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.cidrs import parse_sloppy_cidr
from ...core.findings import quote
from ..object_set import Policy
from ..untyped import items, mapping, number, text
from .hazard import Catalogue
from .report import Report

HAZARDS = Catalogue("NetworkPolicy")
POLICY_RULE_SPLIT = HAZARDS.hazard(
    "policy-rule-split",
    "the rule before has peers alone, and this one ports alone: every port is open to {peers}, and"
    " port {ports} to every address",
    "write peers and ports in one rule, without the dash before `ports`",
    "Rules are alternatives: one with peers alone opens all ports, one with ports alone opens them"
    " to all addresses.",
)

_SHORTEST_PREFIX = {4: 24, 6: 64}
"""The prefix length, by IP version, from which a block stands for chosen servers."""
_MEANT_FOR_ALL = frozenset({22, 25, 53, 80, 123, 443, 465, 587, 853, 993, 5353, 6443})
"""Ports that are often opened to every address on purpose."""
_MOST_SHOWN = 3


def lint_split_rules(policy: Policy, report: Report) -> None:
    """Report a rule of hosts that is followed by a rule of ports, if there is one of each."""
    types = items(policy.spec.get("policyTypes"))
    for direction, field in (("ingress", "from"), ("egress", "to")):
        if types and direction.capitalize() not in types:
            continue
        rules = [mapping(one) for one in items(policy.spec.get(direction))]
        of_peers = [at for at, rule in enumerate(rules) if _has_alone(rule, field, "ports")]
        of_ports = [
            at
            for at, rule in enumerate(rules)
            if _has_alone(rule, "ports", field) and not _MEANT_FOR_ALL.issuperset(_numbers(rule))
        ]
        if len(of_peers) == len(of_ports) == 1 and of_peers[0] + 1 == of_ports[0]:
            path = f"spec.{direction}[{of_ports[0]}].ports"
            peers = items(rules[of_peers[0]][field])
            _compare(policy.index, path, peers, rules[of_ports[0]], report)


def _compare(
    index: int, path: str, peers: Sequence[Any], rule: Mapping[str, Any], report: Report
) -> None:
    numbers, blocks = _numbers(rule), [_block(mapping(one)) for one in peers]
    if None in numbers or not _MEANT_FOR_ALL.isdisjoint(numbers) or not all(blocks):
        return
    shown = [quote(one) for one in blocks[:_MOST_SHOWN]]
    ports = ", ".join(map(str, numbers[:_MOST_SHOWN]))
    report.add(index, POLICY_RULE_SPLIT, path, peers=", ".join(shown), ports=ports)


def _has_alone(rule: Mapping[str, Any], field: str, other: str) -> bool:
    return bool(items(rule.get(field))) and not rule.get(other)


def _numbers(rule: Mapping[str, Any]) -> list[int | None]:
    """Return the ports of a rule; None for names and ranges, and where all ports are meant."""
    ports = [mapping(port) for port in items(rule.get("ports"))]
    return [None if "endPort" in port else number(port.get("port")) for port in ports]


def _block(peer: Mapping[str, Any]) -> str:
    """Return the block of a peer if it stands for chosen servers, else an empty text."""
    block = mapping(peer.get("ipBlock"))
    cidr = text(block.get("cidr"))
    network = parse_sloppy_cidr(cidr)
    if network is None or set(peer) != {"ipBlock"} or items(block.get("except")):
        return ""
    return cidr if network.prefixlen >= _SHORTEST_PREFIX[network.version] else ""
