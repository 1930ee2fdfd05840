"""discovery.k8s.io/v1 EndpointSlice (`ValidateEndpointSlice`)."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..findings import (
    Finding,
    duplicate,
    invalid,
    not_supported,
    required,
    too_many,
)
from ..syntax import dns_label, dns_subdomain, label_value, port_number, qualified_name
from ..versions import Rules
from . import shapes
from .ip import check_canonical_ip, check_endpoint_ip, check_legacy_ip, parse_sloppy_ip
from .metadata import OBJECT_REFERENCE, check_metadata
from .metadata import SHAPE as METADATA

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
_ENDPOINT = shapes.Struct(
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
        "hints": shapes.Struct({"forZones": _NAMED, "forNodes": _NAMED}),
    }
)
_PORT = shapes.Struct(
    {
        "name": shapes.STRING,
        "protocol": shapes.STRING,
        "port": shapes.INT32,
        "appProtocol": shapes.STRING,
    }
)
SHAPE = shapes.Struct(
    {
        "apiVersion": shapes.STRING,
        "kind": shapes.STRING,
        "metadata": METADATA,
        "addressType": shapes.STRING,
        "endpoints": shapes.ListOf(_ENDPOINT),
        "ports": shapes.ListOf(_PORT),
    }
)

_ADDRESS_TYPES = ("FQDN", "IPv4", "IPv6")
_PROTOCOLS = ("SCTP", "TCP", "UDP")
_MAX_ENDPOINTS = 1000
_MAX_ADDRESSES = 100
_MAX_PORTS = 20000
_MAX_HINTS = 8
_HINTS = ("forZones", "forNodes")
_MIN_SEGMENTS = 2

Plain = Mapping[str, Any]


def judge(
    new: dict[str, Any], old: dict[str, Any] | None, rules: Rules, findings: list[Finding]
) -> None:
    """Judge an EndpointSlice that is created, or that updates `old`."""
    check_metadata(new, old, dns_subdomain, findings, rename=True)
    address_type: str = new.get("addressType", "")
    _check_address_type(address_type, findings)
    ports: Sequence[Plain] = new.get("ports", ())
    _check_ports(ports, findings)
    endpoints: Sequence[Plain] = new.get("endpoints", ())
    against: list[Finding] = []
    _check_endpoints(endpoints, address_type, rules, against)
    if against and (old is None or not _same(endpoints, old.get("endpoints", ()))):
        findings += against
    if old is not None and address_type != old.get("addressType", ""):
        detail = "field is immutable"
        findings.append(
            invalid("addressType", address_type, detail, code="slice-address-type-immutable")
        )
    _check_port_numbers(ports, findings)


def _check_address_type(address_type: str, findings: list[Finding]) -> None:
    if not address_type:
        findings.append(required("addressType", code="slice-address-type-required"))
    elif address_type not in _ADDRESS_TYPES:
        findings.append(
            not_supported("addressType", address_type, _ADDRESS_TYPES, "slice-address-type")
        )


def _check_ports(ports: Sequence[Plain], findings: list[Finding]) -> None:
    if len(ports) > _MAX_PORTS:
        findings.append(too_many("ports", len(ports), _MAX_PORTS, code="slice-ports-count"))
        return
    names: set[str] = set()
    for index, port in enumerate(ports):
        name = port.get("name", "")
        if name:
            findings.extend(
                invalid(f"ports[{index}].name", name, reason, code="slice-port-name")
                for reason in dns_label(name)
            )
        if name in names:
            findings.append(
                duplicate(f"ports[{index}].name", name, code="slice-port-name-duplicate")
            )
        names.add(name)
        protocol = port.get("protocol", "TCP")
        if protocol not in _PROTOCOLS:
            path = f"ports[{index}].protocol"
            findings.append(not_supported(path, protocol, _PROTOCOLS, "slice-port-protocol"))
        app_protocol = port.get("appProtocol")
        if app_protocol is not None:
            findings.extend(
                invalid(
                    f"ports[{index}].appProtocol", app_protocol, reason, code="slice-app-protocol"
                )
                for reason in qualified_name(app_protocol)
            )


def _check_port_numbers(ports: Sequence[Plain], findings: list[Finding]) -> None:
    """Refuse what the API server takes and no node can use: the one rule beyond its own."""
    for index, port in enumerate(ports):
        number = port.get("port")
        if number is not None:
            findings.extend(
                invalid(f"ports[{index}].port", number, reason, code="slice-port-number")
                for reason in port_number(number)
            )


def _check_endpoints(
    endpoints: Sequence[Plain], address_type: str, rules: Rules, findings: list[Finding]
) -> None:
    if len(endpoints) > _MAX_ENDPOINTS:
        findings.append(
            too_many("endpoints", len(endpoints), _MAX_ENDPOINTS, code="slice-endpoints-count")
        )
        return
    for index, endpoint in enumerate(endpoints):
        _check_addresses(endpoint.get("addresses", ()), address_type, index, rules, findings)
        node = endpoint.get("nodeName")
        if node is not None:
            findings.extend(
                invalid(f"endpoints[{index}].nodeName", node, reason, code="slice-node-name")
                for reason in dns_subdomain(node)
            )
        hostname = endpoint.get("hostname")
        if hostname is not None:
            findings.extend(
                invalid(f"endpoints[{index}].hostname", hostname, reason, code="slice-hostname")
                for reason in dns_label(hostname)
            )
        hints = endpoint.get("hints")
        if hints:
            _check_hints(hints, f"endpoints[{index}].hints", rules, findings)


def _check_addresses(
    addresses: Sequence[str], address_type: str, index: int, rules: Rules, findings: list[Finding]
) -> None:
    if not addresses:
        path = f"endpoints[{index}].addresses"
        detail = "must contain at least 1 address"
        findings.append(required(path, detail, code="slice-addresses-required"))
    elif len(addresses) > _MAX_ADDRESSES:
        path = f"endpoints[{index}].addresses"
        findings.append(
            too_many(path, len(addresses), _MAX_ADDRESSES, code="slice-addresses-count")
        )
    against: list[Finding] = []
    for place, address in enumerate(addresses):
        if address_type == "FQDN":
            _check_fqdn(address, f"[{place}]", against)
        elif address_type in ("IPv4", "IPv6"):
            _check_ip(address, address_type, f"[{place}]", rules, against)
    findings.extend(finding.under(f"endpoints[{index}].addresses") for finding in against)


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


def _check_hints(hints: Plain, path: str, rules: Rules, findings: list[Finding]) -> None:
    """Judge hints; too many zones hide what is wrong with the nodes."""
    zones: Sequence[Plain] = hints.get("forZones", ())
    if len(zones) > _MAX_HINTS:
        findings.append(
            too_many(f"{path}.forZones", len(zones), _MAX_HINTS, code="slice-zone-hints-count")
        )
        return
    seen: set[str] = set()
    for index, zone in enumerate(zones):
        name = zone.get("name", "")
        where = f"{path}.forZones[{index}].name"
        if name in seen:
            findings.append(duplicate(where, name, code="slice-zone-hint-duplicate"))
        seen.add(name)
        findings.extend(
            invalid(where, name, reason, code="slice-zone-hint") for reason in label_value(name)
        )
    if rules.node_hints:
        _check_node_hints(hints.get("forNodes", ()), path, findings)


def _check_node_hints(nodes: Sequence[Plain], path: str, findings: list[Finding]) -> None:
    if len(nodes) > _MAX_HINTS:
        findings.append(
            too_many(f"{path}.forNodes", len(nodes), _MAX_HINTS, code="slice-node-hints-count")
        )
        return
    seen: set[str] = set()
    for index, node in enumerate(nodes):
        name = node.get("name", "")
        where = f"{path}.forNodes[{index}].name"
        if name in seen:
            findings.append(duplicate(where, name, code="slice-node-hint-duplicate"))
        seen.add(name)
        findings.extend(
            invalid(where, name, reason, code="slice-node-hint") for reason in dns_subdomain(name)
        )


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
    return [[one.get("name", "") for one in hints.get(kind, ())] for kind in _HINTS]
