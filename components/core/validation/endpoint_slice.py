"""discovery.k8s.io/v1 EndpointSlice (`ValidateEndpointSlice`)."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from ..findings import NULL, Finding, duplicate, invalid, not_supported, required, too_many
from ..syntax import dns_label, dns_subdomain, label_value, port_number, qualified_name
from ..versions import Rules
from . import shapes
from .ip import check_canonical_ip, check_endpoint_ip, check_legacy_ip, parse_sloppy_ip
from .metadata import OBJECT_REFERENCE, check_metadata
from .metadata import SHAPE as METADATA
from .protocols import check_protocol
from .walk import against, below, each, last

RULES = {
    "slice-address-type-required": "An EndpointSlice says the type of its addresses.",
    "slice-address-type": "An EndpointSlice's addressType is IPv4, IPv6 or FQDN.",
    "slice-address-type-immutable": "An EndpointSlice's addressType does not change.",
    "slice-ports-count": "An EndpointSlice has at most 20000 ports.",
    "slice-port-name": "An EndpointSlice's port has no name or an RFC 1123 label.",
    "slice-port-name-duplicate": "An EndpointSlice's ports differ in name, whatever the protocol.",
    "slice-port-protocol": "An EndpointSlice's port is TCP, UDP or SCTP.",
    "slice-app-protocol": "An EndpointSlice's appProtocol is a qualified name.",
    "slice-port-number": "An EndpointSlice's port number is 1 to 65535 or absent. The API server "
    "takes any; kube-proxy ignores 0, and hands on the rest to the node's packet filter.",
    "slice-endpoints-count": "An EndpointSlice has at most 1000 endpoints.",
    "slice-addresses-required": "An endpoint of a slice has an address.",
    "slice-addresses-count": "An endpoint of a slice has at most 100 addresses.",
    "slice-address-family": "An EndpointSlice's addresses are of the family of its addressType.",
    "slice-fqdn-required": "An address of an FQDN slice is not empty.",
    "slice-fqdn": "An address of an FQDN slice is an RFC 1123 subdomain.",
    "slice-fqdn-segments": "An address of an FQDN slice has at least two segments.",
    "slice-fqdn-label": "A segment of an address of an FQDN slice has at most 63 bytes.",
    "slice-node-name": "An endpoint's nodeName is an RFC 1123 subdomain.",
    "slice-hostname": "An endpoint's hostname is an RFC 1123 label.",
    "slice-zone-hints-count": "An endpoint of a slice has hints for at most 8 zones.",
    "slice-zone-hint-duplicate": "An endpoint's hints name a zone once.",
    "slice-zone-hint": "A zone in an endpoint's hints has the form of a label's value.",
    "slice-node-hints-count": "An endpoint of a slice has hints for at most 8 nodes.",
    "slice-node-hint-duplicate": "An endpoint's hints name a node once.",
    "slice-node-hint": "A node in an endpoint's hints is an RFC 1123 subdomain.",
}

_NAMED = shapes.ListOf(shapes.Struct({"name": shapes.STRING}))
_PORT = shapes.Struct(
    {
        "name": shapes.STRING,
        "protocol": shapes.STRING,
        "port": shapes.INT32,
        "appProtocol": shapes.STRING,
    }
)


def _shape(*hints: str) -> shapes.Struct:
    endpoint = shapes.Struct(
        {
            "addresses": shapes.STRINGS,
            "conditions": shapes.Struct(
                {"ready": shapes.BOOL, "serving": shapes.BOOL, "terminating": shapes.BOOL}
            ),
            "hostname": shapes.STRING,
            "targetRef": OBJECT_REFERENCE,
            "deprecatedTopology": shapes.STRING_MAP,
            "nodeName": shapes.STRING,
            "zone": shapes.STRING,
            "hints": shapes.Struct(dict.fromkeys(hints, _NAMED)),
        }
    )
    return shapes.Struct(
        {
            "apiVersion": shapes.STRING,
            "kind": shapes.STRING,
            "metadata": METADATA,
            "addressType": shapes.STRING,
            "endpoints": shapes.ListOf(endpoint),
            "ports": shapes.ListOf(_PORT),
        }
    )


SHAPE = _shape("forZones", "forNodes")
SHAPE_WITHOUT_NODE_HINTS = _shape("forZones")
"""The shape before 1.33."""

_TYPE_CODES_OF_UPDATES = frozenset({"slice-address-type-required", "slice-address-type-immutable"})
_TYPE_CODES = _TYPE_CODES_OF_UPDATES | {"slice-address-type"}
_ADDRESSES_CODES = frozenset({"slice-addresses-required", "slice-addresses-count"})
"""What generated validators judge, of the type first."""
_ADDRESS_TYPES = ("FQDN", "IPv4", "IPv6")
_MAX_ENDPOINTS = 1000
_MAX_ADDRESSES = 100
_MAX_PORTS = 20000
_MAX_HINTS = 8
_MIN_SEGMENTS = 2

Plain = Mapping[str, Any]


class _Hints(NamedTuple):
    """The hints of one kind, which say for which zones or nodes an endpoint is."""

    field: str
    code: str
    """Of the rule for a name; those of the others begin with it."""
    reasons: Callable[[str], list[str]]
    """Gives the reasons against a name."""


_ZONES = _Hints("forZones", "slice-zone-hint", label_value)
_NODES = _Hints("forNodes", "slice-node-hint", dns_subdomain)


def judge(
    new: dict[str, Any], old: dict[str, Any] | None, rules: Rules, findings: list[Finding]
) -> None:
    """Judge an EndpointSlice that is created, or that updates `old`."""
    check_metadata(new, old, dns_subdomain, rules, findings, rename=True)
    found = _own(new, old, rules)
    if rules.generated:
        codes = _TYPE_CODES if old is None else _TYPE_CODES_OF_UPDATES
        found = last(last(found, codes), _ADDRESSES_CODES)
    findings += found
    findings += each(new.get("ports", ()), _check_port_number, "ports")


def _own(new: dict[str, Any], old: dict[str, Any] | None, rules: Rules) -> list[Finding]:
    """Judge all but the metadata, as the API server's handwritten validation does."""
    findings: list[Finding] = []
    address_type: str = new.get("addressType", "")
    _check_address_type(address_type, findings)
    of_ports = _check_ports(new.get("ports", ()))
    endpoints: Sequence[Plain] = new.get("endpoints", ())
    of_endpoints = _check_endpoints(endpoints, address_type, rules)
    stored = old if rules.endpoints_may_stay else None
    if of_endpoints and stored is not None and _same(endpoints, stored.get("endpoints", ())):
        of_endpoints = []
    findings += of_endpoints + of_ports if rules.sloppy_slices else of_ports + of_endpoints
    if old is not None and address_type != old.get("addressType", ""):
        shown = NULL if rules.generated else address_type
        detail, code = "field is immutable", "slice-address-type-immutable"
        findings.append(invalid("addressType", shown, detail, code=code))
    return findings


