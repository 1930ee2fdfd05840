"""The objects of an `ExternalService`: a selectorless Service and the slices behind it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from .addresses import FAMILIES, Family
from .adoption import Adoptions, read_adoptions
from .backends import Backend, check_backends, read_backends
from .deferred import Deferred
from .findings import Finding, invalid, required, too_many
from .hazards import external_service_hazards
from .metadata import (
    HEADLESS_LABEL,
    MANAGED_BY,
    MANAGED_BY_LABEL,
    MODE_ANNOTATION,
    SERVICE_NAME_LABEL,
    SKIP_MIRROR_LABEL,
    Manifest,
    Plain,
    read_metadata,
    read_service_name,
)
from .ports import Port, read_ports
from .refusals import refusals
from .service import service, service_spec, service_type
from .shrink import Watch, read_watch
from .slicing import DEFAULT_LIMIT, MAX_LIMIT, slices
from .validation.hazards.hazard import Hazard

_MAX_SLICES = 4096

_HEADLESS_PORTS = (
    "a headless Service cannot remap a port: its clients connect to the endpoints themselves"
)


@dataclass(frozen=True, slots=True)
class ExternalServicePlan:
    """What an `ExternalService` declares."""

    service: Manifest
    slices: list[Manifest]
    endpoints: Manifest | None
    addresses: list[str | Deferred] | Deferred
    """The backends' addresses, sorted by key."""
    families: frozenset[Family]
    """The families of the backends."""
    hazards: list[Hazard]
    """What is legal and will not work as it looks, as far as the arguments tell."""
    adoptions: Adoptions
    """The objects that exist already."""
    watch: Watch | None
    """What is compared with the last deployment."""

    @property
    def objects(self) -> list[Manifest]:
        """The objects whose names the arguments give; those of slices and Endpoints follow."""
        return [self.service]

    @property
    def known_addresses(self) -> frozenset[str]:
        """The addresses that are known while the program runs."""
        known = [] if isinstance(self.addresses, Deferred) else self.addresses
        return frozenset(address for address in known if isinstance(address, str))

    def picks(self) -> "list[Callable[[ExternalServicePlan], Manifest]]":
        """Give for each slice what picks it from another plan of the same objects."""

        def pick(index: int) -> "Callable[[ExternalServicePlan], Manifest]":
            return lambda plan: plan.slices[index]

        return [pick(index) for index in range(len(self.slices))]


def plan_external_service(
    args: Plain,
    component_name: str,
    findings: list[Finding],
    deferred: frozenset[str] = frozenset(),
) -> ExternalServicePlan:
    """Check the arguments of an `ExternalService` and render its objects.

    Args:
        args: The arguments as plain values.
        component_name: Names the Service where `service_name` is not given.
        findings: Collects what is wrong. Where it is not empty the result is not to be used.
        deferred: The paths of arguments that were not known when the program ran; the number and
            names of the objects do not depend on their values.
    """
    name = read_service_name(args, component_name, findings)
    headless = bool(args.get("headless"))
    metadata = read_metadata(args, name, findings)
    ports = read_ports(
        args,
        findings,
        kind=service_type(args),
        selectorless=True,
        fixed=_HEADLESS_PORTS if headless else "",
    )
    if not ports and not any(finding.path in ("ports", "preset") for finding in findings):
        findings.append(required("ports", remedy="give at least one port, or a `preset`"))
    spec = service_spec(args, ports, findings)
    backends = read_backends(args, ports, findings, deferred)
    check_backends(args, backends, findings)
    if not headless and "ipFamilies" not in spec and len({b.family for b in backends}) > 1:
        spec["ipFamilyPolicy"] = "PreferDualStack"

    mode: str = args.get("endpoint_api") or "Slices"
    if mode != "Slices":
        metadata["annotations"] = {**metadata.get("annotations", {}), MODE_ANNOTATION: mode}
    slice_labels: Manifest = {
        **(metadata.get("labels") or {}),
        SERVICE_NAME_LABEL: name,
        MANAGED_BY_LABEL: MANAGED_BY,
        **({HEADLESS_LABEL: ""} if headless else {}),
    }
    slice_metadata: Manifest = {**_place(metadata), "labels": slice_labels}
    placed = _place_backends(args, name, backends, findings, deferred)
    late = args["addresses"] if isinstance(args.get("addresses"), Deferred) else None
    declared = service(metadata, spec)
    declared_slices = [
        _slice(slice_metadata, slice_name, family, members, ports, late)
        for slice_name, family, members in (placed if mode != "Endpoints" else ())
    ]
    legacy = [_endpoints(metadata, backends, ports, mode, late)] if mode != "Slices" else []
    every = [declared, *declared_slices, *legacy]
    plan = ExternalServicePlan(
        service=declared,
        slices=declared_slices,
        endpoints=legacy[0] if legacy else None,
        addresses=late or [backend.address for backend in backends],
        families=frozenset(backend.family for backend in backends),
        hazards=external_service_hazards(args, backends, ports),
        adoptions=read_adoptions(args, every, findings),
        watch=read_watch(args, backends, findings),
    )
    if not findings:
        findings.extend(refusals(every, args))
    return plan


