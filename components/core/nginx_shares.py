"""Splits an `HttpIngress` for ingress-nginx, whose annotations apply to a whole Ingress."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from .findings import Finding, forbidden
from .ingress_tls import Controller, controller_of
from .route_arguments import BackendRefArgs, BackendTlsArgs, HttpIngressArgs
from .route_backends import backend_label, port_number, route_rules, section_name

__all__ = ["Share", "shares_of"]

_PREFIX = "nginx.ingress.kubernetes.io"
_SETTINGS = (
    "backend-protocol",
    *("proxy-ssl-name", "proxy-ssl-secret", "proxy-ssl-server-name", "proxy-ssl-verify"),
)
_Setting = tuple[object, ...]
_ISSUING = ("cert-manager.io/", "acme.cert-manager.io/", "kubernetes.io/tls-acme")
"""Prefixes of annotations that request certificates, which only one Ingress may do."""


class Share(NamedTuple):
    """An Ingress and the backends that it routes to."""

    name: str
    argument: str
    """The argument that its name is derived from; empty for the first."""
    annotations: Mapping[str, str]
    """The controller's annotations for TLS to these backends."""
    has: Callable[[BackendRefArgs | None], bool]
    """Returns whether it routes to a backend."""

    @property
    def is_first(self) -> bool:
        """Whether it has the name of the component's Ingress and requests certificates."""
        return not self.argument

    def keeps(self, annotation: str) -> bool:
        """Return whether it carries an annotation of the component."""
        return self.is_first or not annotation.startswith(_ISSUING)


def shares_of(args: HttpIngressArgs, name: str, findings: list[Finding]) -> list[Share]:
    """Return the Ingresses of a component: for ingress-nginx one for each TLS setting.

    Backends without TLS keep the component's name; if all have TLS, the first setting keeps it.

    Args:
        args: The arguments.
        name: The name of the first Ingress.
        findings: Collects the errors.
    """
    firsts: dict[_Setting, tuple[str, BackendRefArgs]] = {}
    if controller_of(args.class_name) is Controller.NGINX:
        for rule in route_rules(args):
            for path, backend in rule.backends:
                firsts.setdefault(_setting(backend.tls), (path, backend))
    secured = [one for one in firsts if one]
    if not secured:
        return [Share(name, "", {}, _has_all)]
    findings += [
        forbidden(f"annotations[{key}]", "`tls` of a backend sets this annotation")
        for key in (f"{_PREFIX}/{setting}" for setting in _SETTINGS)
        if key in args.annotations
    ]
    made: list[Share] = []
    for setting in [*([()] if () in firsts else []), *secured]:
        path, backend = firsts[setting]
        own, argument = (_name(name, backend), f"{path}.object_name") if made else (name, "")
        if any(own == other.name for other in made):
            detail = "another backend has other settings for this port of the Service"
            findings.append(forbidden(f"{path}.tls", detail, "give both the same"))
        annotations = _annotations(backend.tls, args)
        made.append(Share(own, argument, annotations, partial(_has, setting)))
    return made


def _setting(tls: BackendTlsArgs | None) -> _Setting:
    return () if tls is None else (tls.hostname, tls.ca_secret, tls.verify)


def _has_all(backend: BackendRefArgs | None) -> bool:
    del backend
    return True


def _has(setting: _Setting, backend: BackendRefArgs | None) -> bool:
    return backend is not None and _setting(backend.tls) == setting


def _name(name: str, backend: BackendRefArgs) -> str:
    port = section_name(backend) or port_number(backend)
    parts = [name, backend_label(backend) or "", *([str(port)] if port is not None else [])]
    return "-".join(parts)


def _annotations(tls: BackendTlsArgs | None, args: HttpIngressArgs) -> dict[str, str]:
    if tls is None:
        return {}
    made = {"backend-protocol": "HTTPS", "proxy-ssl-verify": "on" if tls.verify else "off"}
    if tls.ca_secret is not None:  # without it the controller ignores the others
        made["proxy-ssl-secret"] = f"{args.namespace}/{tls.ca_secret}"
        made["proxy-ssl-name"] = str(tls.hostname)
        made["proxy-ssl-server-name"] = "on"
    return {f"{_PREFIX}/{key}": value for key, value in made.items()}
