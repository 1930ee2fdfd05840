"""The objects of a `TcpRoute`: the route of a listener, and grants for its backends."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..validation.hazards.hazard import Hazard
from .checks import check_objects
from .findings import Finding, forbidden, required
from .gateway_backends import RouteScope
from .metadata import Manifest
from .objects.manifest_metadata import check_metadata, put_metadata, read_rules
from .objects.reference_grant import GATEWAY_GROUP, reference_grants
from .objects.rendering import Rendering
from .objects.route_references import note_backends, put_parents
from .route_arguments import BackendRefArgs, TcpRouteArgs
from .route_backends import listed_backends

__all__ = ["TCP_ROUTE", "TcpRoutePlan", "plan_tcp_route"]

TCP_ROUTE = "TCPRoute"


@dataclass(frozen=True, slots=True)
class TcpRoutePlan:
    """What a `TcpRoute` declares."""

    objects: Sequence[Manifest]
    """The route, and the grants for its backends."""
    hazards: Sequence[Hazard] = ()
    """What is legal but will not work as intended. Arguments show none of it."""


def plan_tcp_route(
    args: TcpRouteArgs,
    component_name: str,
    findings: list[Finding],
    unknown: frozenset[str] = frozenset(),
) -> TcpRoutePlan:
    """Render the objects of a `TcpRoute`, and check them.

    Args:
        args: The arguments.
        component_name: Names the route where `route_name` is not given.
        findings: The errors in the form of the arguments; collects all others. The result may be
            used only if it stays empty.
        unknown: The paths of arguments that were not known when the program ran.
    """
    unread = tuple(findings)
    versions = read_rules(args.kubernetes_version, findings)
    check_metadata(args, findings)
    scope = RouteScope(args.namespace, unknown)
    backends = listed_backends("", args.backend, args.backends)
    _check(args, backends, scope, findings)
    name = component_name if args.route_name is None else args.route_name
    remedy = "it stands in for `route_name`; give one" if args.route_name is None else ""
    route = Rendering(f"{GATEWAY_GROUP}/v1", TCP_ROUTE)
    route.put("metadata.name", name, "route_name", remedy=remedy)
    put_metadata(route, args)
    put_parents(route, args.gateways)
    references = [scope.reference(backend, at) for at, backend in backends]
    route.put("spec.rules", [{"backendRefs": references}])
    note_backends(route, "spec.rules[0]", backends)
    route.note("spec.rules", "backends")
    objects = [route, *reference_grants(scope, name, TCP_ROUTE, backends)]
    check_objects(objects, versions, findings, unread)
    return TcpRoutePlan([one.manifest for one in objects])


def _check(
    args: TcpRouteArgs,
    backends: Sequence[tuple[str, BackendRefArgs]],
    scope: RouteScope,
    findings: list[Finding],
) -> None:
    if args.backend is not None and args.backends:
        findings.append(forbidden("backends", "may not be given with `backend`"))
    if not backends and not findings:
        remedy = "give `backend`, such as `route_backend(component)`, or `backends`"
        findings.append(required("backend", "where connections go", remedy))
    if not args.gateways and not findings:
        remedy = 'give at least one, such as {"name": "databases", "section_name": "postgres"}'
        findings.append(required("gateways", "the Gateways of the route", remedy))
    for path, backend in backends:
        if backend.tls is not None:
            detail = "a TCPRoute passes TLS on as clients send it"
            findings.append(forbidden(f"{path}.tls", detail, "leave it out"))
        scope.read_backend(backend, path, findings)
