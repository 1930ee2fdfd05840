"""Endpoints: what the API server refuses, on create and on update."""

from typing import Any

import pytest

from components.core.findings import INVALID, NOT_SUPPORTED, REQUIRED
from components.validation import validate
from tests.unit.validation.expected import (
    LABEL,
    NAME_PART,
    NOT_AN_IP,
    NUMBER,
    PROTOCOLS,
    SUBDOMAIN,
    Expected,
    agree,
    errors,
)

Subset = dict[str, Any]

NO_ADDRESS = "must specify `addresses` or `notReadyAddresses`"

ADDRESS = "subsets[0].addresses[0]"
PORT = "subsets[0].ports[0]"
HERE = {"ip": "10.0.0.1"}


def manifest(*subsets: Subset | None) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {"name": "db"},
        "subsets": list(subsets),
    }


def at(**fields: Any) -> Subset:
    return {"addresses": [{**HERE, **fields}]}


def ports(*ports: dict[str, Any] | None) -> Subset:
    return {"addresses": [HERE], "ports": list(ports)}


ACCEPTED: dict[str, list[Subset | None]] = {
    "no subsets": [],
    "an address": [{"addresses": [HERE]}],
    "an address that is not ready": [{"notReadyAddresses": [HERE], "addresses": None}],
    "both families": [{"addresses": [HERE, {"ip": "2001:DB8::1"}]}],
    "the same address twice": [{"addresses": [HERE, HERE]}, {"addresses": [HERE]}],
    "more than 1000 addresses": [{"addresses": [HERE] * 1001}],
    "an empty hostname": [at(hostname="")],
    "a hostname": [at(hostname="8080", nodeName="node.example.com")],
    "any reference": [at(targetRef={"kind": "", "name": "A b"})],
    "a port": [ports({"port": 80})],
    "an empty protocol": [ports({"port": 65535, "protocol": ""})],
    "one name twice": [ports({"name": "a", "port": 80}, {"name": "a", "port": 80})],
    "a long name": [ports({"name": "a" * 63, "port": 1, "protocol": "SCTP"})],
    "an application protocol": [ports({"port": 1, "appProtocol": "kubernetes.io/h2c"})],
}

REFUSED: dict[str, tuple[list[Subset | None], Expected]] = {
    "a null subset": ([None], [("subsets[0]", REQUIRED, NO_ADDRESS)]),
    "no address": (
        [{"addresses": [HERE]}, {"addresses": [], "ports": [{"port": 80}]}],
        [("subsets[1]", REQUIRED, NO_ADDRESS)],
    ),
    "no ip": (
        [{"addresses": [None]}],
        [
            (f"{ADDRESS}.ip", INVALID, NOT_AN_IP),
            (f"{ADDRESS}.ip", INVALID, "must be a valid IP address"),
        ],
    ),
    "no ip, and more": (
        [at(ip="db", hostname="A", nodeName="")],
        [
            (f"{ADDRESS}.ip", INVALID, NOT_AN_IP),
            (f"{ADDRESS}.hostname", INVALID, LABEL),
            (f"{ADDRESS}.nodeName", INVALID, SUBDOMAIN),
            (f"{ADDRESS}.ip", INVALID, "must be a valid IP address"),
        ],
    ),
    "leading zeros": (
        [at(ip="010.0.0.1")],
        [(f"{ADDRESS}.ip", INVALID, "must not have leading 0s")],
    ),
    "mapped and out of range": (
        [at(ip="::ffff:127.0.0.1")],
        [
            (f"{ADDRESS}.ip", INVALID, "must not be an IPv4-mapped IPv6 address"),
            (f"{ADDRESS}.ip", INVALID, "may not be in the loopback range"),
        ],
    ),
    "not ready and out of range": (
        [{"notReadyAddresses": [HERE, {"ip": "::"}]}],
        [("subsets[0].notReadyAddresses[1].ip", INVALID, "may not be unspecified (::)")],
    ),
    "a hostname with dots": (
        [at(hostname="a.b")],
        [(f"{ADDRESS}.hostname", INVALID, "must not contain dots")],
    ),
    "an empty node": ([at(nodeName="")], [(f"{ADDRESS}.nodeName", INVALID, SUBDOMAIN)]),
    "a null port": ([ports(None)], [(f"{PORT}.port", INVALID, NUMBER)]),
    "port 70000": ([ports({"port": 70000})], [(f"{PORT}.port", INVALID, NUMBER)]),
    "two ports, one without a name": (
        [ports({"name": "a", "port": 80}, {"port": 81})],
        [("subsets[0].ports[1].name", REQUIRED, "")],
    ),
    "a name in upper case": (
        [ports({"name": "A", "port": 80})],
        [(f"{PORT}.name", INVALID, LABEL)],
    ),
    "a protocol in lower case": (
        [ports({"port": 80, "protocol": "tcp"})],
        [(f"{PORT}.protocol", NOT_SUPPORTED, PROTOCOLS)],
    ),
    "an application protocol with a space": (
        [ports({"port": 80, "appProtocol": "a b"})],
        [(f"{PORT}.appProtocol", INVALID, NAME_PART)],
    ),
    "everything of a port": (
        [ports({"name": "A", "port": 0, "protocol": "x", "appProtocol": "a b"})],
        [
            (f"{PORT}.name", INVALID, LABEL),
            (f"{PORT}.port", INVALID, NUMBER),
            (f"{PORT}.protocol", NOT_SUPPORTED, PROTOCOLS),
            (f"{PORT}.appProtocol", INVALID, NAME_PART),
        ],
    ),
}


