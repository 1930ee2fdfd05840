"""Backends: external endpoints, each an address with what is known about it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address

from . import syntax
from .addresses import FAMILIES, Address, Family, parse_address
from .cidrs import Network, parse_cidr
from .deferred import Deferred
from .findings import Finding, duplicate, invalid, not_supported, required, too_many
from .metadata import Manifest, Plain
from .ports import Port

_MAX_HINTS = 8

_CONDITIONS = {
    "Active": {"ready": True, "serving": True, "terminating": False},
    "Draining": {"ready": False, "serving": True, "terminating": True},
    "Disabled": {"ready": False, "serving": False, "terminating": False},
}


@dataclass(frozen=True, slots=True)
class Backend:
    """One external endpoint, checked."""

    key: str
    """What identifies it from run to run: its id, else its canonical address."""
    address: str | Deferred
    family: Family
    state: str = "Active"
    hostname: str | Deferred | None = None
    zone: str | Deferred | None = None
    node_name: str | Deferred | None = None
    for_zones: tuple[str, ...] = ()
    ports: tuple[tuple[str, int], ...] = ()
    """Where it listens elsewhere than the Service's ports say: port name and number, sorted."""
    path: str = field(default="", compare=False)
    """The field that gives its address, such as `addresses[0]`."""

    @property
    def is_ready(self) -> bool:
        """Whether new connections are sent to it."""
        return self.state == "Active"

    @property
    def is_placeable(self) -> bool:
        """Whether its place among several slices is known before its address is."""
        return not self.key.startswith(_NO_KEY)

    def endpoint(self) -> Manifest:
        """Render as an endpoint of an EndpointSlice."""
        manifest: Manifest = {
            "addresses": [self.address],
            "conditions": dict(_CONDITIONS[self.state]),
        }
        if self.hostname is not None:
            manifest["hostname"] = self.hostname
        if self.zone is not None:
            manifest["zone"] = self.zone
        if self.node_name is not None:
            manifest["nodeName"] = self.node_name
        if self.for_zones:
            manifest["hints"] = {"forZones": [{"name": zone} for zone in self.for_zones]}
        return manifest

    def legacy_address(self) -> Manifest:
        """Render as an address of a legacy Endpoints object."""
        manifest: Manifest = {"ip": self.address}
        if self.hostname is not None:
            manifest["hostname"] = self.hostname
        if self.node_name is not None:
            manifest["nodeName"] = self.node_name
        return manifest


_NO_KEY = "\0"
_HOST_NAME = re.compile(r"[^.]+(\.[^.]+)*\.[A-Za-z][-A-Za-z0-9]*\.?")
"""Has a dot, and a top-level domain that begins with a letter."""


def read_backends(
    args: Plain, ports: Sequence[Port], findings: list[Finding], deferred: frozenset[str]
) -> list[Backend]:
    """Read and check `addresses` and `backends` together, sorted by key.

    The same backend given twice is one. Two of the same address or id that differ are an error.

    Args:
        args: The component's arguments as plain values.
        ports: The Service's ports, which a backend may override by name.
        findings: Collects what is wrong.
        deferred: The paths of values that were not known when the program ran. Their places were
            fixed then, so that what arrives must fit: an address its family.
    """
    by_address: dict[str, Backend] = {}
    by_key: dict[str, Backend] = {}
    for backend in _each(args, ports, findings, deferred):
        twin = by_key.setdefault(backend.key, backend)
        if isinstance(backend.address, str):
            other = by_address.setdefault(backend.address, backend)
            if other is not backend and other != backend:
                reason = "two backends of one address differ in their settings"
                findings.append(duplicate(backend.path, backend.address, reason))
                continue
        if twin is not backend and twin != backend:
            where = f"{backend.path.removesuffix('.address')}.id"
            findings.append(duplicate(where, backend.key, "two backends of one id differ"))
    return sorted(by_key.values(), key=lambda backend: backend.key)


def _each(
    args: Plain, ports: Sequence[Port], findings: list[Finding], deferred: frozenset[str]
) -> Iterator[Backend]:
    addresses: Sequence[str | Deferred] | Deferred = args.get("addresses") or ()
    allowed: Sequence[Family] = args.get("ip_families") or FAMILIES
    presumed: Sequence[Family] = args.get("ip_families") or FAMILIES[:1]
    for index, text in enumerate(() if isinstance(addresses, Deferred) else addresses):
        path = f"addresses[{index}]"
        if isinstance(text, Deferred):
            yield Backend(_NO_KEY + path, text, presumed[0], path=path)
            continue
        parsed = parse_address(text)
        if isinstance(parsed, str):
            findings.append(invalid(path, text, parsed, _name_remedy(text)))
            continue
        families = allowed
        if "addresses" in deferred:
            families = presumed
        elif path in deferred:
            families = presumed[:1]
        if parsed.family not in families:
            findings.append(_wrong_family(parsed, path, families))
        yield Backend(parsed.text, parsed.text, parsed.family, path=path)
    for index, value in enumerate(args.get("backends") or ()):
        path = f"backends[{index}]"
        backend = _read_backend(value, ports, path, findings, deferred)
        if backend is not None and backend.family not in allowed:
            findings.append(
                invalid(
                    backend.path,
                    backend.address if isinstance(backend.address, str) else None,
                    f"must be an {' or '.join(allowed)} address, as `ip_families` says",
                )
            )
        elif backend is not None:
            yield backend


