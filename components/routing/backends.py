"""Components as backends of routes."""

from collections.abc import Mapping
from typing import Any, cast

import pulumi

from .._runtime.service_component import DeclaredService, ServiceComponent
from ..route_types import RouteBackend

__all__ = ["route_backend"]


def route_backend(
    service: ServiceComponent | DeclaredService,
    port_name: str | None = None,
    *,
    port: pulumi.Input[int] | None = None,
) -> RouteBackend:
    """Return a component's Service as a backend of a route, which checks the port on it.

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
    if len(made.get("service_ports", {})) != len(ports):
        made.pop("service_ports")  # of a number that is an Output
    if port_name is not None:
        made["port_name"] = port_name
    if port is not None:
        made["port"] = port
    return made
