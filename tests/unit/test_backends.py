"""Backends: what identifies them, how they are rendered, and what is refused."""

from typing import Any

import pytest

from components.core.arguments import ExternalServiceArgs, typed
from components.core.backends import BackendSpec, read_backends
from components.core.findings import Finding
from components.core.ports import read_ports
from components.core.presets import ports_by_path
from components.core.unknown import Unknown
from tests.unit.plans import external

DUPLICATE_ADDRESS = "two backends with the same address have different settings"
DUPLICATE_ID = "two backends with the same id differ"
ACTIVE = {"ready": True, "serving": True, "terminating": False}
LATE = Unknown("addresses[0]")
LATE_BACKEND = Unknown("backends[0].address")


def read(unknown: frozenset[str] = frozenset(), **args: Any) -> tuple[list[BackendSpec], list[str]]:
    findings: list[Finding] = []
    args = {"ports": [{"port": 80, "name": "http"}, {"port": 443, "name": "https"}], **args}
    given = typed(ExternalServiceArgs, args)
    ports = read_ports(ports_by_path(given.ports), findings, kind="ClusterIP", selectorless=True)
    assert findings == []
    backends = read_backends(given, ports, [], unknown, given.ip_families)
    _, findings = external({**args, "allow_empty": True}, "db", unknown)
    found = [one for one in findings if one.path.startswith(("addresses", "backends"))]
    return backends, [str(finding) for finding in found]


ENDPOINTS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "an address alone": ({}, {"conditions": ACTIVE}, {}),
    "active": ({"state": "Active"}, {"conditions": ACTIVE}, {}),
    "draining": (
        {"state": "Draining"},
        {"conditions": {"ready": False, "serving": True, "terminating": True}},
        {},
    ),
    "disabled": (
        {"state": "Disabled"},
        {"conditions": {"ready": False, "serving": False, "terminating": False}},
        {},
    ),
    "a hostname": (
        {"hostname": "db-1"},
        {"conditions": ACTIVE, "hostname": "db-1"},
        {"hostname": "db-1"},
    ),
    "a node": (
        {"node_name": "node-1.example"},
        {"conditions": ACTIVE, "nodeName": "node-1.example"},
        {"nodeName": "node-1.example"},
    ),
    "a zone": ({"zone": "eu-1a"}, {"conditions": ACTIVE, "zone": "eu-1a"}, {}),
    "hints": (
        {"for_zones": ["b", "a"]},
        {"conditions": ACTIVE, "hints": {"forZones": [{"name": "b"}, {"name": "a"}]}},
        {},
    ),
    "a hostname that is not known yet": (
        {"hostname": LATE},
        {"conditions": ACTIVE, "hostname": LATE},
        {"hostname": LATE},
    ),
}


@pytest.mark.parametrize(("settings", "endpoint", "legacy"), ENDPOINTS.values(), ids=ENDPOINTS)
def test_a_backend_is_rendered(settings: Any, endpoint: Any, legacy: Any) -> None:
    (backend,), findings = read(backends=[{"address": "192.0.2.1", **settings}])
    assert findings == []
    assert backend.endpoint() == {"addresses": ["192.0.2.1"], **endpoint}
    assert backend.legacy_address() == {"ip": "192.0.2.1", **legacy}
    assert backend.is_ready == (settings.get("state", "Active") == "Active")


def test_conditions_are_not_shared_between_endpoints() -> None:
    (backend,), _ = read(addresses=["192.0.2.1"])
    backend.endpoint()["conditions"]["ready"] = False
    assert backend.endpoint()["conditions"] == ACTIVE


