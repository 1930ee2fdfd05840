"""The addresses of an EndpointSlice's endpoints, by its `addressType`."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.findings import Finding, invalid, required, too_many
from ...core.rules import RuleBook
from ...core.syntax import dns_label, dns_subdomain
from ...core.versions import Rules
from ..ip import IP_SYNTAX, check_canonical_ip, check_endpoint_ip, check_legacy_ip, parse_sloppy_ip
from ..walk import below, each

RULES = RuleBook()
ADDRESSES_REQUIRED = RULES.rule(
    "slice-addresses-required", "An endpoint of a slice has an address."
)
ADDRESSES_COUNT = RULES.rule(
    "slice-addresses-count", "An endpoint of a slice has at most 100 addresses."
)
ADDRESS_FAMILY = RULES.rule(
    "slice-address-family", "An EndpointSlice's addresses are of the family of its addressType."
)
FQDN_REQUIRED = RULES.rule("slice-fqdn-required", "An address of an FQDN slice is not empty.")
FQDN = RULES.rule("slice-fqdn", "An address of an FQDN slice is an RFC 1123 subdomain.")
FQDN_SEGMENTS = RULES.rule(
    "slice-fqdn-segments", "An address of an FQDN slice has at least two segments."
)
FQDN_LABEL = RULES.rule(
    "slice-fqdn-label", "A segment of an address of an FQDN slice has at most 63 bytes."
)

_MAX_ADDRESSES = 100
_MIN_SEGMENTS = 2

Decoded = Mapping[str, Any]


def check_addresses(addresses: Sequence[str], address_type: str, rules: Rules) -> list[Finding]:
    """Validate the addresses of one endpoint, with paths that begin at their list."""
    findings = _count(addresses, rules)
    for place, address in enumerate(addresses):
        if address_type == "FQDN":
            _check_fqdn(address, f"[{place}]", findings)
        elif address_type in ("IPv4", "IPv6"):
            _check_ip(address, address_type, f"[{place}]", rules, findings)
    return findings


def _count(addresses: Sequence[str], rules: Rules) -> list[Finding]:
    if not addresses:
        detail = "" if rules.generated else "must contain at least 1 address"
        return [required("", detail, rule=ADDRESSES_REQUIRED)]
    if len(addresses) > _MAX_ADDRESSES:
        count = len(addresses)
        return [too_many("", count, _MAX_ADDRESSES, rule=ADDRESSES_COUNT)]
    return []


def count_all(endpoints: Sequence[Decoded], rules: Rules) -> list[Finding]:
    """Validate how many addresses each endpoint has, even if there are too many endpoints."""
    return each(
        endpoints,
        lambda endpoint: below("addresses", _count(endpoint.get("addresses", ()), rules)),
        "endpoints",
    )


def _check_ip(address: str, family: str, path: str, rules: Rules, findings: list[Finding]) -> None:
    """Validate an IP address, and its family and range if it can be parsed."""
    if rules.sloppy_slices:
        _check_sloppy_ip(address, family, path, findings)
        return
    before = len(findings)
    if family == "IPv4":
        check_legacy_ip(address, path, rules, findings)
    else:
        check_canonical_ip(address, path, findings)
    if len(findings) == before:
        if _family(address) != family:
            detail = f"must be an {family} address"
            findings.append(invalid("", address, detail, rule=ADDRESS_FAMILY))
        check_endpoint_ip(address, path, findings)


def _check_sloppy_ip(address: str, family: str, path: str, findings: list[Finding]) -> None:
    """Validate an IP address as before 1.33: in any form, and its range in any case."""
    found = _family(address)
    if found != family:
        rule = ADDRESS_FAMILY if found else IP_SYNTAX
        findings.append(invalid(path, address, f"must be a valid {family} address", rule=rule))
    check_endpoint_ip(address, path, findings)


def _family(address: str) -> str:
    """Return the family of an address, or an empty text if it is not an address."""
    parsed = parse_sloppy_ip(address)
    return f"IPv{parsed.version}" if parsed else ""


def _check_fqdn(address: str, path: str, findings: list[Finding]) -> None:
    """Validate a domain name (`IsFullyQualifiedDomainName`); only the first error is reported."""
    if not address:
        findings.append(required(path, rule=FQDN_REQUIRED))
        return
    name = address.removesuffix(".")
    reasons = dns_subdomain(name)
    if reasons:
        findings.append(invalid(path, name, ",".join(reasons), rule=FQDN))
        return
    segments = name.split(".")
    if len(segments) < _MIN_SEGMENTS:
        detail = "should be a domain with at least two segments separated by dots"
        findings.append(invalid(path, name, detail, rule=FQDN_SEGMENTS))
        return
    for segment in segments:
        reasons = dns_label(segment)
        if reasons:
            findings.append(invalid(path, segment, ",".join(reasons), rule=FQDN_LABEL))
            return
