"""Addresses and CIDR blocks: read as Go 1.16 reads them, judged as the API server judges them."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest

from components.core.cidrs import parse_sloppy_cidr
from components.core.versions import rules_of
from components.validation import Finding, ip

STRICT, SLOPPY = rules_of("1.36"), rules_of("1.35")

SYNTAX = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
ZEROS = "must not have leading 0s"
MAPPED = "must not be an IPv4-mapped IPv6 address"
LOOPBACK = "may not be in the loopback range (127.0.0.0/8, ::1/128)"
LINK_LOCAL = "may not be in the link-local range (169.254.0.0/16, fe80::/10)"
MULTICAST = "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"

READ: dict[str, str | None] = {
    "10.0.0.1": "10.0.0.1",
    "010.0.0.1": "10.0.0.1",
    "0000010.0.0.1": "10.0.0.1",
    "00.0.0.1": "0.0.0.1",
    "::ffff:1.2.3.4": "1.2.3.4",
    "::FFFF:102:304": "1.2.3.4",
    "::ffff:01.2.3.4": "1.2.3.4",
    "::000ffff:1.2.3.4": "1.2.3.4",
    "::ffff:0:1.2.3.4": "::ffff:0:102:304",
    "::1.2.3.4": "::102:304",
    "1:2:3:4:5:6:1.2.3.4": "1:2:3:4:5:6:102:304",
    "02001:db8::1": "2001:db8::1",
    "00001::": "1::",
    "1:2:3:4:5:6:7::": "1:2:3:4:5:6:7:0",
    "": None,
    "1.2.3": None,
    "1.2.3.4.5": None,
    "1..2.3": None,
    "256.1.1.1": None,
    "99999999999.1.1.1": None,
    " 1.2.3.4": None,
    "1.2.3.4\n": None,
    "0x1.2.3.4": None,
    "1.2.3.4/32": None,
    "10.0.0.1:80": None,
    "\u0661.2.3.4": None,
    "1.2.3.4%eth0": None,
    "fe80::1%eth0": None,
    "[::1]": None,
    "::12345": None,
    "1:::2": None,
    "1::2::3": None,
    ":1::2": None,
    "1:2:3:4:5:6:7": None,
    "1:2:3:4:5:6:7::8": None,
    "1:2:3:4:5:6:7:8:9": None,
    "1:2:3:4:5:6:7:1.2.3.4": None,
    "1.2.3.4::": None,
}


@pytest.mark.parametrize(("text", "expected"), READ.items())
def test_an_address_is_read_leniently(text: str, expected: str | None) -> None:
    found = ip.parse_sloppy_ip(text)
    assert (found and str(found)) == expected
    assert found is None or isinstance(found, IPv6Address if ":" in str(expected) else IPv4Address)


LEGACY: dict[str, str] = {
    "10.0.0.1": "",
    "2001:DB8::1": "",
    "2001:0db8:0:0:0:0:0:1": "",
    "::1.2.3.4": "",
    "010.0.0.1": ZEROS,
    "10.0.0.00": ZEROS,
    "::ffff:01.2.3.4": ZEROS,
    "02001:db8::1": ZEROS,
    "1::00000": ZEROS,
    "::ffff:1.2.3.4": MAPPED,
    "0::FFFF:102:304": MAPPED,
    "1.2.3": SYNTAX,
    "": SYNTAX,
}


@pytest.mark.parametrize(("text", "expected"), LEGACY.items())
def test_an_address_of_an_older_field_is_checked(text: str, expected: str) -> None:
    strict: list[Finding] = []
    sloppy: list[Finding] = []
    ip.check_legacy_ip(text, "spec.externalIPs[0]", STRICT, strict)
    ip.check_legacy_ip(text, "spec.externalIPs[0]", SLOPPY, sloppy)
    assert [finding.detail for finding in strict] == ([expected] if expected else [])
    assert [finding.detail for finding in sloppy] == ([SYNTAX] if expected == SYNTAX else [])
    assert all(finding.path == "spec.externalIPs[0]" for finding in strict)


CANONICAL: dict[str, str] = {
    "2001:db8::1": "",
    "10.0.0.1": "",
    "1:0:0:2::3": "",
    "1:2:3:4:5:6:7:0": "",
    "2001:DB8::1": 'must be in canonical form ("2001:db8::1")',
    "2001:db8::0:1": 'must be in canonical form ("2001:db8::1")',
    "2001:db8:0:1::1": "",
    "2001:db8:0:0:1::1": 'must be in canonical form ("2001:db8::1:0:0:1")',
    "::1.2.3.4": 'must be in canonical form ("::102:304")',
    "1:2:3:4:5:6:7::": 'must be in canonical form ("1:2:3:4:5:6:7:0")',
    "010.0.0.1": ZEROS,
    "::ffff:102:304": MAPPED,
    "fe80::1%eth0": SYNTAX,
}


@pytest.mark.parametrize(("text", "expected"), CANONICAL.items())
def test_an_address_that_must_be_canonical_is_checked(text: str, expected: str) -> None:
    findings: list[Finding] = []
    ip.check_canonical_ip(text, "endpoints[0].addresses[0]", findings)
    assert [finding.detail for finding in findings] == ([expected] if expected else [])


RANGES: dict[str, str] = {
    "10.0.0.1": "",
    "0.0.0.1": "",
    "224.0.1.1": "",
    "239.255.255.255": "",
    "255.255.255.255": "",
    "169.255.0.1": "",
    "fec0::1": "",
    "ff01::1": "",
    "ff05::1": "",
    "ff0e::1": "",
    "::2": "",
    "0.0.0.00": "may not be unspecified (0.0.0.00)",
    "::": "may not be unspecified (::)",
    "::ffff:0.0.0.0": "may not be unspecified (::ffff:0.0.0.0)",
    "127.0.0.1": LOOPBACK,
    "127.255.255.255": LOOPBACK,
    "::1": LOOPBACK,
    "0:0:0:0:0:0:0:1": LOOPBACK,
    "::ffff:127.0.0.1": LOOPBACK,
    "169.254.169.254": LINK_LOCAL,
    "0169.254.0.1": LINK_LOCAL,
    "fe80::1": LINK_LOCAL,
    "FEBF::1": LINK_LOCAL,
    "224.0.0.0": MULTICAST,
    "224.0.0.255": MULTICAST,
    "ff02::1": MULTICAST,
    "ff12::1": MULTICAST,
    "ffA2::1": MULTICAST,
    "1.2.3": "must be a valid IP address",
}


@pytest.mark.parametrize(("text", "expected"), RANGES.items())
def test_an_address_of_an_endpoint_is_checked(text: str, expected: str) -> None:
    findings: list[Finding] = []
    ip.check_endpoint_ip(text, "ip", findings)
    assert [finding.detail for finding in findings] == ([expected] if expected else [])


NOT_A_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
CIDR_ZEROS = "must not have leading 0s in IP or prefix length"
CIDR_MAPPED = "must not have an IPv4-mapped IPv6 address"
CIDR_BITS = "must not have bits set beyond the prefix length"

CIDRS: dict[str, str] = {
    "10.0.0.0/8": "",
    "0.0.0.0/0": "",
    "1.2.3.4/32": "",
    "2001:DB8::/32": "",
    "2001:0db8::/32": "",
    "::1.2.3.0/120": "",
    "::/0": "",
    "10.0.0.0/08": CIDR_ZEROS,
    "10.0.0.0/0024": CIDR_ZEROS,
    "10.0.0.0/00000000000000000008": CIDR_ZEROS,
    "0.0.0.0/00": CIDR_ZEROS,
    "010.0.0.1/8": CIDR_ZEROS,
    "00001::/64": CIDR_ZEROS,
    "::ffff:01.0.0.0/104": CIDR_ZEROS,
    "::ffff:10.0.0.0/104": CIDR_MAPPED,
    "::ffff:10.0.0.1/104": CIDR_MAPPED,
    "10.0.0.1/8": CIDR_BITS,
    "1.2.3.5/31": CIDR_BITS,
    "2001:db8::1/32": CIDR_BITS,
    "": NOT_A_CIDR,
    "10.0.0.0": NOT_A_CIDR,
    "10.0.0.0/": NOT_A_CIDR,
    "/8": NOT_A_CIDR,
    "10.0.0/8": NOT_A_CIDR,
    "10.0.0.0/33": NOT_A_CIDR,
    "2001:db8::/129": NOT_A_CIDR,
    "10.0.0.0/+8": NOT_A_CIDR,
    "10.0.0.0/-1": NOT_A_CIDR,
    "10.0.0.0/8 ": NOT_A_CIDR,
    "10.0.0.0/8\n": NOT_A_CIDR,
    "10.0.0.0/8/8": NOT_A_CIDR,
    "10.0.0.0/1_6": NOT_A_CIDR,
    "10.0.0.0/\u0668": NOT_A_CIDR,
    "10.0.0.0/255.0.0.0": NOT_A_CIDR,
    "10.0.0.0/999999999999": NOT_A_CIDR,
    "fe80::%eth0/64": NOT_A_CIDR,
}


@pytest.mark.parametrize(("text", "expected"), CIDRS.items())
def test_a_block_of_an_older_field_is_checked(text: str, expected: str) -> None:
    strict: list[Finding] = []
    sloppy: list[Finding] = []
    ip.check_legacy_cidr(text, "cidr", STRICT, strict)
    ip.check_legacy_cidr(text, "cidr", SLOPPY, sloppy)
    assert [finding.detail for finding in strict] == ([expected] if expected else [])
    assert [finding.detail for finding in sloppy] == (
        [NOT_A_CIDR] if expected == NOT_A_CIDR else []
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("010.0.0.1/08", IPv4Network("10.0.0.0/8")),
        ("2001:db8::1/32", IPv6Network("2001:db8::/32")),
        ("::ffff:10.0.0.1/104", IPv6Network("::ffff:a00:0/104")),
        ("10.0.0.1", None),
    ],
)
def test_a_block_is_read_leniently(text: str, expected: IPv4Network | IPv6Network | None) -> None:
    assert parse_sloppy_cidr(text) == expected
