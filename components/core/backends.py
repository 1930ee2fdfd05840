"""Backends: external endpoints, each an address with its settings."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Protocol, cast

from . import syntax
from .addresses import FAMILIES, Address, Family, parse_address
from .arguments import BackendArgs, ExternalServiceArgs
from .cidrs import Network, parse_cidr
from .findings import Finding, duplicate, invalid, not_supported, required
from .metadata import Manifest
from .ports import Port
from .unknown import Unknown

_CONDITIONS = {
    "Active": {"ready": True, "serving": True, "terminating": False},
    "Draining": {"ready": False, "serving": True, "terminating": True},
    "Disabled": {"ready": False, "serving": False, "terminating": False},
}


@dataclass(slots=True)  # not frozen: there are thousands, made in a third of the time
class BackendSpec:
    """One external endpoint, checked."""

    key: str
    """Identifies it across runs: its id, or its canonical address if it has none."""
    address: str | Unknown
    family: Family
    state: str = "Active"
    hostname: str | Unknown | None = None
    zone: str | Unknown | None = None
    node_name: str | Unknown | None = None
    for_zones: tuple[str, ...] = ()
    ports: tuple[tuple[str, int], ...] = ()
    """Its own numbers for ports where it listens elsewhere: port name and number, sorted."""
    path: str = field(default="", compare=False)
    """The field that gives its address, such as `addresses[0]`."""
    query: str = field(default="", compare=False)
    """The query of the source that found it. Empty if no source did."""

    @property
    def argument(self) -> str:
        """The argument that it comes from, such as `addresses[0]` or `backends[0]`."""
        return self.path.removesuffix(".address")

    @property
    def is_ready(self) -> bool:
        """Whether new connections are sent to it."""
        return self.state == "Active"

    @property
    def is_placeable(self) -> bool:
        """Whether its slice is known before its address is."""
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

    def endpoint_origins(self) -> Mapping[str, str]:
        """Return the argument of each field of its endpoint; the empty field is all others."""
        zones = {
            f"hints.forZones[{index}].name": f"{self.argument}.for_zones[{index}]"
            for index in range(len(self.for_zones))
        }
        common = {"": self.argument, "addresses[0]": self.path}
        return {**common, "hints.forZones": f"{self.argument}.for_zones", **zones}

    def legacy_origins(self) -> Mapping[str, str]:
        """Return the argument of each field of its address in a legacy Endpoints object."""
        return {"": self.argument, "ip": self.path}

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


class HasBackends(Protocol):
    """Arguments that give backends."""

    @property
    def addresses(self) -> Sequence[str | Unknown] | Unknown | None:
        """Addresses without settings."""
        ...

    @property
    def backends(self) -> Sequence[BackendArgs] | None:
        """Backends with their settings."""
        ...


def read_backends(
    args: HasBackends,
    ports: Sequence[Port],
    findings: list[Finding],
    unknown: frozenset[str] = frozenset(),
    ip_families: Sequence[str] | None = None,
) -> list[BackendSpec]:
    """Read `addresses` and `backends` together, sorted by key, and check what no manifest shows.

    A backend given twice counts once. Two different backends with one address or id are an error.

    Args:
        args: The component's arguments.
        ports: The Service's ports, which a backend may override by name.
        findings: Collects the errors.
        unknown: The paths of values that were not known when the program ran. Their slices were
            chosen then, so an address that arrives must be of the chosen family.
        ip_families: The families that are allowed. Defaults to both.
    """
    by_address: dict[str, BackendSpec] = {}
    by_key: dict[str, BackendSpec] = {}
    for backend in _each(args, ports, findings, unknown, ip_families or ()):
        twin = by_key.setdefault(backend.key, backend)
        if isinstance(backend.address, str):
            other = by_address.setdefault(backend.address, backend)
            if other is not backend and other != backend:
                reason = "two backends with the same address have different settings"
                findings.append(duplicate(backend.path, backend.address, reason))
                continue
        if twin is not backend and twin != backend:
            where = f"{backend.argument}.id"
            findings.append(duplicate(where, backend.key, "two backends with the same id differ"))
    return sorted(by_key.values(), key=lambda backend: backend.key)


def _each(
    args: HasBackends,
    ports: Sequence[Port],
    findings: list[Finding],
    unknown: frozenset[str],
    ip_families: Sequence[str],
) -> Iterator[BackendSpec]:
    addresses = args.addresses or ()
    given = cast("Sequence[Family]", ip_families)
    allowed, presumed = given or FAMILIES, given or FAMILIES[:1]
    for index, text in enumerate(() if isinstance(addresses, Unknown) else addresses):
        path = f"addresses[{index}]"
        if isinstance(text, Unknown):
            yield BackendSpec(_NO_KEY + path, text, presumed[0], path=path)
            continue
        parsed = parse_address(text)
        if isinstance(parsed, str):
            findings.append(invalid(path, text, parsed, _name_remedy(text)))
            continue
        families = allowed
        if "addresses" in unknown:
            families = presumed
        elif path in unknown:
            families = presumed[:1]
        if parsed.family not in families:
            findings.append(_wrong_family(parsed, path, families))
        yield BackendSpec(parsed.text, parsed.text, parsed.family, path=path)
    for index, one in enumerate(args.backends or ()):
        path = f"backends[{index}]"
        backend = _read_backend(one, ports, path, findings, unknown)
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
    args: BackendArgs,
    ports: Sequence[Port],
    path: str,
    findings: list[Finding],
    unknown: frozenset[str],
) -> BackendSpec | None:
    if args.id is not None and (not args.id or not args.id.isprintable()):
        findings.append(invalid(f"{path}.id", args.id, "must be printable text, not empty"))
    address = args.address
    family = cast("Family | None", args.family)
    if isinstance(address, Unknown):
        key = args.id or _NO_KEY + path
        family = family or "IPv4"
    else:
        parsed = parse_address(address)
        if isinstance(parsed, str):
            remedy = _name_remedy(address)
            findings.append(invalid(f"{path}.address", address, parsed, remedy))
            return None
        declared = family or ("IPv4" if f"{path}.address" in unknown else parsed.family)
        if parsed.family != declared:
            findings.append(_wrong_family(parsed, f"{path}.address", (declared,)))
        address, family = parsed.text, parsed.family
        key = args.id or address
    return BackendSpec(
        key=key,
        address=address,
        family=family,
        state=args.state,
        hostname=args.hostname,
        zone=args.zone,
        node_name=args.node_name,
        for_zones=tuple(args.for_zones),
        path=f"{path}.address",
        query=args.query,
        ports=_read_overrides(args.ports, ports, f"{path}.ports", findings),
    )


def _name_remedy(text: str) -> str:
    """Return what to do about a host name in place of an address, or an empty text for others."""
    if _HOST_NAME.fullmatch(text) and not syntax.dns_subdomain(text.lower().removesuffix(".")):
        return "that is a host name: give its addresses, or use ExternalNameService for an alias"
    return ""


def _wrong_family(parsed: Address, path: str, families: Sequence[str]) -> Finding:
    remedy = f'give the backend `family` "{parsed.family}"'
    if path.startswith("addresses"):
        remedy = "name its family in `ip_families`, or give it as one of `backends` with a `family`"
    return invalid(path, parsed.text, f"must be an {' or '.join(families)} address", remedy)


def _read_overrides(
    given: Mapping[str, int], ports: Sequence[Port], path: str, findings: list[Finding]
) -> tuple[tuple[str, int], ...]:
    """Return the overrides that differ from the Service's own ports, sorted by name."""
    if not given:
        return ()
    targets = {port.name: port.external for port in ports}
    findings += [
        not_supported(f"{path}[{name}]", name, targets)
        for name in sorted(given)
        if name not in targets
    ]
    return tuple(
        sorted((name, number) for name, number in given.items() if targets.get(name) != number)
    )


