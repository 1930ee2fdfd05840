"""The objects of an `HttpIngress` with `RouteApi.GATEWAY`: routes, and grants for backends."""

from collections.abc import Iterator, Sequence

from .backend_tls import secured_ports
from .checks import check_objects
from .findings import Finding, forbidden, invalid, required
from .gateway_backends import RouteScope
from .metadata import Manifest
from .objects.backend_tls_policy import backend_tls_policy
from .objects.http_route_manifest import HTTP_ROUTE, http_route
from .objects.reference_grant import reference_grants
from .objects.rendering import Rendering
from .route_arguments import HttpIngressArgs
from .route_backends import RouteRule, route_rules
from .unknown import Unknown
from .versions import Rules

__all__ = ["plan_http_routes"]

_Host = str | Unknown | None

_LISTENER = "TLS of clients ends at a listener of the Gateway"
_NOT_OF_A_ROUTE = {
    "class_name": (
        "a Gateway has the class, and routes have none",
        "set `gatewayClassName` of the Gateway",
    ),
    "tls": (_LISTENER, "name the Secrets in `tls.certificateRefs` of the listener"),
    "issuer": (_LISTENER, "annotate the Gateway with `cert-manager.io/issuer`"),
    "cluster_issuer": (_LISTENER, "annotate the Gateway with `cert-manager.io/cluster-issuer`"),
    "await_ready": (
        "a route has no address of its own",
        "read `status.addresses` of the Gateway",
    ),
}
"""Arguments that a route cannot express: the reason, and what to use instead."""


def plan_http_routes(
    args: HttpIngressArgs,
    name: str,
    versions: Rules,
    findings: list[Finding],
    unread: Sequence[Finding],
    unknown: frozenset[str],
) -> list[Manifest]:
    """Render the routes of an `HttpIngress`, and the grants for their backends, and check them.

    Args:
        args: The arguments.
        name: The name of the route; with several hosts, the prefix of each route's name.
        versions: The rules of Kubernetes.
        findings: Collects the errors.
        unread: The errors in the form of the arguments.
        unknown: The paths of arguments that were not known when the program ran.
    """
    scope = RouteScope(args.namespace, unknown)
    rules = [*route_rules(args)]
    _check_arguments(args, findings)
    for rule in rules:
        for path, backend in rule.backends:
            scope.read_backend(backend, path, findings)
    hosts = _by_host(rules)
    objects = [*_routes(args, name, hosts, scope, unknown, findings)]
    backends = [one for rule in rules for one in rule.backends]
    objects += reference_grants(scope, name, HTTP_ROUTE, backends)
    secured = secured_ports(backends, args.namespace, findings)
    objects += [backend_tls_policy(port, name) for port in secured]
    check_objects(objects, versions, findings, unread)
    return [one.manifest for one in objects]


def _check_arguments(args: HttpIngressArgs, findings: list[Finding]) -> None:
    if not args.gateways and not findings:
        remedy = 'give at least one, such as {"name": "web", "namespace": "gateways"}'
        findings.append(required("gateways", "the Gateways of the routes", remedy))
    findings += [
        forbidden(argument, reason, remedy)
        for argument, (reason, remedy) in _NOT_OF_A_ROUTE.items()
        if getattr(args, argument)
    ]


def _by_host(rules: Sequence[RouteRule]) -> dict[_Host, list[RouteRule]]:
    found: dict[_Host, list[RouteRule]] = {}
    for rule in rules:
        found.setdefault(rule.host, []).append(rule)
    return found


def _routes(
    args: HttpIngressArgs,
    name: str,
    hosts: dict[_Host, list[RouteRule]],
    scope: RouteScope,
    unknown: frozenset[str],
    findings: list[Finding],
) -> Iterator[Rendering]:
    """Yield one route for each host, because each match of a route applies to all its hosts."""
    is_alone = len(hosts) == 1
    for host, rules in hosts.items():
        own_name = name
        argument = f"{rules[0].argument.partition('.')[0]}.host"
        if not is_alone and (isinstance(host, Unknown) or argument in unknown):
            detail = "must be a plain string where there are several hosts"
            remedy = "the name of its HTTPRoute is made of it; or declare an HttpIngress for it"
            findings.append(invalid(argument, "Output", detail, remedy))
        elif not is_alone and isinstance(host, str):
            own_name = f"{name}-{host.replace('*', 'wildcard')}"
        yield http_route(args, own_name, host, rules, scope)
