"""EndpointSlice: what the API server refuses, on create and on update."""

from typing import Any

import pytest

from components.core.findings import DUPLICATE, INVALID, NOT_SUPPORTED, REQUIRED, TOO_MANY
from components.validation import validate
from tests.unit.validation.expected import (
    IMMUTABLE,
    LABEL,
    LABEL_VALUE,
    NAME_PART,
    NO_NAME_PART,
    NOT_AN_IP,
    NUMBER,
    PROTOCOLS,
    SUBDOMAIN,
    Expected,
    agree,
    errors,
)

Fields = dict[str, Any]

ZEROS = "must not have leading 0s"
LONG_LABEL = "must be no more than 63 characters"
ADDRESS_TYPES = 'supported values: "FQDN", "IPv4", "IPv6"'

ADDRESSES = "endpoints[0].addresses"
ADDRESS = f"{ADDRESSES}[0]"
HINTS = "endpoints[0].hints"
IPV4 = {"addresses": ["10.0.0.1"]}


def manifest(fields: Fields) -> Fields:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "db"},
        "addressType": "IPv4",
        **fields,
    }


def at(*addresses: str | None, family: str = "IPv4") -> Fields:
    return {"addressType": family, "endpoints": [{"addresses": list(addresses)}]}


def endpoint(**fields: Any) -> Fields:
    return {"endpoints": [{**IPV4, **fields}]}


def ports(*ports: Fields | None) -> Fields:
    return {"ports": list(ports)}


def zones(*names: str) -> Fields:
    return {"forZones": [{"name": name} for name in names]}


def nodes(*names: str) -> Fields:
    return {"forNodes": [{"name": name} for name in names]}


ACCEPTED: dict[str, Fields] = {
    "no endpoints": {},
    "null endpoints": {"endpoints": None, "ports": None},
    "IPv4": at("10.0.0.1"),
    "IPv4, multicast beyond the link": at("224.0.1.1", "239.1.1.1", "255.255.255.255"),
    "IPv6": at("2001:db8::1", "::102:304", "ff05::1", family="IPv6"),
    "FQDN": at("db.example.com", "db.example.com.", "10.0.0.1", family="FQDN"),
    "the same address twice": at("10.0.0.1", "10.0.0.1"),
    "100 addresses": at(*["10.0.0.1"] * 100),
    "1000 endpoints": {"endpoints": [IPV4] * 1000},
    "every condition": endpoint(conditions={"ready": True, "serving": False, "terminating": None}),
    "null for pointers": endpoint(hostname=None, nodeName=None, zone=None, hints=None),
    "a hostname of digits": endpoint(hostname="8080"),
    "a node with dots": endpoint(nodeName="node-1.example.com"),
    "any zone": endpoint(zone="A zone\n"),
    "any reference": endpoint(targetRef={"kind": "", "name": "A b"}),
    "any topology": endpoint(deprecatedTopology={"a b": "c d"}),
    "hints": endpoint(hints={**zones("", "eu-1", "A_b.c"), **nodes("node-1", "1.2")}),
    "8 hints": endpoint(hints={**zones(*"abcdefgh"), **nodes(*"abcdefgh")}),
    "a nameless zone": endpoint(hints={"forZones": [None]}),
    "ports": ports({"name": "http", "port": 80}, {"name": "", "protocol": "SCTP", "port": 443}),
    "no port number": ports({"name": "http"}, {"name": "other", "port": None}),
    "a null port": ports(None),
    "one number twice": ports({"name": "a", "port": 80}, {"name": "b", "port": 80}),
    "a long port name": ports({"name": "a" * 63, "port": 65535}),
    "an application protocol": ports({"port": 1, "appProtocol": "kubernetes.io/h2c"}),
}