def check_backends(
    args: ExternalServiceArgs, backends: Sequence[BackendSpec], findings: list[Finding]
) -> None:
    """Check the backends together: that there are any, and that addresses and nodes are allowed."""
    _require_any(args, backends, findings)
    _refuse_denied(args, backends, findings)
    for argument, policy in (
        ("internal_traffic_policy", args.internal_traffic_policy),
        ("external_traffic_policy", args.external_traffic_policy),
    ):
        nodeless = [backend for backend in backends if backend.node_name is None]
        if policy == "Local" and nodeless:
            reason = (
                f"{len(nodeless)} of {len(backends)} backends have no `node_name`: nodes drop"
                " traffic"
            )
            remedy = "give every backend its `node_name`, or use `TrafficPolicy.CLUSTER`"
            findings.append(invalid(argument, "Local", reason, remedy))


def _require_any(
    args: ExternalServiceArgs, backends: Sequence[BackendSpec], findings: list[Finding]
) -> None:
    if isinstance(args.addresses, Unknown) or backends or args.allow_empty:
        return
    if not any(finding.path.startswith(("addresses", "backends")) for finding in findings):
        reason = "a Service without backends refuses every connection"
        remedy = "give `addresses` or `backends`, or set `allow_empty`"
        findings.append(required("addresses", reason, remedy))


def _refuse_denied(
    args: ExternalServiceArgs, backends: Sequence[BackendSpec], findings: list[Finding]
) -> None:
    denied: list[tuple[str, Network]] = []
    for index, text in enumerate(args.denied_cidrs):
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
