"""Addresses of endpoints are made canonical, and checked as the API server checks them."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core.addresses import Address, parse_address

NO_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
ZEROS = "must not have leading 0s"
MAPPED = "must not be an IPv4-mapped IPv6 address"
LOOPBACK = "may not be in the loopback range (127.0.0.0/8, ::1/128)"
LINK_LOCAL = "may not be in the link-local range (169.254.0.0/16, fe80::/10)"
LINK_LOCAL_MULTICAST = "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"

TAKEN = {
    "192.0.2.10": "192.0.2.10",
    "0.0.0.1": "0.0.0.1",
    "126.255.255.255": "126.255.255.255",
    "128.0.0.0": "128.0.0.0",
    "169.253.255.255": "169.253.255.255",
    "169.255.0.0": "169.255.0.0",
    "223.255.255.255": "223.255.255.255",
    "224.0.1.0": "224.0.1.0",
    "224.0.1.1": "224.0.1.1",
    "239.1.1.1": "239.1.1.1",
    "240.0.0.1": "240.0.0.1",
    "255.255.255.255": "255.255.255.255",
    "2001:db8::1": "2001:db8::1",
    "2001:DB8::1": "2001:db8::1",
    "2001:db8:0:0:0:0:0:1": "2001:db8::1",
    "2001:0db8::0001": "2001:db8::1",
    "2001:db8:0:1:1:1:1:1": "2001:db8:0:1:1:1:1:1",
    "2001:db8:0:0:1:0:0:1": "2001:db8::1:0:0:1",
    "::2": "::2",
    "::102:304": "::102:304",
    "::1.2.3.4": "::102:304",
    "64:ff9b::192.0.2.1": "64:ff9b::c000:201",
    "fe7f:ffff::1": "fe7f:ffff::1",
    "fec0::1": "fec0::1",
    "fd00::1": "fd00::1",
    "ff01::1": "ff01::1",
    "ff03::1": "ff03::1",
    "ff05::1": "ff05::1",
    "ff0e::1": "ff0e::1",
    "::fffe:102:304": "::fffe:102:304",
}

REFUSED = {
    "empty": ("", NO_ADDRESS),
    "a name": ("db.example.com", NO_ADDRESS),
    "three parts": ("1.2.3", NO_ADDRESS),
    "five parts": ("1.2.3.4.5", NO_ADDRESS),
    "an empty part": ("1..3.4", NO_ADDRESS),
    "a part over 255": ("1.2.3.256", NO_ADDRESS),
    "a sign": ("+1.2.3.4", NO_ADDRESS),
    "hexadecimal": ("0x1.2.3.4", NO_ADDRESS),
    "one number": ("3232235777", NO_ADDRESS),
    "a space before": (" 1.2.3.4", NO_ADDRESS),
    "a space after": ("1.2.3.4 ", NO_ADDRESS),
    "a newline after": ("1.2.3.4\n", NO_ADDRESS),
    "a newline after IPv6": ("2001:db8::1\n", NO_ADDRESS),
    "a NUL": ("1.2.3.4\0", NO_ADDRESS),
    "a prefix length": ("10.0.0.1/8", NO_ADDRESS),
    "a prefix length of IPv6": ("2001:db8::1/64", NO_ADDRESS),
    "a port": ("1.2.3.4:80", NO_ADDRESS),
    "brackets": ("[::1]", NO_ADDRESS),
    "a port of IPv6": ("[2001:db8::1]:80", NO_ADDRESS),
    "a zone": ("fe80::1%eth0", NO_ADDRESS),
    "a zone of a global address": ("2001:db8::1%1", NO_ADDRESS),
    "an empty zone": ("2001:db8::1%", NO_ADDRESS),
    "a zone of IPv4": ("192.0.2.1%eth0", NO_ADDRESS),
    "full-width digits": ("\uff11.2.3.4", NO_ADDRESS),
    "Arabic digits": ("\u0661.2.3.4", NO_ADDRESS),
    "superscript digits": ("1.2.3.4\u00b2", NO_ADDRESS),
    "an ideographic full stop": ("1\u30022.3.4", NO_ADDRESS),
    "a full-width colon": ("2001\uff1adb8::1", NO_ADDRESS),
    "full-width hexadecimal": ("2001:\uff44b8::1", NO_ADDRESS),
    "two double colons": ("2001::db8::1", NO_ADDRESS),
    "too many groups": ("1:2:3:4:5:6:7:8:9", NO_ADDRESS),
    "too few groups": ("1:2:3:4:5:6:7", NO_ADDRESS),
    "a group too large": ("2001:12345::1", NO_ADDRESS),
    "no hexadecimal": ("2001:dbg::1", NO_ADDRESS),
    "a leading zero": ("010.0.0.1", ZEROS),
    "a leading zero at the end": ("10.0.0.01", ZEROS),
    "two zeros": ("10.00.0.1", ZEROS),
    "many zeros": ("0000010.0.0.1", ZEROS),
    "a leading zero in IPv6": ("64:ff9b::192.0.02.1", ZEROS),
    "a leading zero in a mapped address": ("::ffff:010.0.0.1", ZEROS),
    "a group of five digits": ("2001:00db8::1", ZEROS),
    "mapped": ("::ffff:1.2.3.4", MAPPED),
    "mapped in hexadecimal": ("::ffff:102:304", MAPPED),
    "mapped in capitals": ("::FFFF:1.2.3.4", MAPPED),
    "mapped loopback": ("::ffff:127.0.0.1", MAPPED),
    "unspecified": ("0.0.0.0", "may not be unspecified (0.0.0.0)"),  # noqa: S104 - no socket
    "loopback": ("127.0.0.1", LOOPBACK),
    "the first of loopback": ("127.0.0.0", LOOPBACK),
    "the last of loopback": ("127.255.255.255", LOOPBACK),
    "loopback in IPv6": ("::1", LOOPBACK),
    "loopback written out": ("0:0:0:0:0:0:0:1", LOOPBACK),
    "the metadata service": ("169.254.169.254", LINK_LOCAL),
    "the first link-local": ("169.254.0.0", LINK_LOCAL),
    "the last link-local": ("169.254.255.255", LINK_LOCAL),
    "link-local in IPv6": ("fe80::1", LINK_LOCAL),
    "the last link-local in IPv6": ("febf:ffff::1", LINK_LOCAL),
    "link-local multicast": ("224.0.0.5", LINK_LOCAL_MULTICAST),
    "the last link-local multicast": ("224.0.0.255", LINK_LOCAL_MULTICAST),
    "link-local multicast in IPv6": ("ff02::1", LINK_LOCAL_MULTICAST),
    "link-local multicast with flags": ("ff12::1", LINK_LOCAL_MULTICAST),
    "link-local multicast with all flags": ("fff2::1", LINK_LOCAL_MULTICAST),
}


@pytest.mark.parametrize(("text", "canonical"), TAKEN.items(), ids=TAKEN)
def test_an_address_is_accepted_and_made_canonical(text: str, canonical: str) -> None:
    assert parse_address(text) == Address(canonical, "IPv6" if ":" in text else "IPv4")


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_an_invalid_address_is_refused(text: str, reason: str) -> None:
    assert parse_address(text) == reason


def test_the_unspecified_address_of_ipv6_is_refused() -> None:
    for text in ("::", "0:0:0:0:0:0:0:0", "::0.0.0.0"):
        assert str(parse_address(text)).startswith("may not be unspecified (")


@given(st.ip_addresses())
def test_the_canonical_form_is_the_same_address_and_is_stable(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    parsed = parse_address(address.exploded)
    if isinstance(parsed, Address):
        assert ipaddress.ip_address(parsed.text) == address
        assert parse_address(parsed.text) == parsed
        assert parsed.family == f"IPv{address.version}"
    else:
        assert parse_address(str(address)) == parsed


@given(st.text(max_size=20))
def test_any_text_is_accepted_or_refused_with_a_reason(text: str) -> None:
    parsed = parse_address(text)
    assert isinstance(parsed, Address) or parsed
