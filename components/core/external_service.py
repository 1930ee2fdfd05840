"""The objects of an `ExternalService`: a selectorless Service and the slices behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from ..validation.hazards.hazard import Hazard
from ..validation.kinds.endpoint_slice import ENDPOINTS_COUNT
from ..validation.kinds.service_ports import SERVICE_PORTS_REQUIRED
from .addresses import FAMILIES, Family
from .adoption import Adoptions, read_adoptions
from .arguments import ExternalServiceArgs
from .backends import BackendSpec, check_backends, read_backends
from .checks import check_objects
from .findings import Finding, invalid, required, too_many
from .hazards import external_service_hazards
from .metadata import MODE_ANNOTATION, Manifest
from .objects.endpoint_manifests import PlacedSlice, render_endpoints, render_slice
from .objects.manifest_metadata import read_rules
from .objects.service_manifest import render_service, render_traffic
from .ports import read_ports
from .presets import ports_by_path
from .shrink import Watch, read_watch
from .slicing import DEFAULT_LIMIT, MAX_LIMIT, slices
from .unknown import Unknown

_MAX_SLICES = 4096

_HEADLESS_PORTS = (
    "a headless Service cannot remap a port: its clients connect to the endpoints themselves"
)


@dataclass(frozen=True, slots=True)
class ExternalServicePlan:
    """What an `ExternalService` declares."""

    objects: Sequence[Manifest]
    """The Service, its slices by name, and its legacy Endpoints object if it has one."""
    addresses: list[str | Unknown] | Unknown
    """The backends' addresses, sorted by key."""
    families: frozenset[Family]
    """The families of the backends."""
    hazards: Sequence[Hazard]
    """What is legal and will not work as it looks, as far as the arguments tell."""
    adoptions: Adoptions
    """The objects that exist already."""
    watch: Watch | None
    """What is compared with the last deployment."""

    @property
    def service(self) -> Manifest:
        """The Service."""
        return self.objects[0]

    @property
    def slices(self) -> list[Manifest]:
        """The EndpointSlices."""
        return [one for one in self.objects if one["kind"] == "EndpointSlice"]

    @property
    def endpoints(self) -> Manifest | None:
        """The legacy Endpoints object."""
        return next((one for one in self.objects if one["kind"] == "Endpoints"), None)

    @property
    def known_addresses(self) -> frozenset[str]:
        """The addresses that are known while the program runs."""
        known = [] if isinstance(self.addresses, Unknown) else self.addresses
        return frozenset(address for address in known if isinstance(address, str))


def plan_external_service(
    args: ExternalServiceArgs,
    component_name: str,
    findings: list[Finding],
    unknown: frozenset[str] = frozenset(),
) -> ExternalServicePlan:
    """Render the objects of an `ExternalService`, and check them.

    Args:
        args: The arguments.
        component_name: Names the Service where `service_name` is not given.
        findings: What is wrong with the form of the arguments; collects what else is wrong. Where
            it is not empty the result is not to be used.
        unknown: The paths of arguments that were not known when the program ran; the number and
            names of the objects do not depend on their values.
    """
    unread = tuple(findings)
    rules = read_rules(args.kubernetes_version, findings)
    given = ports_by_path(args.ports, args.preset)
    fixed = _HEADLESS_PORTS if args.headless else ""
    ports = read_ports(given, findings, kind=args.type, selectorless=True, fixed=fixed)
    if not ports and not any(finding.path in ("ports", "preset") for finding in unread):
        remedy = "give at least one port, or a `preset`"
        findings.append(required("ports", remedy=remedy, rule=SERVICE_PORTS_REQUIRED))
    backends = read_backends(args, ports, findings, unknown, args.ip_families)
    check_backends(args, backends, findings)

    service = render_service(args, component_name, args.type, ports, findings)
    render_traffic(service, args, findings)
    if not args.headless and not args.ip_families and len({b.family for b in backends}) > 1:
        service.put("spec.ipFamilyPolicy", "PreferDualStack")
    if "preset" in {finding.path for finding in unread}:
        service.note("spec.ports", "preset")
    if args.endpoint_api != "Slices":
        annotations = {**args.annotations, MODE_ANNOTATION: args.endpoint_api}
        service.put("metadata.annotations", annotations, "annotations")
    objects = [service]
    unresolved = args.addresses if isinstance(args.addresses, Unknown) else None
    name: str = service.manifest["metadata"]["name"]
    if args.endpoint_api != "Endpoints":
        objects += [
            render_slice(service.manifest, one, ports, unresolved, headless=args.headless)
            for one in _assign(args, name, backends, findings, unknown)
        ]
    if args.endpoint_api != "Slices":
        objects.append(
            render_endpoints(
                service.manifest, backends, ports, unresolved, mirrored=args.endpoint_api != "Both"
            )
        )
    check_objects(objects, rules, findings, unread)
    manifests = [one.manifest for one in objects]
    return ExternalServicePlan(
        objects=manifests,
        addresses=unresolved or [backend.address for backend in backends],
        families=frozenset(backend.family for backend in backends),
        hazards=external_service_hazards(args, backends, ports),
        adoptions=read_adoptions(args, manifests, findings),
        watch=read_watch(args, backends, findings),
    )


def _assign(
    args: ExternalServiceArgs,
    service_name: str,
    backends: Sequence[BackendSpec],
    findings: list[Finding],
    unknown: frozenset[str],
) -> Iterator[PlacedSlice]:
    """Place the backends into slices; with wrong numbers of slices as if none were given."""
    limit = _read_limit(args.max_endpoints_per_slice, findings)
    count = _read_count(args.slice_count, findings)
    groups: dict[tuple[Family, tuple[tuple[str, int], ...]], list[BackendSpec]] = {}
    if "addresses" in unknown or isinstance(args.addresses, Unknown):
        if args.slice_count is None:
            reason = "a list of addresses that is an Output is spread over a fixed number of slices"
            remedy = f"1 holds up to {limit} of each family"
            findings.append(required("slice_count", reason, remedy))
        chosen = args.ip_families or FAMILIES[:1]
        groups |= {(family, ()): [] for family in FAMILIES if family in chosen}
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
                path = f"slices[{name}]"
                findings.append(too_many(path, len(keys), limit, remedy, ENDPOINTS_COUNT))
            yield PlacedSlice(name, family, [by_key[key] for key in keys])


def _read_limit(given: int | None, findings: list[Finding]) -> int:
    if given is None or 1 <= given <= MAX_LIMIT:
        return given or DEFAULT_LIMIT
    reason = f"must be between 1 and {MAX_LIMIT}, inclusive"
    findings.append(invalid("max_endpoints_per_slice", given, reason))
    return MAX_LIMIT


def _read_count(given: int | None, findings: list[Finding]) -> int | None:
    if given is None or (1 <= given <= _MAX_SLICES and not given & (given - 1)):
        return given
    reason = f"must be a power of two, {_MAX_SLICES} at most"
    findings.append(invalid("slice_count", given, reason))
    return None


def _unplaceable(backends: Sequence[BackendSpec], known: Sequence[Finding]) -> list[Finding]:
    wrong = {finding.path for finding in known}
    findings: list[Finding] = []
    for backend in backends:
        path = f"{backend.argument}.id"
        if backend.is_placeable or not isinstance(backend.address, Unknown):
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