def _check_address_type(address_type: str, findings: list[Finding]) -> None:
    if not address_type:
        findings.append(required("addressType", code="slice-address-type-required"))
    elif address_type not in _ADDRESS_TYPES:
        findings.append(
            not_supported("addressType", address_type, _ADDRESS_TYPES, "slice-address-type")
        )


def _check_ports(ports: Sequence[Plain]) -> list[Finding]:
    if len(ports) > _MAX_PORTS:
        return [too_many("ports", len(ports), _MAX_PORTS, code="slice-ports-count")]
    names: set[str] = set()
    return each(ports, partial(_check_port, names=names), "ports")


def _check_port(port: Plain, names: set[str]) -> list[Finding]:
    """Judge a port; `names` are those of the ports before it."""
    findings: list[Finding] = []
    name = port.get("name", "")
    if name:
        findings += against("name", name, dns_label, "slice-port-name")
    if name in names:
        findings.append(duplicate("name", name, code="slice-port-name-duplicate"))
    names.add(name)
    findings += check_protocol(port.get("protocol", "TCP"), "slice-port-protocol")
    app_protocol = port.get("appProtocol")
    if app_protocol is not None:
        findings += against("appProtocol", app_protocol, qualified_name, "slice-app-protocol")
    return findings


def _check_port_number(port: Plain) -> list[Finding]:
    """Refuse what the API server takes and no node can use: the one rule beyond its own."""
    number = port.get("port")
    return [] if number is None else against("port", number, port_number, "slice-port-number")


def _check_endpoints(endpoints: Sequence[Plain], address_type: str, rules: Rules) -> list[Finding]:
    if len(endpoints) > _MAX_ENDPOINTS:
        count = len(endpoints)
        found = too_many("endpoints", count, _MAX_ENDPOINTS, code="slice-endpoints-count")
        return [found, *_count_all(endpoints, rules)] if rules.generated else [found]
    check = partial(_check_endpoint, address_type=address_type, rules=rules)
    return each(endpoints, check, "endpoints")


def _check_endpoint(endpoint: Plain, address_type: str, rules: Rules) -> list[Finding]:
    addresses: Sequence[str] = endpoint.get("addresses", ())
    findings = below("addresses", _check_addresses(addresses, address_type, rules))
    node = endpoint.get("nodeName")
    if node is not None:
        findings += against("nodeName", node, dns_subdomain, "slice-node-name")
    hostname = endpoint.get("hostname")
    if hostname is not None:
        findings += against("hostname", hostname, dns_label, "slice-hostname")
    hints = endpoint.get("hints")
    if hints:
        findings += below("hints", _check_hints(hints, rules))
    return findings