REFUSED: dict[str, tuple[Fields, Expected]] = {
    "no type": ({"addressType": None}, [("addressType", REQUIRED, "")]),
    "an empty type": ({"addressType": ""}, [("addressType", REQUIRED, "")]),
    "a type in lower case": (
        {"addressType": "ipv4"},
        [("addressType", NOT_SUPPORTED, ADDRESS_TYPES)],
    ),
    "an unknown type hides the addresses": (
        at("nonsense", family="IPv7"),
        [("addressType", NOT_SUPPORTED, ADDRESS_TYPES)],
    ),
    "no address": (
        {"endpoints": [None]},
        [(ADDRESSES, REQUIRED, "")],
    ),
    "101 addresses": (
        at(*["10.0.0.1"] * 100, "1.2.3"),
        [
            (f"{ADDRESSES}[100]", INVALID, NOT_AN_IP),
            (ADDRESSES, TOO_MANY, "must have at most 100 items"),
        ],
    ),
    "1001 endpoints": (
        {"endpoints": [{"addresses": ["10.0.0.1"]}] * 1000 + [{}]},
        [
            ("endpoints", TOO_MANY, "must have at most 1000 items"),
            ("endpoints[1000].addresses", REQUIRED, ""),
        ],
    ),
    "a null address": (at(None), [(ADDRESS, INVALID, NOT_AN_IP)]),
    "a zone": (at("fe80::1%eth0", family="IPv6"), [(ADDRESS, INVALID, NOT_AN_IP)]),
    "a newline": (at("10.0.0.1\n"), [(ADDRESS, INVALID, NOT_AN_IP)]),
    "leading zeros": (at("010.0.0.1"), [(ADDRESS, INVALID, ZEROS)]),
    "a mapped address": (
        at("::ffff:1.2.3.4"),
        [(ADDRESS, INVALID, "must not be an IPv4-mapped IPv6 address")],
    ),
    "IPv6 in an IPv4 slice": (
        at("2001:db8::1"),
        [(ADDRESSES, INVALID, "must be an IPv4 address")],
    ),
    "IPv4 in an IPv6 slice": (
        at("10.0.0.1", family="IPv6"),
        [(ADDRESSES, INVALID, "must be an IPv6 address")],
    ),
    "of another family and out of range": (
        at("127.0.0.1", family="IPv6"),
        [
            (ADDRESSES, INVALID, "must be an IPv6 address"),
            (ADDRESS, INVALID, "may not be in the loopback range"),
        ],
    ),
    "not canonical": (
        at("2001:DB8::1", family="IPv6"),
        [(ADDRESS, INVALID, 'must be in canonical form ("2001:db8::1")')],
    ),
    "unspecified": (at("::", family="IPv6"), [(ADDRESS, INVALID, "may not be unspecified (::)")]),
    "link-local": (
        at("10.0.0.1", "169.254.169.254"),
        [(f"{ADDRESSES}[1]", INVALID, "may not be in the link-local range")],
    ),
    "link-local multicast": (
        at("ff12::1", family="IPv6"),
        [(ADDRESS, INVALID, "may not be in the link-local multicast range")],
    ),
    "an empty domain": (at("", family="FQDN"), [(ADDRESS, REQUIRED, "")]),
    "a domain of one segment": (
        at("db.", family="FQDN"),
        [(ADDRESS, INVALID, "should be a domain with at least two segments")],
    ),
    "a domain in upper case": (at("DB.x", family="FQDN"), [(ADDRESS, INVALID, SUBDOMAIN)]),
    "a domain with two dots": (at("a.b..", family="FQDN"), [(ADDRESS, INVALID, SUBDOMAIN)]),
    "a domain with a long segment": (
        at(f"a.{'b' * 64}", family="FQDN"),
        [(ADDRESS, INVALID, LONG_LABEL)],
    ),
    "an empty hostname": (
        endpoint(hostname=""),
        [("endpoints[0].hostname", INVALID, LABEL)],
    ),
    "a hostname with dots": (
        endpoint(hostname="a.b"),
        [("endpoints[0].hostname", INVALID, "must not contain dots")],
    ),
    "an empty node": (endpoint(nodeName=""), [("endpoints[0].nodeName", INVALID, SUBDOMAIN)]),
    "a node in upper case": (
        endpoint(nodeName="Node"),
        [("endpoints[0].nodeName", INVALID, SUBDOMAIN)],
    ),
    "the node before the hostname": (
        endpoint(nodeName="", hostname=""),
        [
            ("endpoints[0].nodeName", INVALID, SUBDOMAIN),
            ("endpoints[0].hostname", INVALID, LABEL),
        ],
    ),
    "9 zones hide the nodes": (
        endpoint(hints={**zones(*"abcdefghi"), **nodes("")}),
        [(f"{HINTS}.forZones", TOO_MANY, "must have at most 8 items")],
    ),
    "9 nodes": (
        endpoint(hints={**zones("a", "a"), **nodes(*"abcdefghi")}),
        [
            (f"{HINTS}.forZones[1].name", DUPLICATE, ""),
            (f"{HINTS}.forNodes", TOO_MANY, "must have at most 8 items"),
        ],
    ),
    "a bad zone twice": (
        endpoint(hints=zones("a b", "a b")),
        [
            (f"{HINTS}.forZones[0].name", INVALID, LABEL_VALUE),
            (f"{HINTS}.forZones[1].name", DUPLICATE, ""),
            (f"{HINTS}.forZones[1].name", INVALID, LABEL_VALUE),
        ],
    ),
    "a bad node twice": (
        endpoint(hints=nodes("", "")),
        [
            (f"{HINTS}.forNodes[0].name", INVALID, SUBDOMAIN),
            (f"{HINTS}.forNodes[1].name", DUPLICATE, ""),
            (f"{HINTS}.forNodes[1].name", INVALID, SUBDOMAIN),
        ],
    ),
    "20001 ports": (
        ports(*[{"name": "A"}] * 20001),
        [("ports", TOO_MANY, "must have at most 20000 items")],
    ),
    "a port name in upper case": (
        ports({"name": "HTTP", "port": 80}),
        [("ports[0].name", INVALID, LABEL)],
    ),
    "one name on two protocols": (
        ports({"name": "dns", "port": 53}, {"name": "dns", "port": 53, "protocol": "UDP"}),
        [("ports[1].name", DUPLICATE, "")],
    ),
    "two ports without a name": (
        ports({"port": 53}, {"name": "", "port": 54}),
        [("ports[1].name", DUPLICATE, "")],
    ),
    "a protocol in lower case": (
        ports({"port": 80, "protocol": "tcp"}),
        [("ports[0].protocol", NOT_SUPPORTED, PROTOCOLS)],
    ),
    "an empty protocol": (
        ports({"port": 80, "protocol": ""}),
        [("ports[0].protocol", NOT_SUPPORTED, PROTOCOLS)],
    ),
    "an empty application protocol": (
        ports({"port": 80, "appProtocol": ""}),
        [
            ("ports[0].appProtocol", INVALID, NO_NAME_PART),
            ("ports[0].appProtocol", INVALID, NAME_PART),
        ],
    ),
    "everything, in order": (
        {
            "metadata": {"name": "A"},
            "addressType": "IPv6",
            "endpoints": [{**IPV4, "nodeName": ""}],
            "ports": [{"name": "A"}],
        },
        [
            ("metadata.name", INVALID, SUBDOMAIN),
            ("ports[0].name", INVALID, LABEL),
            (ADDRESSES, INVALID, "must be an IPv6 address"),
            ("endpoints[0].nodeName", INVALID, SUBDOMAIN),
        ],
    ),
}

