"""IP addresses of endpoints: read, made canonical, and judged as the API server judges them."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Literal

Family = Literal["IPv4", "IPv6"]
"""An IP family, as `spec.ipFamilies` and `addressType` spell it."""

FAMILIES: tuple[Family, Family] = ("IPv4", "IPv6")
"""Both families, in the order in which their objects are declared."""

_LEADING_ZEROS = re.compile(r"(?<![0-9A-Fa-f])0+(?=[0-9A-Fa-f])")
_NOT_AN_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
_LOOPBACK = "may not be in the loopback range (127.0.0.0/8, ::1/128)"
_LINK_LOCAL = "may not be in the link-local range (169.254.0.0/16, fe80::/10)"
_LINK_LOCAL_MULTICAST = "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"


@dataclass(frozen=True, slots=True)
class Address:
    """An address that an endpoint can have."""

    text: str
    """Its canonical form (RFC 5952 for IPv6)."""
    family: Family


def parse_address(text: str) -> Address | str:
    """Read the address of an endpoint, or say why it cannot be one.

    The rules are those of `ValidateEndpointIP` and, strict on every version, those that
    Kubernetes 1.36 turned on (`StrictIPCIDRValidation`): no leading zeros, no IPv4-mapped IPv6.
    An IPv6 address that is merely not canonical is taken and made so.
    """
    if ":" in text:
        return _parse_v6(text)
    try:
        packed = IPv4Address(text).packed
    except AddressValueError:
        return _refusal(text, IPv4Address)
    first = packed[0]
    if first == 127:
        return _LOOPBACK
    if first == 169 and packed[1] == 254:
        return _LINK_LOCAL
    if packed[:3] == b"\xe0\x00\x00":
        return _LINK_LOCAL_MULTICAST
    if packed == b"\x00\x00\x00\x00":
        return "may not be unspecified (0.0.0.0)"
    return Address(text, "IPv4")


def _parse_v6(text: str) -> Address | str:
    try:
        address = IPv6Address(text)
    except AddressValueError:
        return _refusal(text, IPv6Address)
    if address.scope_id is not None:
        return _NOT_AN_ADDRESS
    if address.ipv4_mapped is not None:
        return "must not be an IPv4-mapped IPv6 address"
    packed = address.packed
    if address.is_unspecified:
        return "may not be unspecified (0.0.0.0)"
    if address.is_loopback:
        return _LOOPBACK
    if packed[0] == 0xFE and packed[1] & 0xC0 == 0x80:
        return _LINK_LOCAL
    if packed[0] == 0xFF and packed[1] & 0x0F == 2:
        return _LINK_LOCAL_MULTICAST
    return Address(address.compressed, "IPv6")


def _refusal(text: str, kind: type[IPv4Address] | type[IPv6Address]) -> str:
    """Say why `text` is no address: it would be one without its leading zeros, or not at all."""
    stripped = _LEADING_ZEROS.sub("", text)
    if stripped == text or "%" in text:
        return _NOT_AN_ADDRESS
    try:
        kind(stripped)
    except AddressValueError:
        return _NOT_AN_ADDRESS
    return "must not have leading 0s"
