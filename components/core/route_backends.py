"""Backends of routes: which port is meant, and whether the Service has it."""

from collections.abc import Mapping, Sequence

from ..validation.kinds.ingress import PORT_NONE
from .findings import Finding, forbidden, invalid, not_supported, required
from .route_arguments import BackendRefArgs
from .unknown import Unknown

__all__ = ["chosen_port", "read_backend"]

Port = str | int | Unknown


def chosen_port(backend: BackendRefArgs) -> Port | None:
    """Return the port of a backend: its name or number, by default the Service's only port."""
    if backend.port_name is not None:
        return backend.port_name
    if backend.port is not None:
        return backend.port
    ports = backend.service_ports
    return next(iter(ports)) if ports is not None and len(ports) == 1 else None


def read_backend(backend: BackendRefArgs, path: str, findings: list[Finding]) -> None:
    """Add what is wrong with the port of a backend.

    Args:
        backend: The backend.
        path: The argument that it is.
        findings: Collects what is wrong.
    """
    ports = backend.service_ports
    if backend.port_name is not None and backend.port is not None:
        findings.append(forbidden(f"{path}.port", "may not be given with `port_name`"))
    elif backend.port_name is not None:
        if ports is not None and backend.port_name not in ports:
            field = f"{path}.port_name"
            findings.append(not_supported(field, backend.port_name, sorted(ports)))
    elif isinstance(backend.port, int):
        findings += _number(backend.port, ports, f"{path}.port")
    elif backend.port is None and chosen_port(backend) is None:
        remedy = "give `port_name` or `port`"
        if ports:
            remedy += f": it has {', '.join(sorted(ports))}"
        findings.append(required(path, "the port of the Service", remedy, PORT_NONE))


def _number(number: int, ports: Mapping[str, int | Unknown] | None, path: str) -> list[Finding]:
    known: Sequence[int | Unknown] = [] if ports is None else [*ports.values()]
    if ports is None or number in known or any(isinstance(one, Unknown) for one in known):
        return []
    listed = ", ".join(map(str, known)) or "none"
    remedy = "write the Service's port, not that of its backends"
    return [invalid(path, number, f"the Service has no such port: it has {listed}", remedy)]
