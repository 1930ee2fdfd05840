"""The objects of an `HttpIngress`: which Service answers for which host and path."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..validation.hazards.declared import INGRESS_NGINX_RETIRED
from ..validation.hazards.hazard import Hazard
from ..validation.hazards.ingresses import INGRESS_EXTERNAL_NAME
from ..validation.kinds.ingress import BACKEND_NONE
from ..validation.kinds.ingress import EMPTY as INGRESS_EMPTY
from .checks import check_objects
from .findings import Finding, forbidden, invalid, quote, required
from .http_routes import plan_http_routes
from .metadata import Manifest
from .objects.ingress_manifest import put_rules, put_tls
from .objects.manifest_metadata import check_metadata, put_metadata, read_rules
from .objects.rendering import Rendering
from .route_arguments import GATEWAY, HttpIngressArgs
from .route_backends import read_backend, route_rules
from .unknown import Unknown
from .versions import Rules

__all__ = ["HttpIngressPlan", "plan_http_ingress"]

ISSUER_ANNOTATIONS = {
    "issuer": "cert-manager.io/issuer",
    "cluster_issuer": "cert-manager.io/cluster-issuer",
}
"""What cert-manager reads on an Ingress, by the argument."""


@dataclass(frozen=True, slots=True)
class HttpIngressPlan:
    """What an `HttpIngress` declares."""

    objects: Sequence[Manifest]
    """The Ingress, or the routes and the grants for their backends."""
    hazards: Sequence[Hazard]
    """What is legal but will not work as intended, as far as the arguments tell."""

    @property
    def ingress(self) -> Manifest:
        """The Ingress, or the first route."""
        return self.objects[0]


def plan_http_ingress(
    args: HttpIngressArgs,
    component_name: str,
    findings: list[Finding],
    unknown: frozenset[str] = frozenset(),
) -> HttpIngressPlan:
    """Render the objects of an `HttpIngress`, and check them.

    Args:
        args: The arguments.
        component_name: Names the Ingress where `ingress_name` is not given.
        findings: What is wrong with the form of the arguments; collects what else is wrong. Where
            it is not empty the result is not to be used.
        unknown: The paths of arguments that were not known when the program ran.
    """
    unread = tuple(findings)
    versions = read_rules(args.kubernetes_version, findings)
    check_metadata(args, findings)
    _check_rules(args, findings)
    name = component_name if args.ingress_name is None else args.ingress_name
    if args.api == GATEWAY:
        routes = plan_http_routes(args, name, versions, findings, unread, unknown)
        return HttpIngressPlan(routes, [])
    ingress = _plan_ingress(args, name, versions, findings, unread)
    return HttpIngressPlan([ingress], [*_hazards(args)])


def _plan_ingress(
    args: HttpIngressArgs,
    name: str,
    versions: Rules,
    findings: list[Finding],
    unread: Sequence[Finding],
) -> Manifest:
    _check_backends(args, findings)
    _check_issuers(args, findings)
    remedy = "it is the default of `ingress_name`; set that" if args.ingress_name is None else ""
    made = Rendering("networking.k8s.io/v1", "Ingress")
    made.put("metadata.name", name, "ingress_name", remedy=remedy)
    put_metadata(made, args)
    for argument, annotation in ISSUER_ANNOTATIONS.items():
        value: object = getattr(args, argument)
        if value is not None:
            annotations = made.manifest["metadata"].setdefault("annotations", {})
            annotations[annotation] = value
    made.note("spec", "rules")
    put_rules(made, args)
    put_tls(made, args, name)
    check_objects([made], versions, findings, unread)
    return made.manifest


def _check_rules(args: HttpIngressArgs, findings: list[Finding]) -> None:
    if not args.rules and args.default_backend is None and not findings:
        remedy = "give at least one host, or a `default_backend`"
        findings.append(required("rules", remedy=remedy, rule=INGRESS_EMPTY))
    for rule in route_rules(args):
        if not rule.backends and ".paths" in rule.argument:
            findings.append(required(f"{rule.argument}.backend", rule=BACKEND_NONE))
        elif not rule.backends:
            remedy = "give `backend` or `paths`"
            findings.append(required(rule.argument, "where its requests go", remedy))


_GATEWAY_HAS = 'give `api` as "Gateway": an HTTPRoute has them'


def _check_backends(args: HttpIngressArgs, findings: list[Finding]) -> None:
    """Refuse what an Ingress cannot say, and ports that Services do not have."""
    if args.gateways:
        remedy = 'give `api` as "Gateway", or `class_name` to choose the controller'
        findings.append(forbidden("gateways", "an Ingress attaches to no Gateway", remedy))
    for rule in route_rules(args):
        for path, backend in rule.backends:
            if ".backends" in path:
                reason = "an Ingress leads a path to one Service"
                findings.append(forbidden(path, reason, _GATEWAY_HAS))
                continue
            if backend.weight is not None:
                findings.append(forbidden(f"{path}.weight", "an Ingress has none", _GATEWAY_HAS))
            if backend.tls is not None:
                detail = "an Ingress does not tell how its controller connects to backends"
                findings.append(forbidden(f"{path}.tls", detail, _tls_remedy(args.class_name)))
            read_backend(backend, path, findings)
            ours, theirs = args.namespace, backend.namespace
            if isinstance(ours, str) and isinstance(theirs, str) and ours != theirs:
                reason = f"an Ingress leads to Services of its own namespace, {quote(ours)}"
                remedy = (
                    "declare the HttpIngress in the namespace of the Service, or give `api` as"
                    ' "Gateway"'
                )
                findings.append(invalid(f"{path}.namespace", theirs, reason, remedy))


def _tls_remedy(class_name: object) -> str:
    """Return where TLS to backends goes with a class of Ingresses."""
    gateway = 'give `api` as "Gateway"'
    name = class_name if isinstance(class_name, str) else ""
    if "traefik" in name:
        return (
            "Traefik reads `traefik.ingress.kubernetes.io/service.serversscheme: https` and"
            " `service.serverstransport` on the Service: give them as `annotations` of its"
            f" component; or {gateway}"
        )
    if "nginx" in name:
        return (
            "ingress-nginx reads `nginx.ingress.kubernetes.io/backend-protocol: HTTPS` for a whole"
            " Ingress: give it as `annotations` of an HttpIngress for these backends alone; or"
            f" {gateway}"
        )
    return f"read the documentation of the controller; or {gateway}"


def _check_issuers(args: HttpIngressArgs, findings: list[Finding]) -> None:
    if args.issuer is not None and args.cluster_issuer is not None:
        findings.append(forbidden("cluster_issuer", "may not be given with `issuer`"))
    for argument, annotation in ISSUER_ANNOTATIONS.items():
        if getattr(args, argument) is not None and annotation in args.annotations:
            reason = f"`{argument}` sets this annotation"
            findings.append(forbidden(f"annotations[{annotation}]", reason))
    is_issued = args.issuer is not None or args.cluster_issuer is not None
    asks = is_issued and (not args.tls or any(one.hosts is None for one in args.tls))
    if asks and not any(rule.host is not None for rule in args.rules):
        argument = "issuer" if args.issuer is not None else "cluster_issuer"
        reason = "a certificate is for hosts, and no rule names one"
        findings.append(forbidden(argument, reason, "give `host` in `rules`, or `tls`"))


def _hazards(args: HttpIngressArgs) -> Iterator[Hazard]:
    is_nginx = isinstance(args.class_name, str) and "nginx" in args.class_name
    if is_nginx:
        yield INGRESS_NGINX_RETIRED
    for _, backend in (one for rule in route_rules(args) for one in rule.backends):
        if backend.is_external_name and not is_nginx:
            name = backend.service_name
            service = "" if isinstance(name, Unknown) else quote(name)
            text = INGRESS_EXTERNAL_NAME.text.format(service=service).replace("  ", " ")
            yield INGRESS_EXTERNAL_NAME.saying(text, _ALIAS_REMEDY)
            return


_ALIAS_REMEDY = (
    "use a controller that takes it (Traefik with allowExternalNameServices); where the addresses"
    " are fixed, use ExternalService"
)
