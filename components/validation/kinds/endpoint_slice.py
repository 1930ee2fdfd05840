"""discovery.k8s.io/v1 EndpointSlice (`ValidateEndpointSlice`)."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from sys import intern
from typing import Any, NamedTuple

from ...core.findings import NULL, Finding, duplicate, invalid, not_supported, required, too_many
from ...core.metadata import MANAGED_BY_LABEL, SERVICE_NAME_LABEL
from ...core.rules import Rule, RuleBook
from ...core.syntax import dns_label, dns_subdomain, label_value, port_number, qualified_name
from ...core.versions import Rules
from .. import shapes
from ..object_meta import OBJECT_REFERENCE, check_metadata
from ..object_meta import SHAPE as METADATA
from ..object_set import (
    CONTROLLERS,
    Endpoint,
    Group,
    ObjectSet,
    Slice,
    endpoint_ports,
    namespace_of,
)
from ..protocols import check_protocol
from ..untyped import items, mapping, text
from ..walk import against, below, each, last
from . import slice_addresses
from .kind_spec import KindSpec
from .slice_addresses import ADDRESSES_COUNT, ADDRESSES_REQUIRED, check_addresses, count_all

RULES = RuleBook(slice_addresses.RULES)
ADDRESS_TYPE_REQUIRED = RULES.rule(
    "slice-address-type-required", "An EndpointSlice says the type of its addresses."
)
ADDRESS_TYPE = RULES.rule(
    "slice-address-type", "An EndpointSlice's addressType is IPv4, IPv6 or FQDN."
)
ADDRESS_TYPE_IMMUTABLE = RULES.rule(
    "slice-address-type-immutable", "An EndpointSlice's addressType does not change."
)
PORTS_COUNT = RULES.rule("slice-ports-count", "An EndpointSlice has at most 20000 ports.")
PORT_NAME = RULES.rule(
    "slice-port-name", "An EndpointSlice's port has no name or an RFC 1123 label."
)
PORT_NAME_DUPLICATE = RULES.rule(
    "slice-port-name-duplicate", "An EndpointSlice's ports differ in name, whatever the protocol."
)
PORT_PROTOCOL = RULES.rule("slice-port-protocol", "An EndpointSlice's port is TCP, UDP or SCTP.")
APP_PROTOCOL = RULES.rule(
    "slice-app-protocol", "An EndpointSlice's appProtocol is a qualified name."
)
PORT_NUMBER = RULES.rule(
    "slice-port-number",
    "An EndpointSlice's port number is 1 to 65535 or absent. The API server takes any; kube-proxy"
    " ignores 0, and hands on the rest to the node's packet filter.",
)
ENDPOINTS_COUNT = RULES.rule(
    "slice-endpoints-count", "An EndpointSlice has at most 1000 endpoints."
)
NODE_NAME = RULES.rule("slice-node-name", "An endpoint's nodeName is an RFC 1123 subdomain.")
HOSTNAME = RULES.rule("slice-hostname", "An endpoint's hostname is an RFC 1123 label.")
ZONE_HINTS_COUNT = RULES.rule(
    "slice-zone-hints-count", "An endpoint of a slice has hints for at most 8 zones."
)
ZONE_HINT_DUPLICATE = RULES.rule(
    "slice-zone-hint-duplicate", "An endpoint's hints name a zone once."
)
ZONE_HINT = RULES.rule(
    "slice-zone-hint", "A zone in an endpoint's hints has the form of a label's value."
)
NODE_HINTS_COUNT = RULES.rule(
    "slice-node-hints-count", "An endpoint of a slice has hints for at most 8 nodes."
)
NODE_HINT_DUPLICATE = RULES.rule(
    "slice-node-hint-duplicate", "An endpoint's hints name a node once."
)
NODE_HINT = RULES.rule("slice-node-hint", "A node in an endpoint's hints is an RFC 1123 subdomain.")

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

_TYPE_RULES_OF_UPDATES = frozenset({ADDRESS_TYPE_REQUIRED, ADDRESS_TYPE_IMMUTABLE})
_TYPE_RULES = _TYPE_RULES_OF_UPDATES | {ADDRESS_TYPE}
_ADDRESSES_RULES = frozenset({ADDRESSES_REQUIRED, ADDRESSES_COUNT})
"""The rules that generated code checks from 1.37 on."""
_ADDRESS_TYPES = ("FQDN", "IPv4", "IPv6")
_MAX_ENDPOINTS = 1000
_MAX_PORTS = 20000
_MAX_HINTS = 8

Decoded = Mapping[str, Any]


class _Hints(NamedTuple):
    """The hints of one kind: the zones or nodes that an endpoint serves."""

    field: str
    rule: Rule
    """The rule for a name."""
    once: Rule
    limit: Rule
    reasons: Callable[[str], list[str]]
    """Returns the reasons against a name."""


_ZONES = _Hints("forZones", ZONE_HINT, ZONE_HINT_DUPLICATE, ZONE_HINTS_COUNT, label_value)
_NODES = _Hints("forNodes", NODE_HINT, NODE_HINT_DUPLICATE, NODE_HINTS_COUNT, dns_subdomain)


def validate(
    new: dict[str, Any], old: dict[str, Any] | None, rules: Rules, findings: list[Finding]
) -> None:
    """Validate an EndpointSlice that is created, or that updates `old`."""
    check_metadata(new, old, dns_subdomain, rules, findings, rename=True)
    found = _own(new, old, rules)
    if rules.generated:
        first = _TYPE_RULES if old is None else _TYPE_RULES_OF_UPDATES
        found = last(last(found, first), _ADDRESSES_RULES)
    findings += found
    findings += each(new.get("ports", ()), _check_port_number, "ports")


def _own(new: dict[str, Any], old: dict[str, Any] | None, rules: Rules) -> list[Finding]:
    """Validate everything except the metadata, as the API server's handwritten code does."""
    findings: list[Finding] = []
    address_type: str = new.get("addressType", "")
    _check_address_type(address_type, findings)
    of_ports = _check_ports(new.get("ports", ()))
    endpoints: Sequence[Decoded] = new.get("endpoints", ())
    of_endpoints = _check_endpoints(endpoints, address_type, rules)
    stored = old if rules.endpoints_may_stay else None
    if of_endpoints and stored is not None and _same(endpoints, stored.get("endpoints", ())):
        of_endpoints = []
    findings += of_endpoints + of_ports if rules.sloppy_slices else of_ports + of_endpoints
    if old is not None and address_type != old.get("addressType", ""):
        shown = NULL if rules.generated else address_type
        detail, rule = "field is immutable", ADDRESS_TYPE_IMMUTABLE
        findings.append(invalid("addressType", shown, detail, rule=rule))
    return findings