@pytest.mark.parametrize("subsets", ACCEPTED.values(), ids=ACCEPTED)
def test_valid_endpoints_are_accepted(subsets: list[Subset | None]) -> None:
    assert validate(manifest(*subsets)) == []


@pytest.mark.parametrize(("subsets", "expected"), REFUSED.values(), ids=REFUSED)
def test_invalid_endpoints_are_refused(subsets: list[Subset | None], expected: Expected) -> None:
    assert agree(found := errors(validate(manifest(*subsets))), expected), found


def test_leading_zeros_are_accepted_before_1_36() -> None:
    assert validate(manifest(at(ip="010.0.0.1")), kubernetes_version="1.35") == []


UNCHANGED: dict[str, tuple[Subset, Subset]] = {
    "as it was": ({}, {}),
    "an empty protocol and its default": (
        {"ports": [{"port": 80, "protocol": "TCP"}]},
        {"ports": [{"port": 80, "protocol": ""}]},
    ),
    "nulls and empty values": (
        {"notReadyAddresses": None, "ports": [{"name": "", "port": 80}]},
        {"notReadyAddresses": [], "ports": [{"port": 80}]},
    ),
}

CHANGED: dict[str, tuple[Subset, Subset]] = {
    "a port": ({}, {"ports": [{"port": 80}]}),
    "an address": ({}, {"notReadyAddresses": [HERE]}),
    "an application protocol": (
        {"ports": [{"port": 80}]},
        {"ports": [{"port": 80, "appProtocol": "http"}]},
    ),
}


@pytest.mark.parametrize(("old", "new"), UNCHANGED.values(), ids=UNCHANGED)
def test_unchanged_subsets_are_not_validated_again(old: Subset, new: Subset) -> None:
    before, after = {**at(ip="127.0.0.1"), **old}, {**at(ip="127.0.0.1"), **new}
    assert not validate(manifest(after), old=manifest(before))


@pytest.mark.parametrize(("old", "new"), CHANGED.values(), ids=CHANGED)
def test_changed_subsets_are_validated_again(old: Subset, new: Subset) -> None:
    before, after = {**at(ip="127.0.0.1"), **old}, {**at(ip="127.0.0.1"), **new}
    assert validate(manifest(after), old=manifest(before))
