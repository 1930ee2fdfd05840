"""The objects of an `HttpIngress`, which maps hosts and paths to Services."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..validation.hazards.declared import BACKEND_TLS_UNVERIFIED, INGRESS_NGINX_RETIRED
from ..validation.hazards.hazard import Hazard
from ..validation.hazards.ingresses import INGRESS_EXTERNAL_NAME
from ..validation.kinds.ingress import BACKEND_NONE
from ..validation.kinds.ingress import EMPTY as INGRESS_EMPTY
from .checks import check_objects
from .findings import Finding, forbidden, invalid, quote, required
from .http_routes import plan_http_routes
from .ingress_tls import Controller, check_tls, controller_of, secured_services
from .metadata import Manifest
from .nginx_shares import Share, shares_of
from .objects.ingress_manifest import put_rules, put_tls
from .objects.manifest_metadata import check_metadata, put_metadata, read_rules
from .objects.rendering import Rendering
from .objects.servers_transport import servers_transport
from .route_arguments import GATEWAY, HttpIngressArgs
from .route_backends import read_backend, route_rules
from .unknown import Unknown
from .versions import Rules

__all__ = ["HttpIngressPlan", "plan_http_ingress"]

ISSUER_ANNOTATIONS = {
    "issuer": "cert-manager.io/issuer",
    "cluster_issuer": "cert-manager.io/cluster-issuer",
}
"""The annotations of an Ingress that cert-manager reads, by argument."""


@dataclass(frozen=True, slots=True)
class HttpIngressPlan:
    """What an `HttpIngress` declares."""

    objects: Sequence[Manifest]
    """One or more Ingresses and the objects that Traefik reads beside them; or the routes and the
    objects that they need."""
    hazards: Sequence[Hazard]
    """What is legal but will not work as intended, as far as the arguments show."""

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
        findings: The errors in the form of the arguments; collects all others. The result may be
            used only if it stays empty.
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
    return HttpIngressPlan(_plan_ingresses(args, name, versions, findings, unread), _hazards(args))


def _plan_ingresses(
    args: HttpIngressArgs,
    name: str,
    versions: Rules,
    findings: list[Finding],
    unread: Sequence[Finding],
) -> list[Manifest]:
    _check_backends(args, findings)
    _check_issuers(args, findings)
    check_tls(args, findings)
    ingresses = [_ingress(args, name, share) for share in shares_of(args, name, findings)]
    check_objects(ingresses, versions, findings, unread)
    transports = [
        servers_transport(one.tls, one.label, args.namespace)
        for one in secured_services(args)
        if controller_of(args.class_name) is Controller.TRAEFIK
    ]
    return [*(one.manifest for one in ingresses), *transports]


def _ingress(args: HttpIngressArgs, name: str, share: Share) -> Rendering:
    made = Rendering("networking.k8s.io/v1", "Ingress")
    is_default = share.is_first and args.ingress_name is None
    remedy = "it is the default of `ingress_name`; set that" if is_default else ""
    made.put("metadata.name", share.name, share.argument or "ingress_name", remedy=remedy)
    annotations = {key: value for key, value in args.annotations.items() if share.keeps(key)}
    for argument, annotation in ISSUER_ANNOTATIONS.items():
        value: str | Unknown | None = getattr(args, argument)
        if value is not None and share.is_first:
            annotations[annotation] = value
    put_metadata(made, args, {**annotations, **share.annotations})
    made.note("spec", "rules")
    put_rules(made, args, share.has)
    put_tls(made, args, name)
    return made


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
    """Add errors for settings that an Ingress cannot express, and for ports that Services lack."""
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
            read_backend(backend, path, findings)
            ours, theirs = args.namespace, backend.namespace
            if isinstance(ours, str) and isinstance(theirs, str) and ours != theirs:
                reason = f"an Ingress leads to Services of its own namespace, {quote(ours)}"
                remedy = (
                    "declare the HttpIngress in the namespace of the Service, or give `api` as"
                    ' "Gateway"'
                )
                findings.append(invalid(f"{path}.namespace", theirs, reason, remedy))


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


def _hazards(args: HttpIngressArgs) -> list[Hazard]:
    found: list[Hazard] = []
    backends = [one for rule in route_rules(args) for _, one in rule.backends]
    is_nginx = controller_of(args.class_name) is Controller.NGINX
    if is_nginx:
        found.append(INGRESS_NGINX_RETIRED)
    if any(one.tls is not None and not one.tls.verify for one in backends):
        found.append(BACKEND_TLS_UNVERIFIED)
    alias = next((one for one in backends if one.is_external_name and not is_nginx), None)
    if alias is not None:
        name = alias.service_name
        service = "" if isinstance(name, Unknown) else quote(name)
        text = INGRESS_EXTERNAL_NAME.text.format(service=service).replace("  ", " ")
        found.append(INGRESS_EXTERNAL_NAME.saying(text, _ALIAS_REMEDY))
    return found


_ALIAS_REMEDY = (
    "use a controller that takes it (Traefik with allowExternalNameServices); where the addresses"
    " are fixed, use ExternalService"
)