def _check_address_type(address_type: str, findings: list[Finding]) -> None:
    if not address_type:
        findings.append(required("addressType", rule=ADDRESS_TYPE_REQUIRED))
    elif address_type not in _ADDRESS_TYPES:
        findings.append(not_supported("addressType", address_type, _ADDRESS_TYPES, ADDRESS_TYPE))


def _check_ports(ports: Sequence[Decoded]) -> list[Finding]:
    if len(ports) > _MAX_PORTS:
        return [too_many("ports", len(ports), _MAX_PORTS, rule=PORTS_COUNT)]
    names: set[str] = set()
    return each(ports, partial(_check_port, names=names), "ports")


def _check_port(port: Decoded, names: set[str]) -> list[Finding]:
    """Validate a port; `names` are those of the ports before it."""
    findings: list[Finding] = []
    name = port.get("name", "")
    if name:
        findings += against("name", name, dns_label, PORT_NAME)
    if name in names:
        findings.append(duplicate("name", name, rule=PORT_NAME_DUPLICATE))
    names.add(name)
    findings += check_protocol(port.get("protocol", "TCP"), PORT_PROTOCOL)
    app_protocol = port.get("appProtocol")
    if app_protocol is not None:
        findings += against("appProtocol", app_protocol, qualified_name, APP_PROTOCOL)
    return findings


def _check_port_number(port: Decoded) -> list[Finding]:
    """Refuse port numbers that the API server accepts but no node can use: our only extra rule."""
    number = port.get("port")
    return [] if number is None else against("port", number, port_number, PORT_NUMBER)


def _check_endpoints(
    endpoints: Sequence[Decoded], address_type: str, rules: Rules
) -> list[Finding]:
    if len(endpoints) > _MAX_ENDPOINTS:
        count = len(endpoints)
        found = too_many("endpoints", count, _MAX_ENDPOINTS, rule=ENDPOINTS_COUNT)
        return [found, *count_all(endpoints, rules)] if rules.generated else [found]
    check = partial(_check_endpoint, address_type=address_type, rules=rules)
    return each(endpoints, check, "endpoints")


