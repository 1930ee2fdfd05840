"""NetworkPolicy of networking.k8s.io/v1 (`ValidateNetworkPolicy`, and the same for updates).

An update tolerates every block of addresses that the stored object has, and any values in selectors
if the stored `podSelector` is already invalid.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from ...core import syntax
from ...core.cidrs import Network, parse_sloppy_cidr
from ...core.findings import Finding, forbidden, invalid, not_supported, required
from ...core.rules import RuleBook
from ...core.versions import Rules
from .. import object_meta, selectors
from ..ip import check_legacy_cidr
from ..object_set import ObjectSet, Policy, namespace_of
from ..selectors import validate_selector
from ..shapes import INT32, INT_OR_STRING, STRING, STRINGS, ListOf, Struct
from ..untyped import mapping
from ..walk import Decoded, against, below, each, last
from .kind_spec import KindSpec

_PORTS = ListOf(Struct({"protocol": STRING, "port": INT_OR_STRING, "endPort": INT32}))
_PEERS = ListOf(
    Struct(
        {
            "podSelector": selectors.SHAPE,
            "namespaceSelector": selectors.SHAPE,
            "ipBlock": Struct({"cidr": STRING, "except": STRINGS}),
        }
    )
)

SHAPE = object_meta.with_spec(
    Struct(
        {
            "podSelector": selectors.SHAPE,
            "ingress": ListOf(Struct({"ports": _PORTS, "from": _PEERS})),
            "egress": ListOf(Struct({"ports": _PORTS, "to": _PEERS})),
            "policyTypes": STRINGS,
        }
    )
)

RULES = RuleBook(selectors.RULES)
PROTOCOL = RULES.rule("policy-protocol", "A port's protocol is `TCP`, `UDP` or `SCTP`.")
PORT_NUMBER = RULES.rule("policy-port-number", "A port's number is 1 to 65535.")
PORT_NAME = RULES.rule("policy-port-name", "A port's name is an IANA service name.")
END_PORT = RULES.rule("policy-end-port", "A port's `endPort` is 1 to 65535.")
END_PORT_ORDER = RULES.rule("policy-end-port-order", "A port's `endPort` is not below its `port`.")
END_PORT_NAMED = RULES.rule(
    "policy-end-port-named", "There is no `endPort` where `port` is a name."
)
END_PORT_ALONE = RULES.rule("policy-end-port-alone", "There is no `endPort` without a `port`.")
PEER = RULES.rule(
    "policy-peer", "A peer has a `podSelector`, a `namespaceSelector` or an `ipBlock`."
)
PEER_IP_BLOCK = RULES.rule("policy-peer-ip-block", "A peer with an `ipBlock` has no selector.")
CIDR_REQUIRED = RULES.rule("policy-cidr-required", "An `ipBlock` has a `cidr`.")
EXCEPT = RULES.rule("policy-except", "Every `except` is a strict part of the block's `cidr`.")
TYPES_COUNT = RULES.rule("policy-types-count", "There are at most two `policyTypes`.")
TYPE = RULES.rule("policy-type", "Every one of `policyTypes` is `Ingress` or `Egress`.")

_PROTOCOLS = ("TCP", "UDP", "SCTP")
_POLICY_TYPES = ("Ingress", "Egress")
_GENERATED = frozenset({CIDR_REQUIRED})
"""The rules that generated code checks from 1.37 on."""
_DIRECTIONS = (("ingress", "from"), ("egress", "to"))


@dataclass(frozen=True, slots=True)
class _Leniency:
    """What is tolerated, by version and by the stored object of an update."""

    rules: Rules
    any_selector_value: bool = False
    """The values of requirements are not validated."""
    known_cidrs: frozenset[str] = frozenset()
    """Blocks anywhere in the stored object, which are not validated."""


def validate(new: Decoded, old: Decoded | None, rules: Rules, findings: list[Finding]) -> None:
    """Validate a NetworkPolicy that is created, or, given `old`, updated."""
    again = rules.policy_names_again
    object_meta.check_metadata(new, old, syntax.dns_subdomain, rules, findings, rename=again)
    leniency = _leniency(None if old is None else old.get("spec", {}), rules)
    found = below("spec", _spec(new.get("spec", {}), leniency))
    findings += last(found, _GENERATED) if rules.generated else found


def _leniency(old_spec: Decoded | None, rules: Rules) -> _Leniency:
    if old_spec is None:
        return _Leniency(rules)
    return _Leniency(
        rules,
        any_selector_value=bool(validate_selector(old_spec.get("podSelector", {}))),
        known_cidrs=frozenset(_cidrs(old_spec)),
    )


def _cidrs(spec: Decoded) -> Iterator[str]:
    for direction, peers in _DIRECTIONS:
        for rule in spec.get(direction, ()):
            for peer in rule.get(peers, ()):
                block: Decoded | None = peer.get("ipBlock")
                if block is not None:
                    yield block.get("cidr", "")
                    yield from block.get("except", ())


def _spec(spec: Decoded, leniency: _Leniency) -> list[Finding]:
    pods: Decoded = spec.get("podSelector", {})
    findings = below("podSelector", validate_selector(pods, any_value=leniency.any_selector_value))
    for direction, peers in _DIRECTIONS:
        check = partial(_rule, peers=peers, leniency=leniency)
        findings += each(spec.get(direction, ()), check, direction)
    return findings + _policy_types(spec.get("policyTypes", []))


def _policy_types(types: list[str]) -> list[Finding]:
    if len(types) > len(_POLICY_TYPES):
        detail = "may not specify more than two policyTypes"
        return [invalid("policyTypes", types, detail, rule=TYPES_COUNT)]
    return each(types, _policy_type, "policyTypes")


def _policy_type(name: str) -> list[Finding]:
    if name in _POLICY_TYPES:
        return []
    return [not_supported("", name, _POLICY_TYPES, TYPE)]


def _rule(rule: Decoded, peers: str, leniency: _Leniency) -> list[Finding]:
    findings = each(rule.get("ports", ()), partial(_port, rules=leniency.rules), "ports")
    return findings + each(rule.get(peers, ()), partial(_peer, leniency=leniency), peers)


def _port(port: Decoded, rules: Rules) -> list[Finding]:
    """Validate a port or a range of ports (`ValidateNetworkPolicyPort`)."""
    findings: list[Finding] = []
    protocol: str = port.get("protocol", "TCP")
    if protocol not in _PROTOCOLS:
        findings.append(not_supported("protocol", protocol, _PROTOCOLS, PROTOCOL))
    first: int | str | None = port.get("port")
    end: int | None = port.get("endPort")
    if isinstance(first, int):
        return findings + _numbers(first, end, rules)
    if end is not None and first is None:
        detail = "may not be specified when `port` is not specified"
        findings.append(invalid("endPort", end, detail, rule=END_PORT_ALONE))
    elif end is not None:
        detail = "may not be specified when `port` is non-numeric"
        findings.append(invalid("endPort", end, detail, rule=END_PORT_NAMED))
    if first is not None:
        findings += against("port", first, syntax.iana_service_name, PORT_NAME)
    return findings


def _numbers(first: int, end: int | None, rules: Rules) -> list[Finding]:
    """Validate a numeric port and the end of its range, if given.

    Before 1.37 the API server's error shows the port if the end is below it.
    """
    findings = against("port", first, syntax.port_number, PORT_NUMBER)
    if end is None:
        return findings
    if end < first:
        detail = "must be greater than or equal to `port`"
        shown = end if rules.generated else first
        findings.append(invalid("endPort", shown, detail, rule=END_PORT_ORDER))
    return findings + against("endPort", end, syntax.port_number, END_PORT)


def _peer(peer: Decoded, leniency: _Leniency) -> list[Finding]:
    """Validate one side of a rule (`ValidateNetworkPolicyPeer`)."""
    findings: list[Finding] = []
    given = 0
    for field in ("podSelector", "namespaceSelector"):
        selector = peer.get(field)
        if selector is not None:
            given += 1
            found = validate_selector(selector, any_value=leniency.any_selector_value)
            findings += below(field, found)
    block = peer.get("ipBlock")
    if block is not None:
        findings += below("ipBlock", _ip_block(block, leniency))
        if given:
            detail = "may not specify both ipBlock and another peer"
            findings.append(forbidden("", detail, rule=PEER_IP_BLOCK))
    elif not given:
        findings.append(required("", "must specify a peer", rule=PEER))
    return findings


def _ip_block(block: Decoded, leniency: _Leniency) -> list[Finding]:
    """Validate a block of addresses and its exceptions (`ValidateIPBlock`)."""
    text: str = block.get("cidr", "")
    if not text:
        return [required("cidr", rule=CIDR_REQUIRED)]
    findings: list[Finding] = []
    _check_cidr(text, "cidr", leniency, findings)
    whole = parse_sloppy_cidr(text)
    if whole is None:
        return findings
    check = partial(_exception, whole=whole, leniency=leniency)
    return findings + each(block.get("except", ()), check, "except")


def _exception(text: str, whole: Network, leniency: _Leniency) -> list[Finding]:
    findings: list[Finding] = []
    _check_cidr(text, "", leniency, findings)
    part = parse_sloppy_cidr(text)
    if part is not None and not _is_strictly_within(part, whole):
        detail = "must be a strict subset of `cidr`"
        findings.append(invalid("", text, detail, rule=EXCEPT))
    return findings


def _check_cidr(text: str, path: str, leniency: _Leniency, findings: list[Finding]) -> None:
    if text not in leniency.known_cidrs:
        check_legacy_cidr(text, path, leniency.rules, findings)


def _is_strictly_within(part: Network, whole: Network) -> bool:
    """Return whether a block is inside another and smaller, by the prefix lengths as written."""
    return part.prefixlen > whole.prefixlen and _plain(part).network_address in _plain(whole)


def _plain(network: Network) -> Network:
    """Return an IPv4-mapped block as IPv4, which is how Go reads it (`IPNet.Contains`)."""
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    return network if mapped is None else IPv4Network((int(mapped), network.prefixlen - 96))


def _read_policy(objects: ObjectSet, index: int, manifest: Mapping[str, Any]) -> None:
    spec = manifest.get("spec")
    objects.policies.append(Policy(index, namespace_of(manifest), mapping(spec)))


SPEC = KindSpec(
    "networking.k8s.io/v1",
    "NetworkPolicy",
    "networkpolicies",
    lambda _: SHAPE,
    RULES,
    validate,
    _read_policy,
    removed={"extensions/v1beta1": "1.16"},
    guesses={f"spec.{field}[].ports[].port": (1,) for field in ("ingress", "egress")},
)
