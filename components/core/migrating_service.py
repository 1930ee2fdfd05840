"""The objects of a `MigratingService`: a Service and, until the last phase, its slices."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .adoption import read_adoptions
from .arguments import MigratingServiceArgs
from .backends import BackendSpec, check_backends, read_backends
from .checks import check_objects
from .external_service import ExternalServicePlan
from .findings import Finding, forbidden, invalid, required
from .hazards import migrating_service_hazards
from .metadata import PHASE_ANNOTATION
from .migration import external_share, has_backends, has_drained, has_selector
from .objects.endpoint_manifests import render_slice
from .objects.manifest_metadata import read_rules
from .objects.rendering import Rendering
from .objects.service_manifest import render_service, render_traffic
from .placement import place_backends
from .ports import Port, read_ports, require_ports
from .presets import ports_by_path
from .shrink import read_watch
from .unknown import Unknown

__all__ = ["plan_migrating_service"]


def plan_migrating_service(
    args: MigratingServiceArgs,
    component_name: str,
    findings: list[Finding],
    unknown: frozenset[str] = frozenset(),
) -> ExternalServicePlan:
    """Render the objects of a `MigratingService`, and check them.

    The arguments of both sides are checked in every phase, so that no later phase fails because of
    them.

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
    findings += _refused(args)
    given = ports_by_path(args.ports, args.preset)
    ports = read_ports(given, findings, kind=args.type, selectorless=False, mixed=True)
    wrong = {finding.path for finding in unread}
    require_ports(ports, unread, findings, givers=("ports", "preset"))
    if not args.selector and "selector" not in wrong:
        remedy = "give the labels of the Pods, in all phases"
        findings.append(required("selector", remedy=remedy))
    given_backends = read_backends(args, ports, findings, unknown, args.ip_families)
    backends = _in_phase(args.phase, given_backends)
    is_served = has_backends(args.phase)
    if is_served:
        check_backends(args, backends, findings)
    service = _service(args, args.phase, component_name, ports, given_backends, findings)
    if "preset" in wrong:
        service.note("spec.ports", "preset")
    name: str = service.manifest["metadata"]["name"]
    unresolved = args.addresses if isinstance(args.addresses, Unknown) else None
    slices = [
        render_slice(service.manifest, one, ports, unresolved, headless=False)
        for one in place_backends(args, name, backends, findings, unknown)
    ]
    check_objects([service, *slices], rules, findings, unread)
    if not has_selector(args.phase):
        later = _service(args, "Cutover", component_name, ports, given_backends, [])
        check_objects([later], rules, findings, unread)
    manifests = [one.manifest for one in (service, *(slices if is_served else ()))]
    served = backends if is_served else []
    return ExternalServicePlan(
        objects=manifests,
        addresses=(unresolved if is_served else None) or [backend.address for backend in served],
        families=frozenset(backend.family for backend in served),
        hazards=migrating_service_hazards(args, served, ports),
        adoptions=read_adoptions(args, manifests, findings),
        watch=read_watch(args, served, findings) if is_served else None,
        external_share=_external_share(args, given_backends, findings),
    )


def _external_share(
    args: MigratingServiceArgs, backends: Sequence[BackendSpec], findings: list[Finding]
) -> dict[str, float]:
    replicas = args.replicas
    if isinstance(replicas, Unknown):
        return {}
    if replicas is not None and replicas < 0:
        findings.append(invalid("replicas", replicas, "must be greater than or equal to 0"))
        return {}
    ready = Counter[str](backend.family for backend in backends if backend.is_ready)
    return external_share(args.phase, ready, replicas)


def _refused(args: MigratingServiceArgs) -> Iterator[Finding]:
    if args.headless:
        reason = (
            "draining works through kube-proxy, and DNS of a headless Service gives ready"
            " addresses alone"
        )
        yield forbidden("headless", reason, "leave it out")
    if args.endpoint_api != "Slices":
        reason = (
            "the endpoints controller overwrites the Endpoints of a Service as soon as it has a"
            " selector"
        )
        yield forbidden("endpoint_api", reason, "use `EndpointApi.SLICES`, the default")


def _in_phase(phase: str, given: Sequence[BackendSpec]) -> list[BackendSpec]:
    """Return the external backends in the state that the phase gives them."""
    if not has_drained(phase):
        return list(given)
    return [replace(one, state="Draining") if one.is_ready else one for one in given]


def _service(
    args: MigratingServiceArgs,
    phase: str,
    component_name: str,
    ports: Sequence[Port],
    backends: Sequence[BackendSpec],
    findings: list[Finding],
) -> Rendering:
    selects = has_selector(phase)
    # The name of a container's port cannot be resolved while there are no Pods.
    served = ports if selects else [replace(port, target=port.external) for port in ports]
    service = render_service(args, component_name, args.type, served, findings)
    render_traffic(service, args, findings)
    if not args.ip_families and len({backend.family for backend in backends}) > 1:
        service.put("spec.ipFamilyPolicy", "PreferDualStack")
    if selects:
        service.put("spec.selector", dict(args.selector), "selector")
    annotations = {**args.annotations, PHASE_ANNOTATION: phase}
    service.put("metadata.annotations", annotations, "annotations")
    return service
