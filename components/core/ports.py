"""Ports: one list renders the ports of the Service and of every slice behind it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ..validation.kinds.service_ports import SERVICE_PORTS_REQUIRED
from . import syntax
from .arguments import PortArgs
from .findings import Finding, forbidden, invalid, required
from .metadata import Manifest
from .unknown import Unknown

Number = int | Unknown


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a Service, always named."""

    name: str
    port: Number
    target: Number | str | Unknown
    """Where the backends listen: a number, or for Pods the name of a container's port."""
    protocol: str
    app_protocol: str | Unknown | None
    node_port: Number | None
    path: str = field(default="", compare=False)
    """The argument that it comes from, such as `ports[0]`."""
    target_path: str = field(default="", compare=False)
    """The argument that `target` comes from."""
    listening: Number | None = None
    """Where external backends listen, if the Pods beside them use a named port."""

    @property
    def is_remapped(self) -> bool:
        """Whether backends listen on another port than clients connect to; False while unknown."""
        if isinstance(self.port, Unknown) or isinstance(self.target, Unknown):
            return False
        return self.target != self.port

    @property
    def external(self) -> Number:
        """Where external backends listen, whose ports have no names."""
        if self.listening is not None:
            return self.listening
        return self.port if isinstance(self.target, str) else self.target

    def for_service(self) -> Manifest:
        """Render as an entry of a Service's `spec.ports`."""
        manifest = self._common(self.port)
        manifest["targetPort"] = self.target
        if self.node_port is not None:
            manifest["nodePort"] = self.node_port
        return manifest

    def for_endpoints(self, number: Number | None = None) -> Manifest:
        """Render as a port of an EndpointSlice or Endpoints, with `number` if it is given."""
        return self._common(self.external if number is None else number)

    def _common(self, number: Number) -> Manifest:
        manifest: Manifest = {"name": self.name, "port": number, "protocol": self.protocol}
        if self.app_protocol is not None:
            manifest["appProtocol"] = self.app_protocol
        return manifest


def require_ports(
    ports: Collection[Port],
    unread: Collection[Finding],
    findings: list[Finding],
    *,
    givers: Collection[str] = ("ports",),
) -> None:
    """Add an error if a Service has no port, unless the given ones could not be read.

    Args:
        ports: The ports of the Service.
        unread: The errors in the form of the arguments.
        findings: Collects the error.
        givers: The arguments that may give ports. Defaults to `ports`.
    """
    if ports or any(one.path in givers for one in unread):
        return
    remedy = "give at least one port" + (", or a `preset`" if "preset" in givers else "")
    findings.append(required("ports", remedy=remedy, rule=SERVICE_PORTS_REQUIRED))


def read_ports(
    given: Mapping[str, PortArgs],
    findings: list[Finding],
    *,
    kind: str,
    selectorless: bool,
    fixed: str = "",
    mixed: bool = False,
) -> list[Port]:
    """Read ports, and check what no manifest shows.

    Args:
        given: The ports, by the path of their argument.
        findings: Collects the errors.
        kind: The Service's type. An ExternalName has no node ports.
        selectorless: Whether there are no Pods, so that named targets cannot be resolved.
        fixed: Why a port cannot be remapped; empty if it can.
        mixed: Whether external backends stand beside Pods, so that a target may have both a number
            and a name.
    """
    ports: list[Port] = []
    for path, args in given.items():
        port = _read_port(args, path, findings, selectorless=selectorless, mixed=mixed)
        if port.node_port is not None and kind == "ExternalName":
            findings.append(
                forbidden(f"{path}.node_port", f"may not be used when `type` is '{kind}'")
            )
        if fixed and port.is_remapped:
            target = port.target if isinstance(port.target, int) else None
            remedy = "leave `target_port` out"
            findings.append(invalid(f"{path}.target_port", target, fixed, remedy))
        ports.append(port)
    return ports


def _read_port(
    args: PortArgs, path: str, findings: list[Finding], *, selectorless: bool, mixed: bool
) -> Port:
    target: Number | str | None = args.target_port
    number = args.port if args.target_port is None else args.target_port
    target_path = f"{path}.port" if target is None else f"{path}.target_port"
    for field_, given in (("target_port", target), ("node_port", args.node_port)):
        if given == 0:  # the API server treats it as absent
            reasons = syntax.port_number(0)
            findings += [invalid(f"{path}.{field_}", 0, reason) for reason in reasons]
    named = args.target_port_name
    if named is not None:
        target_path = f"{path}.target_port_name"
        _check_named_target(args, target_path, findings, selectorless=selectorless, mixed=mixed)
        target = named
    return Port(
        name=_read_name(args, path, findings),
        port=args.port,
        target=args.port if target is None else target,
        protocol=args.protocol,
        app_protocol=args.app_protocol,
        node_port=args.node_port,
        path=path,
        target_path=target_path,
        listening=number if mixed and named is not None else None,
    )


def _check_named_target(
    args: PortArgs, path: str, findings: list[Finding], *, selectorless: bool, mixed: bool
) -> None:
    if selectorless:
        remedy = "give the number in `target_port`"
        findings.append(forbidden(path, "only Pods have named ports", remedy))
    elif args.target_port is not None and not mixed:
        findings.append(forbidden(path, "may not be given with `target_port`"))
    if args.target_port_name == "":  # the API server treats it as absent
        findings += [invalid(path, "", reason) for reason in syntax.iana_service_name("")]


def _read_name(args: PortArgs, path: str, findings: list[Finding]) -> str:
    if args.name is None:
        if isinstance(args.port, Unknown):
            if not any(finding.path.startswith(path) for finding in findings):
                reason = "a port whose number is an Output needs a name"
                findings.append(required(f"{path}.name", reason))
            return f"unnamed-{path.partition('[')[2].rstrip(']')}"  # no error shows this name
        return f"{args.protocol.lower()}-{args.port}"
    if not args.name:  # the API server treats it as absent
        findings += [invalid(f"{path}.name", "", reason) for reason in syntax.dns_label("")]
    return args.name
