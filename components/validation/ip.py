"""IP addresses and CIDR blocks as the API server reads and validates them.

Its parser is that of Go 1.16 (`ParseIPSloppy`): it ignores leading zeros, refuses zones, and reads
IPv4-mapped IPv6 as IPv4. Further rules depend on the field.
"""

from ipaddress import IPv4Address, IPv6Address

from ..core.addresses import (
    LEADING_ZEROS,
    MAPPED,
    NOT_AN_ADDRESS,
    SPECIAL_RANGES,
    read_ip,
    read_sloppy_ip,
    special_range,
)
from ..core.cidrs import NOT_A_CIDR, OBJECTIONS, parse_sloppy_cidr, strict_objection
from ..core.findings import Finding, invalid
from ..core.rules import RuleBook
from ..core.versions import Rules

RULES = RuleBook()
IP_SYNTAX = RULES.rule("ip-syntax", "An IP address is one that the API server can read.")
IP_LEADING_ZEROS = RULES.rule(
    "ip-leading-zeros", "An IP address has no leading zeros (from 1.36; IPv6 slices: always)."
)
IP_MAPPED = RULES.rule(
    "ip-mapped", "An IP address is not in IPv4-mapped IPv6 form (from 1.36; IPv6 slices: always)."
)
IP_CANONICAL = RULES.rule(
    "ip-canonical", "An IPv6 address of an EndpointSlice is in the form of RFC 5952."
)
IP_UNSPECIFIED = RULES.rule("ip-unspecified", "An endpoint's address is not 0.0.0.0 or ::.")
IP_LOOPBACK = RULES.rule("ip-loopback", "An endpoint's address is not in the loopback range.")
IP_LINK_LOCAL = RULES.rule("ip-link-local", "An endpoint's address is not in the link-local range.")
IP_LINK_LOCAL_MULTICAST = RULES.rule(
    "ip-link-local-multicast", "An endpoint's address is not in the link-local multicast range."
)
CIDR_SYNTAX = RULES.rule("cidr-syntax", "A CIDR block is one that the API server can read.")
CIDR_LEADING_ZEROS = RULES.rule(
    "cidr-leading-zeros", "A CIDR block has no leading zeros (from 1.36)."
)
CIDR_MAPPED = RULES.rule("cidr-mapped", "A CIDR block has no IPv4-mapped IPv6 address (from 1.36).")
CIDR_HOST_BITS = RULES.rule(
    "cidr-host-bits", "A CIDR block has no bits set beyond its prefix length (from 1.36)."
)

Address = IPv4Address | IPv6Address


def check_legacy_ip(value: str, path: str, rules: Rules, findings: list[Finding]) -> None:
    """Validate an address in a field older than strict parsing (`IsValidIPForLegacyField`)."""
    _check_ip(value, path, strict=rules.strict_addresses, findings=findings)


def check_canonical_ip(value: str, path: str, findings: list[Finding]) -> None:
    """Validate an address that must be strict and canonical on every version (`IsValidIP`)."""
    address = _check_ip(value, path, strict=True, findings=findings)
    if address is not None and value != str(address):
        detail = f'must be in canonical form ("{address}")'
        findings.append(invalid(path, value, detail, rule=IP_CANONICAL))


def check_endpoint_ip(value: str, path: str, findings: list[Finding]) -> None:
    """Validate that endpoints may have this address (`ValidateEndpointIP`)."""
    address = parse_sloppy_ip(value)
    if address is None:
        findings.append(invalid(path, value, "must be a valid IP address", rule=IP_SYNTAX))
        return
    special = special_range(address.packed)
    if special:
        detail = SPECIAL_RANGES[special]
        if special == "unspecified":
            detail = f"may not be unspecified ({value})"
        findings.append(invalid(path, value, detail, rule=RULES[f"ip-{special}"]))


def check_legacy_cidr(value: str, path: str, rules: Rules, findings: list[Finding]) -> None:
    """Validate a CIDR block in a field older than strict parsing (`IsValidCIDRForLegacyField`)."""
    network = parse_sloppy_cidr(value)
    if network is None:
        findings.append(invalid(path, value, NOT_A_CIDR, rule=CIDR_SYNTAX))
    elif rules.strict_addresses and (objection := strict_objection(value, network)):
        findings.append(
            invalid(path, value, OBJECTIONS[objection], rule=RULES[f"cidr-{objection}"])
        )


def parse_sloppy_ip(value: str) -> Address | None:
    """Read an address as Go 1.16 did (`ParseIPSloppy`); IPv4-mapped IPv6 is IPv4."""
    address = read_sloppy_ip(value)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _check_ip(value: str, path: str, *, strict: bool, findings: list[Finding]) -> Address | None:
    """Return the address if it has no error, else None (`parseIP`)."""
    address = read_ip(value)
    if address is None:
        if read_sloppy_ip(value) is None:
            findings.append(invalid(path, value, NOT_AN_ADDRESS, rule=IP_SYNTAX))
        elif strict:
            findings.append(invalid(path, value, LEADING_ZEROS, rule=IP_LEADING_ZEROS))
    elif strict and isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        findings.append(invalid(path, value, MAPPED, rule=IP_MAPPED))
        return None
    return address
