"""BackendTLSPolicy of gateway.networking.k8s.io/v1: TLS from a Gateway to a Service."""

from collections.abc import Mapping

from ..backend_tls import SecuredPort
from ..metadata import Manifest
from ..unknown import Unknown
from .reference_grant import GATEWAY_GROUP
from .rendering import Rendering

__all__ = ["BACKEND_TLS_POLICY", "backend_tls_policy"]

BACKEND_TLS_POLICY = "BackendTLSPolicy"


def backend_tls_policy(port: SecuredPort, name: str) -> Rendering:
    """Render the TLS settings of a Gateway for a port of a Service.

    Args:
        port: The port and its TLS settings.
        name: The name of the route, which begins the object's name.
    """
    made = Rendering(f"{GATEWAY_GROUP}/v1", BACKEND_TLS_POLICY)
    parts = [name, port.label, *([port.section] if port.section else [])]
    made.put("metadata.name", "-".join(parts), f"{port.argument}.object_name")
    if port.namespace is not None:
        made.put("metadata.namespace", port.namespace, f"{port.argument}.namespace")
    made.put("spec.targetRefs", [_target(port)], port.argument)
    made.put("spec.validation", _validation(port), f"{port.argument}.tls")
    for field, argument in _ARGUMENTS.items():
        made.note(f"spec.validation.{field}", f"{port.argument}.tls.{argument}")
    for index in range(len(port.tls.names)):
        field = f"spec.validation.subjectAltNames[{index}].hostname"
        made.note(field, f"{port.argument}.tls.names[{index}]")
    return made


_ARGUMENTS: Mapping[str, str] = {
    "hostname": "hostname",
    "caCertificateRefs[0].name": "ca_config_map",
    "subjectAltNames": "names",
}


def _target(port: SecuredPort) -> Manifest:
    target: Manifest = {"group": "", "kind": "Service", "name": port.service}
    return {**target, "sectionName": port.section} if port.section else target


def _validation(port: SecuredPort) -> Manifest:
    made: Manifest = {"hostname": port.tls.hostname}
    ca: str | Unknown | None = port.tls.ca_config_map
    if ca is None:
        made["wellKnownCACertificates"] = "System"
    else:
        made["caCertificateRefs"] = [{"group": "", "kind": "ConfigMap", "name": ca}]
    if port.tls.names:
        made["subjectAltNames"] = [{"type": "Hostname", "hostname": one} for one in port.tls.names]
    return made
