"""CIDR blocks, read and judged as the API server judges them, strict on every version."""

import re
from ipaddress import IPv4Network, IPv6Network

Network = IPv4Network | IPv6Network

GO_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""What Go's `strings.TrimSpace` trims; Python's `strip` trims U+001C to U+001F too."""

_NOT_A_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"


def parse_cidr(text: str) -> Network | str:
    """Read a CIDR block, or say why it is none (`IsValidCIDR` with `StrictIPCIDRValidation`)."""
    base, slash, length = text.partition("/")
    if not slash or not re.fullmatch(r"\d{1,3}", length, re.ASCII) or "%" in base:
        return _NOT_A_CIDR
    if len(length) > 1 and length.startswith("0"):
        return "must not have leading 0s in IP or prefix length"
    try:
        network = (IPv6Network if ":" in base else IPv4Network)(text, strict=False)
    except ValueError:
        leading = re.search(r"(^|[.:])0\d+(\.|$)", base)
        return "must not have leading 0s in IP or prefix length" if leading else _NOT_A_CIDR
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped is not None:
        return "must not have an IPv4-mapped IPv6 address"
    given = base if isinstance(network, IPv4Network) else str(_canonical(base))
    if given != str(network.network_address):
        return "must not have bits set beyond the prefix length"
    return network


def _canonical(base: str) -> str:
    return str(IPv6Network(f"{base}/128").network_address)
