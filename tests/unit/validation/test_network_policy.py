"""NetworkPolicy: what the API server refuses, on create and on update."""

from typing import Any

import pytest

from components.core.findings import FORBIDDEN, INVALID, NOT_SUPPORTED, REQUIRED
from components.validation import validate
from components.validation.kinds import network_policy
from tests.unit.validation.expected import (
    CHARACTERS,
    LABEL_VALUE,
    LETTER,
    NAME_PART,
    NO_NAME_PART,
    NUMBER,
    Expected,
    agree,
    errors,
)

Spec = dict[str, Any]

NOT_A_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
ZEROS = "must not have leading 0s in IP or prefix length"
MAPPED = "must not have an IPv4-mapped IPv6 address"
BITS = "must not have bits set beyond the prefix length"
STRICT_SUBSET = "must be a strict subset of `cidr`"
PROTOCOLS = 'supported values: "TCP", "UDP", "SCTP"'
POLICY_TYPES = 'supported values: "Ingress", "Egress"'

PORT = "spec.ingress[0].ports[0]"
PEER = "spec.egress[0].to[0]"
BLOCK = f"{PEER}.ipBlock"
PODS = "spec.podSelector"
REQUIREMENT = f"{PODS}.matchExpressions[0]"


def manifest(spec: Spec) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "db"},
        "spec": spec,
    }


def port(**fields: Any) -> Spec:
    return {"ingress": [{"ports": [fields]}]}


def peer(**fields: Any) -> Spec:
    return {"egress": [{"to": [fields]}]}


def block(cidr: str | None, *exceptions: str) -> Spec:
    return peer(ipBlock={"cidr": cidr, "except": list(exceptions)})


def pods(*requirements: dict[str, Any], **labels: str) -> Spec:
    return {"podSelector": {"matchLabels": labels, "matchExpressions": list(requirements)}}


def need(operator: str | None, *values: str, key: str = "app") -> dict[str, Any]:
    return {"key": key, "operator": operator, "values": list(values)}


ACCEPTED: dict[str, Spec] = {
    "nothing": {},
    "rules for nothing": {"ingress": [{}], "egress": [None]},
    "a port": port(port=1),
    "no protocol": port(protocol=None, port=65535),
    "a range": port(protocol="SCTP", port=32000, endPort=32768),
    "a range of one": port(port=80, endPort=80),
    "a named port": port(port="http", protocol="UDP"),
    "any port": port(),
    "Pods": peer(podSelector={}),
    "Pods in namespaces": peer(podSelector={}, namespaceSelector={}),
    "a block": block("10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/24", "10.255.255.255/32"),
    "all of IPv4": block("0.0.0.0/0", "10.0.0.0/8"),
    "a block of IPv6": block("2001:db8::/32", "2001:db8:1::/48"),
    "a block not in canonical form": block("2001:DB8:0::/32"),
    "types": {"policyTypes": ["Ingress", "Egress"]},
    "a type twice": {"policyTypes": ["Ingress", "Ingress"]},
    "no types": {"policyTypes": []},
    "labels": pods(app="db", tier=""),
    "requirements": pods(
        need("In", "a", ""), need("NotIn", "b"), need("Exists"), need("DoesNotExist", key="a.b/c")
    ),
}