def _read_backend(
    value: Plain,
    ports: Sequence[Port],
    path: str,
    findings: list[Finding],
    deferred: frozenset[str],
) -> Backend | None:
    text: str | Deferred = value["address"]
    identity: str | None = value.get("id")
    family: Family | None = value.get("family")
    if identity is not None and (not identity or not identity.isprintable()):
        findings.append(invalid(f"{path}.id", identity, "must be printable text, not empty"))
    if isinstance(text, Deferred):
        address: str | Deferred = text
        key = identity or _NO_KEY + path
        family = family or "IPv4"
    else:
        parsed = parse_address(text)
        if isinstance(parsed, str):
            findings.append(invalid(f"{path}.address", text, parsed, _name_remedy(text)))
            return None
        declared = family or ("IPv4" if f"{path}.address" in deferred else parsed.family)
        if parsed.family != declared:
            findings.append(_wrong_family(parsed, f"{path}.address", (declared,)))
        address, family = parsed.text, parsed.family
        key = identity or address
    zones: Sequence[str] = value.get("for_zones") or ()
    _check_zones(zones, f"{path}.for_zones", findings)
    for name, judge in (("hostname", syntax.dns_label), ("node_name", syntax.dns_subdomain)):
        given = value.get(name)
        if isinstance(given, str):
            findings.extend(invalid(f"{path}.{name}", given, why) for why in judge(given))
    return Backend(
        key=key,
        address=address,
        family=family,
        state=value.get("state") or "Active",
        hostname=value.get("hostname"),
        zone=value.get("zone"),
        node_name=value.get("node_name"),
        for_zones=tuple(zones),
        path=f"{path}.address",
        ports=_read_overrides(value.get("ports") or {}, ports, f"{path}.ports", findings),
    )


def _name_remedy(text: str) -> str:
    """Return what to do about a host name in place of an address; nothing for other texts."""
    if _HOST_NAME.fullmatch(text) and not syntax.dns_subdomain(text.lower().removesuffix(".")):
        return "that is a host name: give its addresses, or use ExternalNameService for an alias"
    return ""


def _wrong_family(parsed: Address, path: str, families: Sequence[str]) -> Finding:
    remedy = f'give the backend `family` "{parsed.family}"'
    if path.startswith("addresses"):
        remedy = "name its family in `ip_families`, or give it as one of `backends` with a `family`"
    return invalid(path, parsed.text, f"must be an {' or '.join(families)} address", remedy)


def _check_zones(zones: Sequence[str], path: str, findings: list[Finding]) -> None:
    if len(zones) > _MAX_HINTS:
        findings.append(too_many(path, len(zones), _MAX_HINTS))
    for index, zone in enumerate(zones):
        findings.extend(invalid(f"{path}[{index}]", zone, why) for why in syntax.label_value(zone))
        if zone in zones[:index]:
            findings.append(duplicate(f"{path}[{index}]", zone))


def _read_overrides(
    given: Mapping[str, int], ports: Sequence[Port], path: str, findings: list[Finding]
) -> tuple[tuple[str, int], ...]:
    """Give the ports on which a backend really listens elsewhere, sorted by name."""
    targets = {port.name: port.target for port in ports}
    overrides: list[tuple[str, int]] = []
    for name, number in sorted(given.items()):
        if name not in targets:
            findings.append(not_supported(f"{path}[{name}]", name, targets))
        findings.extend(
            invalid(f"{path}[{name}]", number, why) for why in syntax.port_number(number)
        )
        if targets.get(name) != number:
            overrides.append((name, number))
    return tuple(overrides)


def check_backends(args: Plain, backends: Sequence[Backend], findings: list[Finding]) -> None:
    """Check the backends as a whole: that there are any, where they may be, and on which nodes."""
    _require_any(args, backends, findings)
    _refuse_denied(args, backends, findings)
    for policy in ("internal_traffic_policy", "external_traffic_policy"):
        nodeless = [backend for backend in backends if backend.node_name is None]
        if args.get(policy) == "Local" and nodeless:
            reason = (
                f"{len(nodeless)} of {len(backends)} backends are on no node: nodes drop traffic"
            )
            remedy = "give every backend its `node_name`, or use `TrafficPolicy.CLUSTER`"
            findings.append(invalid(policy, "Local", reason, remedy))


def _require_any(args: Plain, backends: Sequence[Backend], findings: list[Finding]) -> None:
    if isinstance(args.get("addresses"), Deferred) or backends:
        return
    if not any(finding.path.startswith(("addresses", "backends")) for finding in findings):
        reason = "a Service without backends refuses every connection"
        findings.append(required("addresses", reason, "give `addresses` or `backends`"))


def _refuse_denied(args: Plain, backends: Sequence[Backend], findings: list[Finding]) -> None:
    denied: list[tuple[str, Network]] = []
    for index, text in enumerate(args.get("denied_cidrs") or ()):
        block = parse_cidr(text)
        if isinstance(block, str):
            findings.append(invalid(f"denied_cidrs[{index}]", text, block))
        else:
            denied.append((text, block))
    for backend in backends if denied else ():
        if not isinstance(backend.address, str):
            continue
        address = ip_address(backend.address)
        for text, block in denied:
            if address in block:
                reason = f"is in {text}, which `denied_cidrs` denies"
                findings.append(invalid(backend.path, backend.address, reason))
