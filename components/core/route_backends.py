"""Backends of routes: the Services of each rule, and the port of each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ..validation.kinds.ingress import PORT_NONE
from .findings import Finding, forbidden, invalid, not_supported, required
from .route_arguments import BackendRefArgs, HttpIngressArgs
from .unknown import Unknown

__all__ = [
    "RouteRule",
    "backend_label",
    "chosen_port",
    "listed_backends",
    "port_number",
    "read_backend",
    "route_rules",
    "section_name",
]

Port = str | int | Unknown


class RouteRule(NamedTuple):
    """A host and path, and the Services that serve it."""

    argument: str
    """The argument that declares it: `rules[0].paths[0]`, `rules[0]` or `default_backend`."""
    host: str | Unknown | None
    path: str | Unknown
    type: str
    backends: Sequence[tuple[str, BackendRefArgs]]
    """The backends, each with its argument."""


def route_rules(args: HttpIngressArgs) -> Iterator[RouteRule]:
    """Yield all rules of an `HttpIngress`; the default backend comes first."""
    if args.default_backend is not None:
        backends = [("default_backend", args.default_backend)]
        yield RouteRule("default_backend", None, "/", "Prefix", backends)
    for index, rule in enumerate(args.rules):
        argument = f"rules[{index}]"
        for position, path in enumerate(rule.paths):
            below = f"{argument}.paths[{position}]"
            backends = listed_backends(f"{below}.", path.backend, path.backends)
            yield RouteRule(below, rule.host, path.path, path.type, backends)
        if rule.backend is not None or rule.backends or not rule.paths:
            backends = listed_backends(f"{argument}.", rule.backend, rule.backends)
            yield RouteRule(argument, rule.host, "/", "Prefix", backends)


def listed_backends(
    prefix: str, one: BackendRefArgs | None, several: Sequence[BackendRefArgs]
) -> list[tuple[str, BackendRefArgs]]:
    """Return the arguments `backend` and `backends` as one list, each with its path.

    Args:
        prefix: The path before the argument, such as `rules[0].`; empty for the component's own.
        one: `backend`.
        several: `backends`.
    """
    found = [] if one is None else [(f"{prefix}backend", one)]
    return [*found, *((f"{prefix}backends[{at}]", each) for at, each in enumerate(several))]


def chosen_port(backend: BackendRefArgs) -> Port | None:
    """Return the port of a backend, by name or number; by default the Service's only port."""
    if backend.port_name is not None:
        return backend.port_name
    if backend.port is not None:
        return backend.port
    ports = backend.service_ports
    return next(iter(ports)) if ports is not None and len(ports) == 1 else None


def port_number(backend: BackendRefArgs) -> int | Unknown | None:
    """Return the number of a backend's port; None if only its name is known."""
    port = chosen_port(backend)
    if not isinstance(port, str):
        return port
    return None if backend.service_ports is None else backend.service_ports.get(port)


def section_name(backend: BackendRefArgs) -> str:
    """Return the name of a backend's port, or an empty text if it is not known."""
    port = chosen_port(backend)
    if isinstance(port, str):
        return port
    ports = backend.service_ports or {}
    return next((name for name, number in ports.items() if number == port), "")


def backend_label(backend: BackendRefArgs) -> str | None:
    """Return the Service's name for use in other objects' names; None if it is an Output."""
    if backend.object_name is not None:
        return backend.object_name
    return backend.service_name if isinstance(backend.service_name, str) else None


def read_backend(backend: BackendRefArgs, path: str, findings: list[Finding]) -> None:
    """Add the errors in the port of a backend.

    Args:
        backend: The backend.
        path: The argument that holds it.
        findings: Collects the errors.
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
