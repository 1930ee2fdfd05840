"""IP addresses of endpoints: reads, canonicalizes and validates them as the API server does."""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Literal

Family = Literal["IPv4", "IPv6"]
"""An IP family, as `spec.ipFamilies` and `addressType` spell it."""

FAMILIES: tuple[Family, Family] = ("IPv4", "IPv6")
"""Both families, in the order in which their objects are declared."""

NOT_AN_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
LEADING_ZEROS = "must not have leading 0s"
MAPPED = "must not be an IPv4-mapped IPv6 address"

SpecialRange = Literal["loopback", "link-local", "link-local-multicast", "unspecified"]

SPECIAL_RANGES: dict[SpecialRange, str] = {
    "loopback": "may not be in the loopback range (127.0.0.0/8, ::1/128)",
    "link-local": "may not be in the link-local range (169.254.0.0/16, fe80::/10)",
    "link-local-multicast": (
        "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"
    ),
    "unspecified": "may not be unspecified (0.0.0.0)",
}
"""Ranges that no endpoint may be in, and what `ValidateEndpointIP` says about each."""

_ZEROS = re.compile(r"(?<![0-9A-Fa-f])0+(?=[0-9A-Fa-f])")
_V4_BYTES = 4
_LOOPBACK_V6 = bytes(15) + b"\x01"


@dataclass(frozen=True, slots=True)
class Address:
    """An address that an endpoint can have."""

    text: str
    """Its canonical form (RFC 5952 for IPv6)."""
    family: Family


def parse_address(text: str) -> Address | str:
    """Read the address of an endpoint, or return the reason why it cannot be one.

    The rules are those of `ValidateEndpointIP` and, strict on every version, those that
    Kubernetes 1.36 turned on (`StrictIPCIDRValidation`): no leading zeros, no IPv4-mapped IPv6.
    An IPv6 address that is only not canonical is accepted and made canonical.
    """
    address = _read_strict(text)
    if isinstance(address, str):
        return address
    special = special_range(address.packed)
    return SPECIAL_RANGES[special] if special else _canonical(text, address)


def parse_ip(text: str) -> Address | str:
    """Read an address of any range by the same strict rules, or return why it is not one."""
    address = _read_strict(text)
    return address if isinstance(address, str) else _canonical(text, address)


def _read_strict(text: str) -> IPv4Address | IPv6Address | str:
    address = read_ip(text)
    if address is None:
        return NOT_AN_ADDRESS if read_sloppy_ip(text) is None else LEADING_ZEROS
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return MAPPED
    return address


def _canonical(text: str, address: IPv4Address | IPv6Address) -> Address:
    if isinstance(address, IPv4Address):
        return Address(text, "IPv4")
    return Address(address.compressed, "IPv6")


@lru_cache(maxsize=4096)
def read_ip(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address of any range strictly, or return None. An address with a zone is refused."""
    if "%" in text:
        return None
    try:
        return IPv6Address(text) if ":" in text else IPv4Address(text)
    except AddressValueError:
        return None


def read_sloppy_ip(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address as Go 1.16 did (`ParseIPSloppy`), which ignored leading zeros."""
    return read_ip(text) or read_ip(_ZEROS.sub("", text))


def special_range(packed: bytes) -> SpecialRange | None:
    """Return the range of an address that no endpoint can have, or None."""
    if len(packed) == _V4_BYTES:
        if packed[0] == 127:
            return "loopback"
        if packed[:2] == b"\xa9\xfe":
            return "link-local"
        if packed[:3] == b"\xe0\x00\x00":
            return "link-local-multicast"
    elif packed == _LOOPBACK_V6:
        return "loopback"
    elif packed[0] == 0xFE and packed[1] & 0xC0 == 0x80:
        return "link-local"
    elif packed[0] == 0xFF and packed[1] & 0x0F == 2:
        return "link-local-multicast"
    return None if any(packed) else "unspecified"
