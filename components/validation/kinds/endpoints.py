"""v1 Endpoints, the object that EndpointSlices superseded (`ValidateEndpoints`)."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

from ...core.findings import Finding, required
from ...core.rules import RuleBook
from ...core.syntax import dns_label, dns_subdomain, port_number, qualified_name
from ...core.versions import Rules
from .. import shapes
from ..ip import check_endpoint_ip, check_legacy_ip
from ..object_meta import OBJECT_REFERENCE, check_metadata
from ..object_meta import SHAPE as METADATA
from ..object_set import Endpoint, Group, Legacy, ObjectSet, endpoint_ports, name_of, namespace_of
from ..protocols import check_protocol
from ..untyped import items, mapping, text
from ..walk import against, each
from .kind_spec import KindSpec

_MOST_ADDRESSES = 100_000
"""More addresses in one object than the API server accepts in one request."""
_LEADER = "control-plane.alpha.kubernetes.io/leader"
_TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time"
_ENDPOINTS_MANAGED_BY = "endpoints.kubernetes.io/managed-by"

RULES = RuleBook()
ADDRESSES_REQUIRED = RULES.rule(
    "endpoints-addresses-required", "A subset of an Endpoints has an address, ready or not."
)
HOSTNAME = RULES.rule(
    "endpoints-hostname", "An address of an Endpoints has no hostname or an RFC 1123 label."
)
NODE_NAME = RULES.rule(
    "endpoints-node-name", "An address of an Endpoints has an RFC 1123 subdomain for a nodeName."
)
PORT_NAME_REQUIRED = RULES.rule(
    "endpoints-port-name-required", "Ports of a subset are named where there is more than one."
)
PORT_NAME = RULES.rule(
    "endpoints-port-name", "A port of an Endpoints has an RFC 1123 label for a name."
)
PORT_NUMBER = RULES.rule("endpoints-port-number", "A port number of an Endpoints is 1 to 65535.")
PORT_PROTOCOL = RULES.rule("endpoints-port-protocol", "A port of an Endpoints is TCP, UDP or SCTP.")
APP_PROTOCOL = RULES.rule(
    "endpoints-app-protocol", "An appProtocol of an Endpoints is a qualified name."
)

_ADDRESSES = shapes.ListOf(
    shapes.Struct(
        {
            "ip": shapes.STRING,
            "hostname": shapes.STRING,
            "nodeName": shapes.STRING,
            "targetRef": OBJECT_REFERENCE,
        }
    )
)
_PORT = shapes.Struct(
    {
        "name": shapes.STRING,
        "port": shapes.INT32,
        "protocol": shapes.STRING,
        "appProtocol": shapes.STRING,
    }
)
_SUBSET = shapes.Struct(
    {
        "addresses": _ADDRESSES,
        "notReadyAddresses": _ADDRESSES,
        "ports": shapes.ListOf(_PORT),
    }
)
SHAPE = shapes.Struct(
    {
        "apiVersion": shapes.STRING,
        "kind": shapes.STRING,
        "metadata": METADATA,
        "subsets": shapes.ListOf(_SUBSET),
    }
)

_ADDRESS_LISTS = ("addresses", "notReadyAddresses")

Decoded = Mapping[str, Any]


def validate(
    new: dict[str, Any], old: dict[str, Any] | None, rules: Rules, findings: list[Finding]
) -> None:
    """Validate an Endpoints that is created, or that updates `old`."""
    check_metadata(new, old, dns_subdomain, rules, findings, rename=True)
    subsets: Sequence[Decoded] = new.get("subsets", ())
    found = each(subsets, partial(_check_subset, rules=rules), "subsets")
    stored = old if rules.endpoints_may_stay else None
    if found and (stored is None or not _same(subsets, stored.get("subsets", ()))):
        findings += found


def _check_subset(subset: Decoded, rules: Rules) -> list[Finding]:
    findings: list[Finding] = []
    if not any(subset.get(field) for field in _ADDRESS_LISTS):
        detail = "must specify `addresses` or `notReadyAddresses`"
        findings.append(required("", detail, rule=ADDRESSES_REQUIRED))
    check = partial(_check_address, rules=rules)
    for field in _ADDRESS_LISTS:
        findings += each(subset.get(field, ()), check, field)
    ports: Sequence[Decoded] = subset.get("ports", ())
    return findings + each(ports, partial(_check_port, named=len(ports) > 1), "ports")


def _check_address(address: Decoded, rules: Rules) -> list[Finding]:
    """Validate an address. One that cannot be parsed is reported twice, as by the API server."""
    findings: list[Finding] = []
    ip = address.get("ip", "")
    check_legacy_ip(ip, "ip", rules, findings)
    hostname = address.get("hostname", "")
    if hostname:
        findings += against("hostname", hostname, dns_label, HOSTNAME)
    node = address.get("nodeName")
    if node is not None:
        findings += against("nodeName", node, dns_subdomain, NODE_NAME)
    check_endpoint_ip(ip, "ip", findings)
    return findings


def _check_port(port: Decoded, *, named: bool) -> list[Finding]:
    findings: list[Finding] = []
    name = port.get("name", "")
    if name:
        findings += against("name", name, dns_label, PORT_NAME)
    elif named:
        findings.append(required("name", rule=PORT_NAME_REQUIRED))
    findings += against("port", port.get("port", 0), port_number, PORT_NUMBER)
    findings += check_protocol(port.get("protocol") or "TCP", PORT_PROTOCOL)
    app_protocol = port.get("appProtocol")
    if app_protocol is not None:
        findings += against("appProtocol", app_protocol, qualified_name, APP_PROTOCOL)
    return findings


def _same(new: Sequence[Decoded], old: Sequence[Decoded]) -> bool:
    """Return whether an update leaves the subsets alone, so that they are not validated again."""
    return [_settled(subset) for subset in new] == [_settled(subset) for subset in old]


def _settled(subset: Decoded) -> list[list[Decoded]]:
    """Return a subset with defaults filled in, and without values that equal absent ones."""
    addresses = [[_address(one) for one in subset.get(field, ())] for field in _ADDRESS_LISTS]
    return [*addresses, [_port(one) for one in subset.get("ports", ())]]


def _address(address: Decoded) -> Decoded:
    reference: Decoded | None = address.get("targetRef")
    return {
        "ip": address.get("ip", ""),
        "hostname": address.get("hostname", ""),
        "nodeName": address.get("nodeName"),
        "targetRef": reference and {field: one for field, one in reference.items() if one},
    }


def _port(port: Decoded) -> Decoded:
    return {
        "name": port.get("name", ""),
        "port": port.get("port", 0),
        "protocol": port.get("protocol") or "TCP",
        "appProtocol": port.get("appProtocol"),
    }


def _read_legacy(objects: ObjectSet, index: int, manifest: Mapping[str, Any]) -> None:
    metadata = mapping(manifest.get("metadata"))
    labels, annotations = mapping(metadata.get("labels")), mapping(metadata.get("annotations"))
    key = namespace_of(manifest), name_of(manifest)
    written = _TRIGGER_TIME in annotations or _ENDPOINTS_MANAGED_BY in labels
    if not key[1] or written or _LEADER in annotations:
        return
    groups = list(_subsets(index, manifest))
    legacy = Legacy(index, key, manifest, labels, groups)
    objects.legacy.append(legacy)
    objects.served.add(key[0])
    if legacy.is_mirrored:
        objects.groups.setdefault(key, []).extend(groups)


def _subsets(index: int, manifest: Mapping[str, Any]) -> Iterator[Group]:
    left = _MOST_ADDRESSES
    for position, subset in enumerate(map(mapping, items(manifest.get("subsets")))):
        if left <= 0:
            return
        path = f"subsets[{position}]"
        endpoints = list(islice(_addresses(path, subset), left))
        left -= len(endpoints) + 1
        yield Group(
            index, path, "", endpoint_ports(subset, f"{path}.ports"), endpoints, is_hand_made=True
        )


def _addresses(path: str, subset: Mapping[str, Any]) -> Iterator[Endpoint]:
    for where, ready in (("addresses", True), ("notReadyAddresses", False)):
        for position, address in enumerate(map(mapping, items(subset.get(where)))):
            node = bool(text(address.get("nodeName")))
            at = f"{path}.{where}[{position}]"
            yield Endpoint(
                path=at,
                address=text(address.get("ip")),
                size=1,
                ready=ready,
                serving=ready,
                terminating=False,
                has_node=node,
                has_hints=False,
            )


SPEC = KindSpec(
    "v1",
    "Endpoints",
    "endpoints",
    lambda _: SHAPE,
    RULES,
    validate,
    _read_legacy,
    misspellings={
        "endpoint": "write EndpointSlice of discovery.k8s.io/v1, or Endpoints of v1, which is"
        " deprecated"
    },
)