OVER_REJECTED: dict[str, Fields] = {
    "0": ports({"port": 0}),
    "-1": ports({"port": -1}),
    "70000": ports({"port": 70000}),
}
"""What the API server takes and we do not: the only such rule."""


@pytest.mark.parametrize("fields", ACCEPTED.values(), ids=ACCEPTED)
def test_valid_slices_are_accepted(fields: Fields) -> None:
    assert validate(manifest(fields)) == []


@pytest.mark.parametrize(("fields", "expected"), REFUSED.values(), ids=REFUSED)
def test_invalid_slices_are_refused(fields: Fields, expected: Expected) -> None:
    assert agree(found := errors(validate(manifest(fields))), expected), found


@pytest.mark.parametrize("fields", OVER_REJECTED.values(), ids=OVER_REJECTED)
def test_port_numbers_that_the_server_accepts_are_refused_by_us_alone(fields: Fields) -> None:
    assert agree(found := errors(validate(manifest(fields))), [("ports[0].port", INVALID, NUMBER)])
    assert found


BROKEN = at("127.0.0.1", "1.2.3")

UPDATES: dict[str, tuple[Fields, Fields, Expected]] = {
    "nothing": ({}, {}, []),
    "endpoints": (at("10.0.0.1"), at("10.0.0.2"), []),
    "the type": (
        at("10.0.0.1"),
        at("2001:db8::1", family="IPv6"),
        [("addressType", INVALID, IMMUTABLE)],
    ),
    "no type": (
        at("10.0.0.1"),
        {"addressType": ""},
        [("addressType", REQUIRED, ""), ("addressType", INVALID, IMMUTABLE)],
    ),
    "ports are judged again": (
        ports({"name": "A", "port": 80}),
        ports({"name": "A", "port": 80}),
        [("ports[0].name", INVALID, LABEL)],
    ),
    "changed endpoints are judged again": (
        BROKEN,
        {"endpoints": [*BROKEN["endpoints"], {"addresses": ["10.0.0.1"]}]},
        [
            (ADDRESS, INVALID, "may not be in the loopback range"),
            (f"{ADDRESSES}[1]", INVALID, NOT_AN_IP),
        ],
    ),
}

