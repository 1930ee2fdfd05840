"""Backends of routes, made from components."""

from collections.abc import Mapping
from typing import Any, cast

import pulumi

from .._runtime.service_component import DeclaredService, ServiceComponent
from ..core.objects.servers_transport import SCHEME, TRANSPORT, transport_reference
from ..route_types import RouteBackend

__all__ = ["route_backend", "traefik_annotations"]


def route_backend(
    service: ServiceComponent | DeclaredService,
    port_name: str | None = None,
    *,
    port: pulumi.Input[int] | None = None,
) -> RouteBackend:
    """Return a component's Service as a backend of a route, so that its port is checked.

    Args:
        service: A component with one Service, or an entry of `services` of an
            `ExternalServiceSet`.
        port_name: The name of its port. Defaults to its only port.
        port: The number of its port, instead of the name. Defaults to none.
    """
    declared = service if isinstance(service, DeclaredService) else service.declared
    spec = declared.planned["spec"]
    ports = cast("list[Mapping[str, Any]]", spec.get("ports") or [])
    namespace: object = declared.planned["metadata"].get("namespace")
    made: RouteBackend = {
        "service_name": declared.service_name,
        "object_name": declared.planned["metadata"]["name"],
        "namespace": namespace if isinstance(namespace, str) else declared.namespace,
        "service_ports": {
            one["name"]: number for one in ports if isinstance(number := one["port"], int)
        },
        "is_external_name": spec["type"] == "ExternalName",
    }
    read = _read_by_traefik(declared.planned["metadata"].get("annotations", {}))
    if read is not None:
        made["service_annotations"] = read
    if len(made.get("service_ports", {})) != len(ports):
        made.pop("service_ports")  # a number is an Output
    if port_name is not None:
        made["port_name"] = port_name
    if port is not None:
        made["port"] = port
    return made


def traefik_annotations(
    service_name: str, namespace: pulumi.Input[str]
) -> dict[str, pulumi.Input[str]]:
    """Return the annotations of a Service that Traefik connects to with TLS.

    They name the ServersTransport that an `HttpIngress` declares for a backend with `tls`.

    Args:
        service_name: The Service's name.
        namespace: The Service's namespace.
    """
    if isinstance(namespace, str):
        reference: pulumi.Input[str] = transport_reference(namespace, service_name)
    else:
        reference = pulumi.Output.concat(namespace, transport_reference("", service_name))
    return {SCHEME: "https", TRANSPORT: reference}


def _read_by_traefik(annotations: Mapping[str, object]) -> dict[str, pulumi.Input[str]] | None:
    """Return the annotations of a Service that Traefik reads; None if one is still unknown."""
    found = {key: annotations[key] for key in (SCHEME, TRANSPORT) if key in annotations}
    known = {key: value for key, value in found.items() if isinstance(value, str)}
    return {**known} if len(known) == len(found) else None
