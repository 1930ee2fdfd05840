"""TLS from an Ingress controller to backends, for controllers that read annotations."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from ..validation.ip import parse_sloppy_ip
from . import syntax
from .backend_tls import refuse_address
from .findings import Finding, forbidden, invalid, quote, required
from .objects.servers_transport import SCHEME, TRANSPORT, transport_reference
from .route_arguments import BackendRefArgs, BackendTlsArgs, HttpIngressArgs
from .route_backends import backend_label, port_number, route_rules, section_name
from .unknown import Unknown

__all__ = ["Controller", "SecuredService", "check_tls", "controller_of", "secured_services"]

_GATEWAY = 'give `api` as "Gateway"'


class Controller(Enum):
    """The controller of an Ingress, as the name of its class shows."""

    TRAEFIK = "Traefik"
    NGINX = "ingress-nginx"
    OTHER = ""


def controller_of(class_name: str | Unknown | None) -> Controller:
    """Return the controller of an Ingress class."""
    name = class_name if isinstance(class_name, str) else ""
    if "traefik" in name:
        return Controller.TRAEFIK
    return Controller.NGINX if "nginx" in name else Controller.OTHER


class SecuredService(NamedTuple):
    """A Service whose backends speak TLS."""

    argument: str
    """The first argument that names it, such as `rules[0].backend`."""
    label: str
    """The Service's name, as the program knows it."""
    tls: BackendTlsArgs


def check_tls(args: HttpIngressArgs, findings: list[Finding]) -> None:
    """Add the errors in TLS to the backends of an Ingress.

    Args:
        args: The arguments.
        findings: Collects the errors.
    """
    secured = [*_secured(args)]
    if not secured:
        return
    controller = controller_of(args.class_name)
    if controller is Controller.OTHER:
        findings += [_unreadable(args.class_name, path) for path, _, _ in secured]
        return
    for path, backend, tls in secured:
        _check_settings(tls, f"{path}.tls", findings)
        if backend_label(backend) is None:
            detail = "objects for TLS to the Service are named after it"
            remedy = "give the name of the Service as a plain string"
            findings.append(required(f"{path}.object_name", detail, remedy))
        elif controller is Controller.TRAEFIK:
            _check_traefik(args, path, backend, findings)
        else:
            _check_nginx(args, path, tls, findings)
    if controller is Controller.TRAEFIK:
        _check_services(args, findings)


def secured_services(args: HttpIngressArgs) -> Sequence[SecuredService]:
    """Return the Services that a controller connects to with TLS, each once."""
    found: dict[str, SecuredService] = {}
    for path, backend, tls in _secured(args):
        label = backend_label(backend)
        if label is not None:
            found.setdefault(label, SecuredService(path, label, tls))
    return [*found.values()]


def _secured(args: HttpIngressArgs) -> Iterator[tuple[str, BackendRefArgs, BackendTlsArgs]]:
    for rule in route_rules(args):
        for path, backend in rule.backends:
            if backend.tls is not None and ".backends[" not in path:
                yield path, backend, backend.tls


def _unreadable(class_name: str | Unknown | None, path: str) -> Finding:
    detail = "an Ingress does not tell how its controller connects to backends"
    remedy = (
        'give the class of Traefik or ingress-nginx, such as "traefik", as `class_name`; or'
        f" {_GATEWAY}"
    )
    if isinstance(class_name, Unknown):
        remedy = f"give `class_name` as a plain string; or {_GATEWAY}"
    elif class_name is not None:
        detail += f", and what controllers of class {quote(class_name)} read is unknown"
    return forbidden(f"{path}.tls", detail, remedy)


def _check_settings(tls: BackendTlsArgs, path: str, findings: list[Finding]) -> None:
    if tls.names:
        detail = "the controller of an Ingress looks for one name in the certificate"
        findings.append(forbidden(f"{path}.names", detail, f"give `hostname` alone; or {_GATEWAY}"))
    if tls.ca_config_map is not None and tls.ca_secret is not None:
        findings.append(forbidden(f"{path}.ca_secret", "may not be given with `ca_config_map`"))
    values = ("hostname", tls.hostname), ("ca_config_map", tls.ca_config_map)
    for name, value in (*values, ("ca_secret", tls.ca_secret)):
        if isinstance(value, str) and parse_sloppy_ip(value) is None:
            reasons = syntax.dns_subdomain(value)
            findings += [invalid(f"{path}.{name}", value, reason) for reason in reasons]