UNCHANGED: dict[str, tuple[Fields, Fields]] = {
    "as they were": ({}, {}),
    "nulls and empty values": (
        {"conditions": None, "targetRef": {"kind": ""}, "hints": {}},
        {"conditions": {}, "targetRef": {}, "hints": {"forZones": []}},
    ),
    "hints": ({"hints": zones("a", "a")}, {"hints": {**zones("a", "a"), "forNodes": None}}),
    "a topology, which is dropped": ({}, {"deprecatedTopology": {"a b": "c"}}),
}

CHANGED: dict[str, tuple[Fields, Fields]] = {
    "a condition": ({}, {"conditions": {"ready": True}}),
    "a hostname": ({}, {"hostname": "db"}),
    "an empty zone": ({}, {"zone": ""}),
    "an empty reference": ({}, {"targetRef": {}}),
    "empty hints": ({}, {"hints": {}}),
    "a hint": ({"hints": zones("a")}, {"hints": zones("b")}),
}


@pytest.mark.parametrize(("old", "new", "expected"), UPDATES.values(), ids=UPDATES)
def test_updates_are_accepted_or_refused(old: Fields, new: Fields, expected: Expected) -> None:
    findings = validate(manifest(new), old=manifest(old))
    assert agree(found := errors(findings), expected), found


@pytest.mark.parametrize(("old", "new"), UNCHANGED.values(), ids=UNCHANGED)
def test_unchanged_endpoints_are_not_validated_again(old: Fields, new: Fields) -> None:
    before, after = {"addresses": ["127.0.0.1"], **old}, {"addresses": ["127.0.0.1"], **new}
    assert not validate(manifest({"endpoints": [after]}), old=manifest({"endpoints": [before]}))


@pytest.mark.parametrize(("old", "new"), CHANGED.values(), ids=CHANGED)
def test_changed_endpoints_are_validated_again(old: Fields, new: Fields) -> None:
    before, after = {"addresses": ["127.0.0.1"], **old}, {"addresses": ["127.0.0.1"], **new}
    assert validate(manifest({"endpoints": [after]}), old=manifest({"endpoints": [before]}))


VERSIONS: dict[str, tuple[str | None, Fields, Expected]] = {
    "leading zeros before 1.36": ("1.35", at("010.0.0.1"), []),
    "a mapped address before 1.36": ("1.35", at("::ffff:1.2.3.4"), []),
    "a mapped loopback address": (
        "1.35",
        at("::ffff:127.0.0.1"),
        [(ADDRESS, INVALID, "may not be in the loopback range")],
    ),
    "not canonical in 1.33": (
        "1.33",
        at("2001:DB8::1", family="IPv6"),
        [(ADDRESS, INVALID, "must be in canonical form")],
    ),
    "not canonical in 1.32": ("1.32", at("2001:DB8::1", family="IPv6"), []),
    "another family in 1.32": (
        "1.32",
        at("127.0.0.1", family="IPv6"),
        [
            (ADDRESS, INVALID, "must be a valid IPv6 address"),
            (ADDRESS, INVALID, "may not be in the loopback range"),
        ],
    ),
    "nonsense in 1.32": (
        "1.32",
        at("x"),
        [
            (ADDRESS, INVALID, "must be a valid IPv4 address"),
            (ADDRESS, INVALID, "must be a valid IP address"),
        ],
    ),
    "node hints before 1.34": ("1.33", endpoint(hints=nodes("A", "A")), []),
    "every version": (None, at("010.0.0.1"), [(ADDRESS, INVALID, ZEROS)]),
}


@pytest.mark.parametrize(("version", "fields", "expected"), VERSIONS.values(), ids=VERSIONS)
def test_rules_follow_the_kubernetes_version(
    version: str | None, fields: Fields, expected: Expected
) -> None:
    findings = validate(manifest(fields), kubernetes_version=version)
    assert agree(found := errors(findings), expected), found