KEYS: dict[str, tuple[dict[str, Any], list[tuple[str, object, str]]]] = {
    "addresses, sorted": (
        {"addresses": ["192.0.2.2", "192.0.2.10", "2001:db8::1"]},
        [
            ("192.0.2.10", "192.0.2.10", "IPv4"),
            ("192.0.2.2", "192.0.2.2", "IPv4"),
            ("2001:db8::1", "2001:db8::1", "IPv6"),
        ],
    ),
    "the canonical address is the key": (
        {"addresses": ["2001:DB8:0::1"]},
        [("2001:db8::1", "2001:db8::1", "IPv6")],
    ),
    "an id is the key": (
        {"backends": [{"address": "192.0.2.1", "id": "db-1", "hostname": "x"}]},
        [("db-1", "192.0.2.1", "IPv4")],
    ),
    "an address given twice is one": (
        {"addresses": ["2001:db8::1", "2001:DB8::1"]},
        [("2001:db8::1", "2001:db8::1", "IPv6")],
    ),
    "one given in both ways is one": (
        {"addresses": ["192.0.2.1"], "backends": [{"address": "192.0.2.1"}]},
        [("192.0.2.1", "192.0.2.1", "IPv4")],
    ),
    "a backend given twice is one": (
        {"backends": [{"address": "192.0.2.1", "id": "a", "zone": "z"}] * 2},
        [("a", "192.0.2.1", "IPv4")],
    ),
    "an unknown address is presumed IPv4": (
        {"backends": [{"address": LATE_BACKEND, "id": "a"}]},
        [("a", LATE_BACKEND, "IPv4")],
    ),
    "an unknown address of a family": (
        {"backends": [{"address": LATE_BACKEND, "id": "a", "family": "IPv6"}]},
        [("a", LATE_BACKEND, "IPv6")],
    ),
}


@pytest.mark.parametrize(("args", "expected"), KEYS.values(), ids=KEYS)
def test_backends_have_keys_and_families(args: Any, expected: Any) -> None:
    backends, findings = read(**args)
    assert findings == []
    assert [(backend.key, backend.address, backend.family) for backend in backends] == expected


def test_an_unknown_address_can_be_placed_only_by_an_id() -> None:
    assert [backend.is_placeable for backend in read(addresses=[LATE])[0]] == [False]
    anonymous = [{"address": LATE_BACKEND}]
    assert [backend.is_placeable for backend in read(backends=anonymous)[0]] == [False]
    known = [{"address": LATE_BACKEND, "id": "a"}]
    assert [backend.is_placeable for backend in read(backends=known)[0]] == [True]


OVERRIDES: dict[str, tuple[dict[str, int], tuple[tuple[str, int], ...]]] = {
    "none": ({}, ()),
    "two, sorted": ({"https": 1, "http": 2}, (("http", 2), ("https", 1))),
    "what the Service says anyway": ({"http": 80, "https": 8443}, (("https", 8443),)),
}


@pytest.mark.parametrize(("given", "kept"), OVERRIDES.values(), ids=OVERRIDES)
def test_a_backend_may_have_ports_of_its_own(given: Any, kept: Any) -> None:
    (backend,), findings = read(backends=[{"address": "192.0.2.1", "ports": given}])
    assert findings == []
    assert backend.ports == kept


def one(**settings: Any) -> dict[str, Any]:
    return {"backends": [{"address": "192.0.2.1", **settings}]}


PRINTABLE = "must be printable text, not empty"

REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "one address, other settings": (
        {"addresses": ["192.0.2.1"], **one(zone="a")},
        [f'backends[0].address: Duplicate value: "192.0.2.1": {DUPLICATE_ADDRESS}'],
    ),
    "one address, other ids": (
        {"backends": [{"address": "192.0.2.1", "id": name} for name in "ab"]},
        [f'backends[1].address: Duplicate value: "192.0.2.1": {DUPLICATE_ADDRESS}'],
    ),
    "one address in two spellings, other settings": (
        {"addresses": ["2001:db8::1"], "backends": [{"address": "2001:DB8::1", "zone": "a"}]},
        [f'backends[0].address: Duplicate value: "2001:db8::1": {DUPLICATE_ADDRESS}'],
    ),
    "one id, other addresses": (
        {"backends": [{"address": f"192.0.2.{number}", "id": "a"} for number in (1, 2)]},
        [f'backends[1].id: Duplicate value: "a": {DUPLICATE_ID}'],
    ),
    "one id, two unknown addresses": (
        {
            "backends": [
                {"address": Unknown(f"backends[{number}].address"), "id": "a"} for number in (0, 1)
            ]
        },
        [f'backends[1].id: Duplicate value: "a": {DUPLICATE_ID}'],
    ),
    "an empty id": (one(id=""), [f'backends[0].id: Invalid value: "": {PRINTABLE}']),
    "an id of two lines": (
        one(id="a\nb"),
        [f'backends[0].id: Invalid value: "a\\nb": {PRINTABLE}'],
    ),
    "an empty hostname": (
        one(hostname=""),
        ['backends[0].hostname: Invalid value: "": a lowercase RFC 1123 label must'],
    ),
    "a hostname with dots": (
        one(hostname="a.b"),
        ['backends[0].hostname: Invalid value: "a.b": must not contain dots'],
    ),
    "an empty node name": (
        one(node_name=""),
        ['backends[0].node_name: Invalid value: "": a lowercase RFC 1123 subdomain'],
    ),
    "nine hints": (
        one(for_zones=list("abcdefghi")),
        ["backends[0].for_zones: Too many: 9: must have at most 8 items"],
    ),
    "one hint twice": (
        one(for_zones=["a", "b", "a"]),
        ['backends[0].for_zones[2]: Duplicate value: "a"'],
    ),
    "a hint that is not a label value": (
        one(for_zones=["a b"]),
        ['backends[0].for_zones[0]: Invalid value: "a b": a valid label must be an empty'],
    ),
    "a port that the Service does not have": (
        one(ports={"pg": 5432}),
        ['backends[0].ports[pg]: Unsupported value: "pg": supported values: "http", "https"'],
    ),
    "a port out of range": (
        one(ports={"http": 65536}),
        ["backends[0].ports[http]: Invalid value: 65536: must be between 1 and 65535, inclusive"],
    ),
    "a family that the address is not of": (
        one(family="IPv6"),
        ['backends[0].address: Invalid value: "192.0.2.1": must be an IPv6 address (give the'],
    ),
    "an address of a family that the Service lacks": (
        {"addresses": ["2001:db8::1"], "ip_families": ["IPv4"]},
        ['addresses[0]: Invalid value: "2001:db8::1": must be an IPv4 address (name its'],
    ),
    "a backend of a family that the Service lacks": (
        {**one(), "ip_families": ["IPv6"]},
        ['backends[0].address: Invalid value: "192.0.2.1": must be an IPv6 address, as `ip_'],
    ),
}


