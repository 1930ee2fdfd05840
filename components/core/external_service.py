"""The objects of an `ExternalService`: a selectorless Service and the slices behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..validation.hazards.hazard import Hazard
from .addresses import Family
from .adoption import Adoptions, read_adoptions
from .arguments import ExternalServiceArgs
from .backends import check_backends, read_backends
from .checks import check_objects
from .findings import Finding
from .hazards import external_service_hazards
from .metadata import MODE_ANNOTATION, Manifest
from .objects.endpoint_manifests import render_endpoints, render_slice
from .objects.manifest_metadata import read_rules
from .objects.service_manifest import render_service, render_traffic
from .placement import place_backends
from .ports import read_ports, require_ports
from .presets import ports_by_path
from .shrink import Watch, read_watch
from .unknown import Unknown

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
    """What is legal but will not work as intended, as far as the arguments show."""
    adoptions: Adoptions
    """The objects that exist already."""
    watch: Watch | None
    """What is compared with the last deployment."""
    external_share: Mapping[str, float] = field(default_factory=dict[str, float])
    """The share of connections, 0 to 1, that the backends take beside Pods, by family."""

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
        findings: The errors in the form of the arguments; collects all others. The result may be
            used only if it stays empty.
        unknown: The paths of arguments that were not known when the program ran; the number and
            names of the objects do not depend on their values.
    """
    unread = tuple(findings)
    rules = read_rules(args.kubernetes_version, findings)
    given = ports_by_path(args.ports, args.preset)
    fixed = _HEADLESS_PORTS if args.headless else ""
    ports = read_ports(given, findings, kind=args.type, selectorless=True, fixed=fixed)
    require_ports(ports, unread, findings, givers=("ports", "preset"))
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
            for one in place_backends(args, name, backends, findings, unknown)
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