REFUSED: dict[str, tuple[Spec, Expected]] = {
    "an empty protocol": (port(protocol=""), [(f"{PORT}.protocol", NOT_SUPPORTED, PROTOCOLS)]),
    "lower case": (port(protocol="tcp"), [(f"{PORT}.protocol", NOT_SUPPORTED, PROTOCOLS)]),
    "port 0": (port(port=0), [(f"{PORT}.port", INVALID, NUMBER)]),
    "a port above 65535": (port(port=65536), [(f"{PORT}.port", INVALID, NUMBER)]),
    "a number as a name": (port(port="80"), [(f"{PORT}.port", INVALID, LETTER)]),
    "an empty name": (
        port(port=""),
        [(f"{PORT}.port", INVALID, CHARACTERS), (f"{PORT}.port", INVALID, LETTER)],
    ),
    "too long a name": (
        port(port="a" * 16),
        [(f"{PORT}.port", INVALID, "must be no more than 15 characters")],
    ),
    "a range that ends before it begins": (
        port(port=80, endPort=79),
        [(f"{PORT}.endPort", INVALID, "must be greater than or equal to `port`")],
    ),
    "a range that is all wrong": (
        port(port=65536, endPort=0),
        [
            (f"{PORT}.port", INVALID, NUMBER),
            (f"{PORT}.endPort", INVALID, "must be greater than or equal to `port`"),
            (f"{PORT}.endPort", INVALID, NUMBER),
        ],
    ),
    "an end above 65535": (port(port=1, endPort=65536), [(f"{PORT}.endPort", INVALID, NUMBER)]),
    "an end for a named port": (
        port(port="A", endPort=0),
        [
            (f"{PORT}.endPort", INVALID, "may not be specified when `port` is non-numeric"),
            (f"{PORT}.port", INVALID, CHARACTERS),
            (f"{PORT}.port", INVALID, LETTER),
        ],
    ),
    "an end alone": (
        port(endPort=0),
        [(f"{PORT}.endPort", INVALID, "may not be specified when `port` is not specified")],
    ),
    "no peer": (peer(), [(PEER, REQUIRED, "must specify a peer")]),
    "a block beside Pods": (
        peer(podSelector={}, ipBlock={}),
        [
            (PEER, FORBIDDEN, "may not specify both ipBlock and another peer"),
            (f"{BLOCK}.cidr", REQUIRED, ""),
        ],
    ),
    "no block, which hides the exceptions": (block("", "x"), [(f"{BLOCK}.cidr", REQUIRED, "")]),
    "an address, which hides the exceptions": (
        block("10.0.0.1", "x"),
        [(f"{BLOCK}.cidr", INVALID, NOT_A_CIDR)],
    ),
    "a netmask": (block("10.0.0.0/255.0.0.0"), [(f"{BLOCK}.cidr", INVALID, NOT_A_CIDR)]),
    "host bits": (block("10.0.0.5/24"), [(f"{BLOCK}.cidr", INVALID, BITS)]),
    "zeros": (block("10.0.0.0/08"), [(f"{BLOCK}.cidr", INVALID, ZEROS)]),
    "a mapped block": (block("::ffff:10.0.0.0/104"), [(f"{BLOCK}.cidr", INVALID, MAPPED)]),
    "exceptions": (
        block("10.0.0.0/8", "10.0.0.0/8", "0.0.0.0/0", "11.0.0.0/16", "2001:db8::/64", "x", ""),
        [
            (f"{BLOCK}.except[0]", INVALID, STRICT_SUBSET),
            (f"{BLOCK}.except[1]", INVALID, STRICT_SUBSET),
            (f"{BLOCK}.except[2]", INVALID, STRICT_SUBSET),
            (f"{BLOCK}.except[3]", INVALID, STRICT_SUBSET),
            (f"{BLOCK}.except[4]", INVALID, NOT_A_CIDR),
            (f"{BLOCK}.except[5]", INVALID, NOT_A_CIDR),
        ],
    ),
    "an exception with host bits": (
        block("10.0.0.0/8", "10.1.0.5/16"),
        [(f"{BLOCK}.except[0]", INVALID, BITS)],
    ),
    "an exception with host bits elsewhere": (
        block("10.0.0.0/8", "11.1.0.5/16"),
        [
            (f"{BLOCK}.except[0]", INVALID, BITS),
            (f"{BLOCK}.except[0]", INVALID, STRICT_SUBSET),
        ],
    ),
    "three types, whatever they are": (
        {"policyTypes": ["Ingress", "Egress", "x"]},
        [("spec.policyTypes", INVALID, "may not specify more than two policyTypes")],
    ),
    "another type": (
        {"policyTypes": ["ingress", ""]},
        [
            ("spec.policyTypes[0]", NOT_SUPPORTED, POLICY_TYPES),
            ("spec.policyTypes[1]", NOT_SUPPORTED, POLICY_TYPES),
        ],
    ),
    "a label's key": (
        {"podSelector": {"matchLabels": {"-a": "-b"}}},
        [
            (f"{PODS}.matchLabels", INVALID, NAME_PART),
            (f"{PODS}.matchLabels", INVALID, LABEL_VALUE),
        ],
    ),
    "no values": (
        pods(need("In")),
        [
            (
                f"{REQUIREMENT}.values",
                REQUIRED,
                "must be specified when `operator` is 'In' or 'NotIn'",
            )
        ],
    ),
    "values for nothing": (
        pods(need("Exists", "-")),
        [
            (
                f"{REQUIREMENT}.values",
                FORBIDDEN,
                "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            ),
            (f"{REQUIREMENT}.values[0]", INVALID, LABEL_VALUE),
        ],
    ),
    "an empty requirement": (
        pods({}),
        [
            (f"{REQUIREMENT}.operator", INVALID, "not a valid selector operator"),
            (f"{REQUIREMENT}.key", INVALID, NO_NAME_PART),
            (f"{REQUIREMENT}.key", INVALID, NAME_PART),
        ],
    ),
    "another operator": (
        pods(need("Gt", "1")),
        [(f"{REQUIREMENT}.operator", INVALID, "not a valid selector operator")],
    ),
    "selectors of peers": (
        peer(
            podSelector={"matchExpressions": [need("In", "a", "-")]},
            namespaceSelector={"matchLabels": {"a": "-"}},
        ),
        [
            (f"{PEER}.podSelector.matchExpressions[0].values[1]", INVALID, LABEL_VALUE),
            (f"{PEER}.namespaceSelector.matchLabels", INVALID, LABEL_VALUE),
        ],
    ),
    "everything at once, in this order": (
        {
            "policyTypes": ["x"],
            "egress": [{"to": [{}], "ports": [{"port": 0}]}],
            "ingress": [{}, {"from": [{}], "ports": [{}, {"port": 0}]}],
            "podSelector": {"matchLabels": {"a": "-"}},
        },
        [
            (f"{PODS}.matchLabels", INVALID, LABEL_VALUE),
            ("spec.ingress[1].ports[1].port", INVALID, NUMBER),
            ("spec.ingress[1].from[0]", REQUIRED, "must specify a peer"),
            ("spec.egress[0].ports[0].port", INVALID, NUMBER),
            ("spec.egress[0].to[0]", REQUIRED, "must specify a peer"),
            ("spec.policyTypes[0]", NOT_SUPPORTED, POLICY_TYPES),
        ],
    ),
}


@pytest.mark.parametrize("spec", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_valid_policies_are_accepted(spec: Spec) -> None:
    assert errors(validate(manifest(spec))) == []
    assert errors(validate(manifest(spec), old=manifest({}))) == []


@pytest.mark.parametrize(("spec", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_invalid_policies_are_refused(spec: Spec, expected: Expected) -> None:
    found = errors(validate(manifest(spec)))
    assert agree(found, expected), found
    assert errors(validate(manifest(spec), old=manifest({}))) == found


@pytest.mark.parametrize(("version", "shown"), [("1.36", 80), ("1.37", 79), (None, 79)])
def test_the_value_shown_for_an_end_below_the_port_follows_the_version(
    version: str | None, shown: int
) -> None:
    (found,) = validate(manifest(port(port=80, endPort=79)), kubernetes_version=version)
    assert found.value == shown


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (block("10.0.0.5/24"), []),
        (block("010.0.0.0/8"), []),
        (block("::ffff:10.0.0.0/104"), []),
        # Go takes a mapped block for one of IPv4, but compares the lengths as they are written
        (block("10.0.0.0/8", "::ffff:10.1.0.0/112"), []),
        (block("10.0.0.0/8", "::ffff:11.1.0.0/112"), [(f"{BLOCK}.except[0]", STRICT_SUBSET)]),
        (block("::ffff:10.0.0.0/104", "10.1.0.0/16"), [(f"{BLOCK}.except[0]", STRICT_SUBSET)]),
        (block("::/0", "::ffff:10.0.0.0/104"), [(f"{BLOCK}.except[0]", STRICT_SUBSET)]),
        (block("10.0.0.0"), [(f"{BLOCK}.cidr", NOT_A_CIDR)]),
    ],
)
def test_blocks_are_read_leniently_before_1_36(spec: Spec, expected: list[tuple[str, str]]) -> None:
    found = errors(validate(manifest(spec), kubernetes_version="1.35"))
    assert [(one[0], one[2]) for one in found] == expected


OLD_BLOCKS: Spec = {
    "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.5/8", "except": ["10.00.0.0/16"]}}]}],
    "egress": [{"to": [{"podSelector": {}}, {"ipBlock": {"cidr": "x", "except": ["y"]}}]}],
}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (block("10.0.0.5/8", "10.00.0.0/16"), []),
        (block("10.00.0.0/16"), []),
        (block("x", "z"), []),
        (block("10.0.0.5/8", "y"), []),
        (block("10.0.0.5/8", "10.0.0.5/8"), [(f"{BLOCK}.except[0]", STRICT_SUBSET)]),
        (block("10.0.0.6/8"), [(f"{BLOCK}.cidr", BITS)]),
        (block("10.0.0.0/8", ""), [(f"{BLOCK}.except[0]", NOT_A_CIDR)]),
    ],
)
def test_stored_blocks_are_exempt(spec: Spec, expected: list[tuple[str, str]]) -> None:
    found = errors(validate(manifest(spec), old=manifest(OLD_BLOCKS)))
    assert [(one[0], one[2]) for one in found] == expected