def _check_addresses(addresses: Sequence[str], address_type: str, rules: Rules) -> list[Finding]:
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
        return [required("", detail, code="slice-addresses-required")]
    if len(addresses) > _MAX_ADDRESSES:
        count = len(addresses)
        return [too_many("", count, _MAX_ADDRESSES, code="slice-addresses-count")]
    return []


def _count_all(endpoints: Sequence[Plain], rules: Rules) -> list[Finding]:
    """Judge how many addresses each endpoint has, which is asked of too many endpoints as well."""
    return each(
        endpoints,
        lambda endpoint: below("addresses", _count(endpoint.get("addresses", ()), rules)),
        "endpoints",
    )


def _check_ip(address: str, family: str, path: str, rules: Rules, findings: list[Finding]) -> None:
    """Judge an IP address; its family and range only where it is one."""
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
            findings.append(invalid("", address, detail, code="slice-address-family"))
        check_endpoint_ip(address, path, findings)


def _check_sloppy_ip(address: str, family: str, path: str, findings: list[Finding]) -> None:
    """Judge an IP address as before 1.33: in whatever form, and its range in any case."""
    found = _family(address)
    if found != family:
        code = "slice-address-family" if found else "ip-syntax"
        findings.append(invalid(path, address, f"must be a valid {family} address", code=code))
    check_endpoint_ip(address, path, findings)


def _family(address: str) -> str:
    """Give the family of an address, or nothing where it is none."""
    parsed = parse_sloppy_ip(address)
    return f"IPv{parsed.version}" if parsed else ""


def _check_fqdn(address: str, path: str, findings: list[Finding]) -> None:
    """Judge a domain name (`IsFullyQualifiedDomainName`); only its first fault is given."""
    if not address:
        findings.append(required(path, code="slice-fqdn-required"))
        return
    name = address.removesuffix(".")
    reasons = dns_subdomain(name)
    if reasons:
        findings.append(invalid(path, name, ",".join(reasons), code="slice-fqdn"))
        return
    segments = name.split(".")
    if len(segments) < _MIN_SEGMENTS:
        detail = "should be a domain with at least two segments separated by dots"
        findings.append(invalid(path, name, detail, code="slice-fqdn-segments"))
        return
    for segment in segments:
        reasons = dns_label(segment)
        if reasons:
            findings.append(invalid(path, segment, ",".join(reasons), code="slice-fqdn-label"))
            return


def _check_hints(hints: Plain, rules: Rules) -> list[Finding]:
    """Judge hints; too many zones hide what is wrong with the nodes."""
    findings: list[Finding] = []
    for field, code, reasons in (_ZONES, _NODES) if rules.node_hints else (_ZONES,):
        named: Sequence[Plain] = hints.get(field, ())
        if len(named) > _MAX_HINTS:
            findings.append(too_many(field, len(named), _MAX_HINTS, code=f"{code}s-count"))
            return findings
        seen: set[str] = set()
        for index, one in enumerate(named):
            name = one.get("name", "")
            path = f"{field}[{index}].name"
            if name in seen:
                findings.append(duplicate(path, name, code=f"{code}-duplicate"))
            seen.add(name)
            findings += against(path, name, reasons, code)
    return findings


def _same(new: Sequence[Plain], old: Sequence[Plain]) -> bool:
    """Tell whether an update leaves the endpoints alone, so that they are not judged again."""
    return len(new) == len(old) and all(map(_same_endpoint, new, old))


def _same_endpoint(new: Plain, old: Plain) -> bool:
    """Compare all but `deprecatedTopology`, which is dropped before it is looked at."""
    return (
        new.get("addresses", []) == old.get("addresses", [])
        and new.get("conditions", {}) == old.get("conditions", {})
        and all(new.get(field) == old.get(field) for field in ("hostname", "nodeName", "zone"))
        and _filled(new.get("targetRef")) == _filled(old.get("targetRef"))
        and _hinted(new.get("hints")) == _hinted(old.get("hints"))
    )


def _filled(reference: Plain | None) -> Plain | None:
    """Give a reference without empty fields, which equal absent ones."""
    return reference and {field: value for field, value in reference.items() if value}


def _hinted(hints: Plain | None) -> list[list[str]] | None:
    """Give the names that hints hold."""
    if hints is None:
        return None
    return [[one.get("name", "") for one in hints.get(kind.field, ())] for kind in (_ZONES, _NODES)]