@pytest.mark.parametrize(("args", "found"), REFUSED.values(), ids=REFUSED)
def test_invalid_backends_are_refused(args: Any, found: list[str]) -> None:
    findings = read(**args)[1]
    assert len(findings) == len(found)
    assert all(text.startswith(start) for text, start in zip(findings, found, strict=True))


TAKEN: dict[str, dict[str, Any]] = {
    "eight hints": one(for_zones=list("abcdefgh")),
    "an empty hint": one(for_zones=[""]),
    "any zone": one(zone="any thing\n"),
    "a hostname of 63 characters": one(hostname="a" * 63),
    "a hostname of digits": one(hostname="1"),
    "an id of any language": one(id="M\u00fcnchen 1"),
    "one hostname twice": {
        "backends": [{"address": f"192.0.2.{n}", "hostname": "a"} for n in (1, 2)]
    },
    "the family that it is of": one(family="IPv4"),
    "both families that the Service has": {
        "addresses": ["2001:db8::1", "192.0.2.1"],
        "ip_families": ["IPv6", "IPv4"],
    },
    "no backends at all": {},
}


@pytest.mark.parametrize("args", TAKEN.values(), ids=TAKEN)
def test_valid_backends_are_accepted(args: Any) -> None:
    assert read(**args)[1] == []


ARRIVED: dict[str, tuple[str, dict[str, Any], bool]] = {
    "IPv4 where nothing was said": ("addresses[0]", {"addresses": ["192.0.2.1"]}, True),
    "IPv6 where nothing was said": ("addresses[0]", {"addresses": ["2001:db8::1"]}, False),
    "the primary family": (
        "addresses[0]",
        {"addresses": ["2001:db8::1"], "ip_families": ["IPv6", "IPv4"]},
        True,
    ),
    "the other family": (
        "addresses[0]",
        {"addresses": ["192.0.2.1"], "ip_families": ["IPv6", "IPv4"]},
        False,
    ),
    "a list of the families that were named": (
        "addresses",
        {"addresses": ["192.0.2.1", "2001:db8::1"], "ip_families": ["IPv6", "IPv4"]},
        True,
    ),
    "a list where nothing was said": ("addresses", {"addresses": ["2001:db8::1"]}, False),
    "a backend where nothing was said": (
        "backends[0].address",
        {"backends": [{"address": "2001:db8::1"}]},
        False,
    ),
    "a backend of a family": (
        "backends[0].address",
        {"backends": [{"address": "2001:db8::1", "family": "IPv6"}]},
        True,
    ),
}


@pytest.mark.parametrize(("path", "args", "fits"), ARRIVED.values(), ids=ARRIVED)
def test_a_late_address_must_have_the_family_it_was_placed_in(
    path: str, args: Any, fits: bool
) -> None:
    assert (read(frozenset({path}), **args)[1] == []) is fits