def _check_traefik(
    args: HttpIngressArgs,
    path: str,
    backend: BackendRefArgs,
    findings: list[Finding],
) -> None:
    """Compare the known annotations of a Service with those that Traefik must read."""
    label, annotations = backend_label(backend) or "", backend.service_annotations
    reasons = syntax.dns_subdomain(label)
    if isinstance(backend.object_name, str):
        findings += [invalid(f"{path}.object_name", label, reason) for reason in reasons]
    if annotations is None:
        return
    place = backend.namespace if isinstance(backend.namespace, str) else args.namespace
    shown = quote(place) if isinstance(place, str) else "namespace"
    remedy = (
        "give the component of the Service `annotations` of"
        f" `traefik_annotations({quote(label)}, {shown})`"
    )
    # The second form is that of Traefik's `safeNaming`.
    wanted = transport_reference(str(place), label), f"{place}_{label}@kubernetescrd"
    given = annotations.get(TRANSPORT)
    if given is None:
        detail = f"Traefik reads it in annotations of the Service, which has no {TRANSPORT}"
        findings.append(forbidden(f"{path}.tls", detail, remedy))
    elif isinstance(given, str) and isinstance(place, str) and given not in wanted:
        detail = f"the Service's {TRANSPORT} is {quote(given)}, another ServersTransport"
        findings.append(forbidden(f"{path}.tls", detail, remedy))
    elif not _is_https(backend, annotations):
        detail = f"Traefik connects without TLS: the Service has no {SCHEME}: https"
        findings.append(forbidden(f"{path}.tls", detail, remedy))


def _is_https(backend: BackendRefArgs, annotations: Mapping[str, str | Unknown]) -> bool:
    """Return whether Traefik speaks TLS to a port, by its annotation, number or name."""
    scheme = annotations.get(SCHEME)
    if scheme is not None:
        return isinstance(scheme, Unknown) or scheme == "https"
    number = port_number(backend)
    return (
        number is None
        or isinstance(number, Unknown)
        or number == _HTTPS
        or (section_name(backend).startswith("https"))
    )


_HTTPS = 443


def _check_services(args: HttpIngressArgs, findings: list[Finding]) -> None:
    """Refuse different settings for one Service, because its annotations apply to all its ports."""
    first = {one.label: one for one in secured_services(args)}
    for rule in route_rules(args):
        for path, backend in rule.backends:
            one = first.get(backend_label(backend) or "")
            if one is None:
                continue
            if backend.tls is not None and backend.tls.differs_from(one.tls):
                detail = f"`{one.argument}.tls` has other settings for this Service"
                findings.append(forbidden(f"{path}.tls", detail, "give both the same"))
            scheme = (backend.service_annotations or {}).get(SCHEME)
            if backend.tls is None and scheme == "https":
                detail = f"Traefik speaks TLS to all ports of this Service: it has {SCHEME}: https"
                findings.append(required(f"{path}.tls", detail, f"give that of `{one.argument}`"))


def _check_nginx(
    args: HttpIngressArgs, path: str, tls: BackendTlsArgs, findings: list[Finding]
) -> None:
    for name in ("hostname", "ca_secret"):
        if isinstance(getattr(tls, name), Unknown):
            detail = "must be a plain string: each setting of ingress-nginx is an Ingress"
            findings.append(invalid(f"{path}.tls.{name}", "Output", detail))
    if tls.ca_config_map is not None:
        detail = "ingress-nginx reads CAs from Secrets"
        remedy = "give a Secret with the same `ca.crt` as `ca_secret`"
        findings.append(forbidden(f"{path}.tls.ca_config_map", detail, remedy))
    elif tls.verify and tls.ca_secret is None:
        detail = "ingress-nginx verifies by this CA alone"
        remedy = "give a Secret whose `ca.crt` holds the CA of the certificate"
        findings.append(required(f"{path}.tls.ca_secret", detail, remedy))
    if tls.verify:
        refuse_address(tls, f"{path}.tls", findings)
    if tls.ca_secret is not None and not isinstance(args.namespace, str):
        detail = "ingress-nginx names a Secret with its namespace"
        missing = required("namespace", detail, "give it as a plain string")
        if missing not in findings:
            findings.append(missing)
