"""Backends of routes that attach to a Gateway: ports by number, other namespaces by a grant."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from .findings import Finding, forbidden, invalid, quote, required
from .route_arguments import BackendRefArgs
from .route_backends import port_number, read_backend
from .unknown import Unknown

__all__ = ["Grant", "RouteScope"]


class Grant(NamedTuple):
    """What a namespace must allow before routes of another namespace may use its Services."""

    name: str
    """The name of its ReferenceGrant, unique to the route."""
    namespace: str
    services: Sequence[str | Unknown]
    argument: str
    """The first backend that needs it."""


class RouteScope:
    """The namespace of a route, and the backends that it may use.

    Args:
        namespace: The namespace of the route, if it is known.
        unknown: The paths of arguments that were Outputs.
    """

    def __init__(self, namespace: str | Unknown | None, unknown: frozenset[str]) -> None:
        self.namespace, self._unknown = namespace, unknown

    def read_backend(self, backend: BackendRefArgs, path: str, findings: list[Finding]) -> None:
        """Add the errors in a backend.

        Args:
            backend: The backend.
            path: The argument that holds it.
            findings: Collects the errors.
        """
        known = len(findings)
        read_backend(backend, path, findings)
        if len(findings) == known and port_number(backend) is None:
            detail = "a route names the port of a Service by its number"
            remedy = "give `port`, or make the backend by `route_backend(component)`"
            findings.append(required(f"{path}.port", detail, remedy))
        if backend.is_external_name:
            detail = "a Gateway does not lead to an ExternalName Service"
            remedy = (
                "use ExternalService where the addresses are fixed; some Ingress controllers take"
                " such a Service (Traefik with allowExternalNameServices)"
            )
            findings.append(forbidden(path, detail, remedy))
        self._read_namespace(backend, path, findings)

    def reference(self, backend: BackendRefArgs, path: str) -> dict[str, object]:
        """Render a reference to a backend, as an item of `backendRefs`."""
        made: dict[str, object] = {"name": backend.service_name}
        if self._is_elsewhere(backend, path):
            made["namespace"] = backend.namespace
        made["port"] = port_number(backend)
        if backend.weight is not None:
            made["weight"] = backend.weight
        return made

    def grants(
        self, name: str, kind: str, backends: Iterable[tuple[str, BackendRefArgs]]
    ) -> Iterator[Grant]:
        """Yield the grant that each other namespace must give.

        Args:
            name: The name of the route.
            kind: The kind of the route.
            backends: All backends of the route, each with its argument.
        """
        own_name = f"{name}-{kind.removesuffix('Route').lower()}"
        if self._is_plain:
            own_name += f"-from-{self.namespace}"
        found: dict[str, tuple[str, dict[str | Unknown, None]]] = {}
        for path, backend in backends:
            if isinstance(backend.namespace, str) and self._is_elsewhere(backend, path):
                _, services = found.setdefault(backend.namespace, (path, {}))
                services[backend.service_name] = None
        for namespace, (path, services) in found.items():
            yield Grant(own_name, namespace, [*services], path)

    @property
    def _is_plain(self) -> bool:
        """Return whether the route's namespace was known when the program ran."""
        return isinstance(self.namespace, str) and "namespace" not in self._unknown

    def _is_elsewhere(self, backend: BackendRefArgs, path: str) -> bool:
        """Return whether a backend counts as being in another namespace.

        The number of objects must not depend on an Output: a backend whose namespace is one gets no
            grant, and if the route's namespace is one, every other backend gets a grant.
        """
        theirs = backend.namespace
        if not isinstance(theirs, str) or f"{path}.namespace" in self._unknown:
            return False
        return not self._is_plain or theirs != self.namespace

    def _read_namespace(self, backend: BackendRefArgs, path: str, findings: list[Finding]) -> None:
        ours, theirs = self.namespace, backend.namespace
        if self._is_elsewhere(backend, path):
            if ours is None:
                detail = f"a backend is in {quote(theirs)}, which grants access by namespace"
                findings.append(required("namespace", detail, "give the namespace of the route"))
            return
        if isinstance(ours, str) and isinstance(theirs, str) and ours != theirs:
            reason = f"the namespace arrives too late to grant access to a route of {quote(ours)}"
            remedy = "give the namespace of the Service as a plain string"
            findings.append(invalid(f"{path}.namespace", theirs, reason, remedy))