def _place(metadata: Manifest) -> Manifest:
    """Give what the other objects share with the Service: its namespace, what steers Pulumi."""
    steering = {
        key: value
        for key, value in metadata.get("annotations", {}).items()
        if key.startswith("pulumi.com/")
    }
    shared: Manifest = {"annotations": steering} if steering else {}
    if "namespace" in metadata:
        shared["namespace"] = metadata["namespace"]
    return shared


def _place_backends(
    args: Plain,
    service_name: str,
    backends: Sequence[Backend],
    findings: list[Finding],
    deferred: frozenset[str],
) -> Iterator[tuple[str, Family, list[Backend]]]:
    """Give the name, family and backends of each slice."""
    limit: int = DEFAULT_LIMIT
    given: int | None = args.get("max_endpoints_per_slice")
    if given is not None:
        limit = given
        if not 1 <= given <= MAX_LIMIT:
            reason = f"must be between 1 and {MAX_LIMIT}, inclusive"
            findings.append(invalid("max_endpoints_per_slice", given, reason))
            return
    count: int | None = args.get("slice_count")
    if count is not None and (not 1 <= count <= _MAX_SLICES or count & (count - 1)):
        reason = f"must be a power of two, {_MAX_SLICES} at most"
        findings.append(invalid("slice_count", count, reason))
        return
    groups: dict[tuple[Family, tuple[tuple[str, int], ...]], list[Backend]] = {}
    if "addresses" in deferred or isinstance(args.get("addresses"), Deferred):
        if count is None:
            reason = "a list of addresses that is an Output is spread over a fixed number of slices"
            findings.append(
                required("slice_count", reason, f"1 holds up to {limit} of each family")
            )
            return
        for family in args.get("ip_families") or FAMILIES[:1]:
            groups[family, ()] = []
    for backend in backends:
        groups.setdefault((backend.family, backend.ports), []).append(backend)
    for (family, overrides), members in sorted(groups.items()):
        by_key = {backend.key: backend for backend in members}
        placed = slices(by_key, limit, count)
        if len(placed) > 1:
            findings.extend(_unplaceable(members, findings))
        stem = f"{service_name}-{family.lower()}{_suffix(overrides)}"
        for prefix, keys in placed.items():
            name = f"{stem}-{prefix}" if prefix else stem
            if len(keys) > limit:
                remedy = "raise `slice_count` or `max_endpoints_per_slice`"
                findings.append(too_many(f"slices[{name}]", len(keys), limit, remedy))
            yield name, family, [by_key[key] for key in keys]


def _unplaceable(backends: Sequence[Backend], known: Sequence[Finding]) -> list[Finding]:
    wrong = {finding.path for finding in known}
    findings: list[Finding] = []
    for backend in backends:
        path = f"{backend.path.removesuffix('.address')}.id"
        if backend.is_placeable or not isinstance(backend.address, Deferred):
            continue
        if backend.path not in wrong and path not in wrong:
            reason = "an address that is an Output needs an id where there are several slices"
            remedy = "give it as one of `backends`, with an `id`"
            findings.append(required(path, reason, remedy))
    return findings


def _suffix(overrides: tuple[tuple[str, int], ...]) -> str:
    if not overrides:
        return ""
    text = ",".join(f"{name}={number}" for name, number in overrides)
    return f"-p{sha256(text.encode()).hexdigest()[:8]}"


def _slice(
    metadata: Manifest,
    name: str,
    family: Family,
    backends: Sequence[Backend],
    ports: Sequence[Port],
    late: Deferred | None,
) -> Manifest:
    overrides = dict(backends[0].ports) if backends else {}
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": name, **metadata},
        "addressType": family,
        "endpoints": late
        if late and not overrides
        else [backend.endpoint() for backend in backends],
        "ports": [port.for_endpoints(overrides.get(port.name)) for port in ports],
    }


def _endpoints(
    metadata: Manifest,
    backends: Sequence[Backend],
    ports: Sequence[Port],
    mode: str,
    late: Deferred | None,
) -> Manifest:
    groups: dict[tuple[tuple[str, int], ...], list[Backend]] = {}
    for backend in backends:
        groups.setdefault(backend.ports, []).append(backend)
    subsets: list[Manifest] = []
    for overrides, members in sorted(groups.items()):
        numbers = dict(overrides)
        subset: Manifest = {}
        if ready := [b.legacy_address() for b in members if b.is_ready]:
            subset["addresses"] = ready
        if others := [b.legacy_address() for b in members if not b.is_ready]:
            subset["notReadyAddresses"] = others
        subset["ports"] = [port.for_endpoints(numbers.get(port.name)) for port in ports]
        subsets.append(subset)
    labels = dict(metadata.get("labels") or {})
    if mode == "Both":
        labels[SKIP_MIRROR_LABEL] = "true"
    return {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {
            "name": metadata["name"],
            **_place(metadata),
            **({"labels": labels} if labels else {}),
        },
        "subsets": late or subsets,
    }