def _check_endpoint(endpoint: Decoded, address_type: str, rules: Rules) -> list[Finding]:
    addresses: Sequence[str] = endpoint.get("addresses", ())
    findings = below("addresses", check_addresses(addresses, address_type, rules))
    node = endpoint.get("nodeName")
    if node is not None:
        findings += against("nodeName", node, dns_subdomain, NODE_NAME)
    hostname = endpoint.get("hostname")
    if hostname is not None:
        findings += against("hostname", hostname, dns_label, HOSTNAME)
    hints = endpoint.get("hints")
    if hints:
        findings += below("hints", _check_hints(hints, rules))
    return findings


def _check_hints(hints: Decoded, rules: Rules) -> list[Finding]:
    """Validate hints; if there are too many zones, the nodes are not validated."""
    findings: list[Finding] = []
    for kind in (_ZONES, _NODES) if rules.node_hints else (_ZONES,):
        field = kind.field
        named: Sequence[Decoded] = hints.get(field, ())
        if len(named) > _MAX_HINTS:
            findings.append(too_many(field, len(named), _MAX_HINTS, rule=kind.limit))
            return findings
        seen: set[str] = set()
        for index, one in enumerate(named):
            name = one.get("name", "")
            path = f"{field}[{index}].name"
            if name in seen:
                findings.append(duplicate(path, name, rule=kind.once))
            seen.add(name)
            findings += against(path, name, kind.reasons, kind.rule)
    return findings


def _same(new: Sequence[Decoded], old: Sequence[Decoded]) -> bool:
    """Return whether an update leaves the endpoints alone, so that they are not validated again."""
    return len(new) == len(old) and all(map(_same_endpoint, new, old))


def _same_endpoint(new: Decoded, old: Decoded) -> bool:
    """Compare everything except `deprecatedTopology`, which is dropped before the comparison."""
    return (
        new.get("addresses", []) == old.get("addresses", [])
        and new.get("conditions", {}) == old.get("conditions", {})
        and all(new.get(field) == old.get(field) for field in ("hostname", "nodeName", "zone"))
        and _filled(new.get("targetRef")) == _filled(old.get("targetRef"))
        and _hinted(new.get("hints")) == _hinted(old.get("hints"))
    )


def _filled(reference: Decoded | None) -> Decoded | None:
    """Return a reference without empty fields, which equal absent ones."""
    return reference and {field: value for field, value in reference.items() if value}


def _hinted(hints: Decoded | None) -> list[list[str]] | None:
    """Return the names that hints hold."""
    if hints is None:
        return None
    return [[one.get("name", "") for one in hints.get(kind.field, ())] for kind in (_ZONES, _NODES)]


def _read_slice(objects: ObjectSet, index: int, manifest: Mapping[str, Any]) -> None:
    metadata = mapping(manifest.get("metadata"))
    labels = mapping(metadata.get("labels"))
    namespace = namespace_of(manifest)
    service = text(labels.get(SERVICE_NAME_LABEL))
    hand_made = not (
        text(labels.get(MANAGED_BY_LABEL)) in CONTROLLERS and items(metadata.get("ownerReferences"))
    )
    group = Group(
        index,
        "endpoints",
        intern(text(manifest.get("addressType"))),
        objects.dialled.share(endpoint_ports(manifest, "ports")),
        [
            _endpoint(intern(f"endpoints[{position}]"), mapping(endpoint))
            for position, endpoint in enumerate(items(manifest.get("endpoints"))[:_MAX_ENDPOINTS])
        ],
        hand_made,
    )
    if service:
        objects.groups.setdefault((namespace, service), []).append(group)
    if hand_made:
        objects.served.add(namespace)
        objects.slices.append(Slice(index, namespace, service, objects.manifests, group))


def _endpoint(path: str, endpoint: Mapping[str, Any]) -> Endpoint:
    addresses = items(endpoint.get("addresses"))
    conditions = mapping(endpoint.get("conditions"))
    hints = mapping(endpoint.get("hints"))
    return Endpoint(
        path,
        text(addresses[0]) if addresses else "",
        len(addresses),
        conditions.get("ready") is not False,
        conditions.get("serving") is not False,
        conditions.get("terminating") is True,
        bool(text(endpoint.get("nodeName"))),
        bool(items(hints.get("forZones")) or items(hints.get("forNodes"))),
        conditions.get("ready") is not None,
    )


SPEC = KindSpec(
    "discovery.k8s.io/v1",
    "EndpointSlice",
    "endpointslices",
    lambda rules: SHAPE_WITHOUT_NODE_HINTS if rules.unknown_node_hints else SHAPE,
    RULES,
    validate,
    _read_slice,
    removed={"discovery.k8s.io/v1alpha1": "1.21", "discovery.k8s.io/v1beta1": "1.25"},
    guesses={"addressType": ("IPv4", "IPv6", "FQDN"), "ports[].name": ("a",)},
)