@pytest.mark.parametrize(
    ("stored", "lets_be"),
    [
        (pods(need("In", "-")), True),
        (pods(need("In")), True),
        ({"podSelector": {"matchLabels": {"a": "-"}}}, True),
        (pods(need("In", "a")), False),
        (peer(podSelector={"matchExpressions": [need("In", "-")]}), False),
    ],
    ids=["its value", "its values", "its labels", "nothing", "a peer"],
)
def test_a_stored_invalid_selector_exempts_its_values(stored: Spec, lets_be: bool) -> None:
    given = {
        **pods(need("In", "-")),
        **peer(podSelector={"matchExpressions": [need("NotIn", "-")], "matchLabels": {"a": "-"}}),
    }
    found = [one.path for one in validate(manifest(given), old=manifest(stored))]
    values = [
        f"{REQUIREMENT}.values[0]",
        f"{PEER}.podSelector.matchLabels",
        f"{PEER}.podSelector.matchExpressions[0].values[0]",
    ]
    assert found == ([values[1]] if lets_be else values)


@pytest.mark.parametrize(
    ("spec", "where"),
    [
        ({"egress": {}}, "spec.egress"),
        (port(port=1.5), f"{PORT}.port"),
        (port(port=1, endPort="2"), f"{PORT}.endPort"),
        (pods(app=1), f"{PODS}.matchLabels[app]"),  # type: ignore[arg-type]
    ],
)
def test_values_of_a_wrong_type_are_refused(spec: Spec, where: str) -> None:
    found = validate(manifest(spec))
    assert [(one.path, one.code) for one in found] == [(where, "json-type")]


def test_every_rule_is_reached() -> None:
    reached = {one.code for spec, _ in REFUSED.values() for one in validate(manifest(spec))}
    assert set(network_policy.RULES) <= reached
