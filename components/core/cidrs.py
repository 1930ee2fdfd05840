"""CIDR blocks: read and validated as the API server does, strictly for every version."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Literal

from .addresses import read_ip, read_sloppy_ip

Network = IPv4Network | IPv6Network

GO_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""The characters that Go's `strings.TrimSpace` trims; Python's `strip` trims four others too."""

NOT_A_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"

Objection = Literal["leading-zeros", "mapped", "host-bits"]

OBJECTIONS: dict[Objection, str] = {
    "leading-zeros": "must not have leading 0s in IP or prefix length",
    "mapped": "must not have an IPv4-mapped IPv6 address",
    "host-bits": "must not have bits set beyond the prefix length",
}
"""Why strict parsing refuses a block, and its message for each reason."""

_PREFIX_LENGTH = re.compile(r"0*([0-9]{1,3})")


def parse_cidr(text: str) -> Network | str:
    """Read a CIDR block, or return why it is not one (`IsValidCIDR`, `StrictIPCIDRValidation`)."""
    network = parse_sloppy_cidr(text)
    if network is None:
        return NOT_A_CIDR
    objection = strict_objection(text, network)
    return OBJECTIONS[objection] if objection else network


def parse_sloppy_cidr(text: str) -> Network | None:
    """Read a CIDR block as Go 1.16 did (`ParseCIDRSloppy`); an IPv4-mapped block stays IPv6."""
    base, _, length = text.partition("/")
    digits = _PREFIX_LENGTH.fullmatch(length)
    address = read_sloppy_ip(base) if digits else None
    if digits is None or address is None or int(digits[1]) > address.max_prefixlen:
        return None
    kind = IPv4Network if isinstance(address, IPv4Address) else IPv6Network
    return kind((int(address), int(digits[1])), strict=False)


def strict_objection(text: str, network: Network) -> Objection | None:
    """Return why strict parsing refuses a block that sloppy parsing read as `network`, or None."""
    base, _, length = text.partition("/")
    address = read_ip(base)
    if address is None or (len(length) > 1 and length[0] == "0"):
        return "leading-zeros"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return "mapped"
    return None if address == network.network_address else "host-bits"
