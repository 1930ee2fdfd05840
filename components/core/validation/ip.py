"""IP addresses and CIDR blocks as the API server reads and judges them.

Its parser is that of Go 1.16 (`ParseIPSloppy`): leading zeros are passed over, zones are unknown,
and the IPv4-mapped form of IPv6 is IPv4. What is judged beyond that depends on the field.
"""

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network

from ..findings import Finding, invalid
from ..versions import Rules

RULES = {
    "ip-syntax": "An IP address is one that the API server can read.",
    "ip-leading-zeros": "An IP address has no leading zeros (from 1.36; IPv6 slices: always).",
    "ip-mapped": "An IP address is not in IPv4-mapped IPv6 form (from 1.36; IPv6 slices: always).",
    "ip-canonical": "An IPv6 address of an EndpointSlice is in the form of RFC 5952.",
    "ip-unspecified": "An endpoint's address is not 0.0.0.0 or ::.",
    "ip-loopback": "An endpoint's address is not in the loopback range.",
    "ip-link-local": "An endpoint's address is not in the link-local range.",
    "ip-link-local-multicast": "An endpoint's address is not in the link-local multicast range.",
    "cidr-syntax": "A CIDR block is one that the API server can read.",
    "cidr-leading-zeros": "A CIDR block has no leading zeros (from 1.36).",
    "cidr-mapped": "A CIDR block has no IPv4-mapped IPv6 address (from 1.36).",
    "cidr-host-bits": "A CIDR block has no bits set beyond its prefix length (from 1.36).",
}

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_LEADING_ZEROS = re.compile(r"(?<![0-9A-Fa-f])0+(?=[0-9A-Fa-f])")
_PREFIX_LENGTH = re.compile(r"0*([0-9]{1,3})")
_LINK_LOCAL_DIGITS = ("fe8", "fe9", "fea", "feb")

_NOT_AN_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
_NOT_A_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"


def check_legacy_ip(value: str, path: str, rules: Rules, findings: list[Finding]) -> None:
    """Judge an address of a field older than strict parsing (`IsValidIPForLegacyField`)."""
    _check_ip(value, path, strict=rules.strict_addresses, findings=findings)


def check_canonical_ip(value: str, path: str, findings: list[Finding]) -> None:
    """Judge an address that must be strict and canonical on every version (`IsValidIP`)."""
    address = _check_ip(value, path, strict=True, findings=findings)
    if address is not None and value != str(address):
        detail = f'must be in canonical form ("{address}")'
        findings.append(invalid(path, value, detail, code="ip-canonical"))


def check_endpoint_ip(value: str, path: str, findings: list[Finding]) -> None:
    """Judge whether endpoints can have this address (`ValidateEndpointIP`)."""
    address = parse_sloppy_ip(value)
    if address is None:
        findings.append(invalid(path, value, "must be a valid IP address", code="ip-syntax"))
        return
    digits = address.packed.hex()
    if isinstance(address, IPv4Address):
        loopback = digits[:2] == "7f"
        link_local = digits[:4] == "a9fe"
        multicast = digits[:6] == "e00000"
    else:
        loopback = address.is_loopback
        link_local = digits[:3] in _LINK_LOCAL_DIGITS
        multicast = digits[:2] + digits[3] == "ff2"
    if loopback:
        detail = "may not be in the loopback range (127.0.0.0/8, ::1/128)"
        findings.append(invalid(path, value, detail, code="ip-loopback"))
    elif link_local:
        detail = "may not be in the link-local range (169.254.0.0/16, fe80::/10)"
        findings.append(invalid(path, value, detail, code="ip-link-local"))
    elif multicast:
        detail = "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"
        findings.append(invalid(path, value, detail, code="ip-link-local-multicast"))
    elif address.is_unspecified:
        detail = f"may not be unspecified ({value})"
        findings.append(invalid(path, value, detail, code="ip-unspecified"))


def check_legacy_cidr(value: str, path: str, rules: Rules, findings: list[Finding]) -> None:
    """Judge a CIDR block of a field older than strict parsing (`IsValidCIDRForLegacyField`)."""
    network = parse_sloppy_cidr(value)
    if network is None:
        findings.append(invalid(path, value, _NOT_A_CIDR, code="cidr-syntax"))
    elif rules.strict_addresses:
        base, _, length = value.partition("/")
        address = _parse_strict(base)
        if address is None or (len(length) > 1 and length[0] == "0"):
            detail = "must not have leading 0s in IP or prefix length"
            findings.append(invalid(path, value, detail, code="cidr-leading-zeros"))
        elif isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            detail = "must not have an IPv4-mapped IPv6 address"
            findings.append(invalid(path, value, detail, code="cidr-mapped"))
        elif address != network.network_address:
            detail = "must not have bits set beyond the prefix length"
            findings.append(invalid(path, value, detail, code="cidr-host-bits"))


def parse_sloppy_ip(value: str) -> Address | None:
    """Read an address as Go 1.16 did (`ParseIPSloppy`); a mapped form is IPv4."""
    address = _parse_sloppy(value)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def parse_sloppy_cidr(value: str) -> Network | None:
    """Read a CIDR block as Go 1.16 did (`ParseCIDRSloppy`); a mapped form stays IPv6."""
    base, _, length = value.partition("/")
    digits = _PREFIX_LENGTH.fullmatch(length)
    address = _parse_sloppy(base) if digits else None
    if digits is None or address is None or int(digits[1]) > address.max_prefixlen:
        return None
    if isinstance(address, IPv4Address):
        return IPv4Network((int(address), int(digits[1])), strict=False)
    return IPv6Network((int(address), int(digits[1])), strict=False)


def _check_ip(value: str, path: str, *, strict: bool, findings: list[Finding]) -> Address | None:
    """Give the address where nothing is wrong with it (`parseIP`)."""
    address = _parse_strict(value)
    if address is None:
        if _parse_sloppy(value) is None:
            findings.append(invalid(path, value, _NOT_AN_ADDRESS, code="ip-syntax"))
        elif strict:
            findings.append(
                invalid(path, value, "must not have leading 0s", code="ip-leading-zeros")
            )
    elif strict and isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        detail = "must not be an IPv4-mapped IPv6 address"
        findings.append(invalid(path, value, detail, code="ip-mapped"))
        return None
    return address


@lru_cache(maxsize=4096)
def _parse_strict(value: str) -> Address | None:
    if "%" in value:
        return None
    try:
        return IPv6Address(value) if ":" in value else IPv4Address(value)
    except AddressValueError:
        return None


def _parse_sloppy(value: str) -> Address | None:
    return _parse_strict(value) or _parse_strict(_LEADING_ZEROS.sub("", value))
