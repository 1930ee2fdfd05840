"""TLS from a Gateway to the backends of its routes."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..validation.ip import parse_sloppy_ip
from .findings import Finding, forbidden, invalid, required
from .route_arguments import BackendRefArgs, BackendTlsArgs
from .route_backends import backend_label, section_name
from .unknown import Unknown

__all__ = ["SecuredPort", "refuse_address", "secured_ports"]


class SecuredPort(NamedTuple):
    """A port of a Service whose backends speak TLS."""

    argument: str
    """The first argument that names it, such as `rules[0].backend`."""
    service: str | Unknown
    label: str
    """The Service's name, as the program knows it."""
    namespace: str | Unknown | None
    section: str
    """The name of the port; empty for all ports of the Service."""
    tls: BackendTlsArgs


def secured_ports(
    backends: Iterable[tuple[str, BackendRefArgs]],
    namespace: str | Unknown | None,
    findings: list[Finding],
) -> Sequence[SecuredPort]:
    """Return the ports that a Gateway connects to with TLS, each once.

    Args:
        backends: All backends of a route, each with its argument.
        namespace: The namespace of the route.
        findings: Collects the errors.
    """
    found: dict[tuple[object, ...], SecuredPort] = {}
    for path, backend in backends:
        if backend.tls is None:
            continue
        label = backend_label(backend)
        if label is None:
            detail = "the name of its BackendTLSPolicy is made of it"
            remedy = "give the name of the Service as a plain string"
            findings.append(required(f"{path}.object_name", detail, remedy))
            continue
        _check(backend.tls, f"{path}.tls", findings)
        place = backend.namespace if isinstance(backend.namespace, str) else namespace
        section = section_name(backend)
        port = SecuredPort(path, backend.service_name, label, place, section, backend.tls)
        first = found.setdefault((place, label, section), port)
        if first.tls.differs_from(backend.tls):
            reason = f"`{first.argument}.tls` has other settings for this port of the Service"
            findings.append(forbidden(f"{path}.tls", reason, "give both the same"))
    return [*found.values()]


def refuse_address(tls: BackendTlsArgs, path: str, findings: list[Finding]) -> None:
    """Add an error if an IP address is given as the name in a certificate.

    Args:
        tls: The settings.
        path: The argument that holds them.
        findings: Collects the errors.
    """
    if isinstance(tls.hostname, str) and parse_sloppy_ip(tls.hostname) is not None:
        detail = "must be a DNS name in the certificate, not an IP address"
        findings.append(invalid(f"{path}.hostname", tls.hostname, detail))


def _check(tls: BackendTlsArgs, path: str, findings: list[Finding]) -> None:
    if not tls.verify:
        detail = "a Gateway always verifies the certificates of backends"
        remedy = (
            "give the ConfigMap of its CA, or of the certificate itself where it signs itself, as"
            " `ca_config_map`"
        )
        findings.append(forbidden(f"{path}.verify", detail, remedy))
    if tls.ca_secret is not None:
        detail = "a BackendTLSPolicy reads CAs from ConfigMaps"
        remedy = "give a ConfigMap with the same `ca.crt` as `ca_config_map`"
        findings.append(forbidden(f"{path}.ca_secret", detail, remedy))
    refuse_address(tls, path, findings)
