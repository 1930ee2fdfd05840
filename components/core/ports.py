"""Ports: one list makes the ports of the Service and those of every slice behind it."""

from collections.abc import Mapping
from dataclasses import dataclass

from . import syntax
from .deferred import Deferred
from .findings import Finding, duplicate, forbidden, invalid, required
from .metadata import Manifest, Plain
from .presets import with_preset

Number = int | Deferred


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a Service, always named."""

    name: str
    port: Number
    target: Number | str
    """Where the backends listen: a number, or for Pods the name of a container's port."""
    protocol: str
    app_protocol: str | Deferred | None
    node_port: Number | None

    @property
    def is_remapped(self) -> bool:
        """Whether backends listen on another port than clients connect to, as far as is known."""
        if isinstance(self.port, Deferred) or isinstance(self.target, Deferred):
            return False
        return self.target != self.port

    def for_service(self) -> Manifest:
        """Render as an entry of a Service's `spec.ports`."""
        manifest = self._common(self.port)
        manifest["targetPort"] = self.target
        if self.node_port is not None:
            manifest["nodePort"] = self.node_port
        return manifest

    def for_endpoints(self, number: Number | None = None) -> Manifest:
        """Render as a port of an EndpointSlice or Endpoints, with its own number if it has one."""
        if number is None:
            number = self.port if isinstance(self.target, str) else self.target
        return self._common(number)

    def _common(self, number: Number) -> Manifest:
        manifest: Manifest = {"name": self.name, "port": number, "protocol": self.protocol}
        if self.app_protocol is not None:
            manifest["appProtocol"] = self.app_protocol
        return manifest


def read_ports(
    args: Plain,
    findings: list[Finding],
    *,
    kind: str,
    selectorless: bool,
    fixed: str = "",
) -> list[Port]:
    """Read and check `ports`, and the ports of `preset`.

    Args:
        args: The component's arguments as plain values.
        findings: Collects what is wrong.
        kind: The Service's type, such as `ClusterIP`, which has no node ports.
        selectorless: Nothing resolves a named target, as there are no Pods.
        fixed: Why a port cannot be remapped, where that is so.
    """
    ports = {
        path: _read_port(value, path, findings, selectorless=selectorless)
        for path, value in with_preset(args).items()
    }
    for path, port in ports.items():
        if port.node_port is not None and kind not in ("NodePort", "LoadBalancer"):
            findings.append(
                forbidden(f"{path}.node_port", f"may not be used when `type` is '{kind}'")
            )
        if fixed and port.is_remapped:
            target = port.target if isinstance(port.target, int) else None
            remedy = "leave `target_port` out"
            findings.append(invalid(f"{path}.target_port", target, fixed, remedy))
    _check_unique(ports, findings)
    return list(ports.values())


def _read_port(value: Plain, path: str, findings: list[Finding], *, selectorless: bool) -> Port:
    port: Number = value["port"]
    target: Number | str | None = value.get("target_port")
    named = value.get("target_port_name")
    protocol: str = value.get("protocol") or "TCP"
    for field, number in (
        ("port", port),
        ("target_port", target),
        ("node_port", value.get("node_port")),
    ):
        if isinstance(number, int):
            findings.extend(
                invalid(f"{path}.{field}", number, why) for why in syntax.port_number(number)
            )
    if named is not None:
        if selectorless:
            findings.append(
                forbidden(
                    f"{path}.target_port_name",
                    "only Pods have named ports",
                    "give the number in `target_port`",
                )
            )
        elif target is not None:
            findings.append(
                forbidden(f"{path}.target_port_name", "may not be given with `target_port`")
            )
        if isinstance(named, str):
            findings.extend(
                invalid(f"{path}.target_port_name", named, why)
                for why in syntax.iana_service_name(named)
            )
        target = named
    return Port(
        name=_read_name(value, port, protocol, path, findings),
        port=port,
        target=port if target is None else target,
        protocol=protocol,
        app_protocol=_read_app_protocol(value, path, findings),
        node_port=value.get("node_port"),
    )


def _read_name(
    value: Plain, port: Number, protocol: str, path: str, findings: list[Finding]
) -> str:
    name: str | None = value.get("name")
    if name is None:
        if isinstance(port, Deferred) and not any(
            finding.path.startswith(path) for finding in findings
        ):
            findings.append(
                required(f"{path}.name", "a port whose number is an Output has no name by itself")
            )
            return ""
        return f"{protocol.lower()}-{port}"
    findings.extend(invalid(f"{path}.name", name, why) for why in syntax.dns_label(name))
    return name


def _read_app_protocol(value: Plain, path: str, findings: list[Finding]) -> str | Deferred | None:
    given: str | Deferred | None = value.get("app_protocol")
    if isinstance(given, str):
        findings.extend(
            invalid(f"{path}.app_protocol", given, why) for why in syntax.qualified_name(given)
        )
    return given


def _check_unique(ports: Mapping[str, Port], findings: list[Finding]) -> None:
    names: set[str] = set()
    numbers: set[tuple[str, int]] = set()
    node_ports: set[tuple[str, int]] = set()
    for path, port in ports.items():
        if port.name and port.name in names:
            findings.append(duplicate(f"{path}.name", port.name))
        names.add(port.name)
        if isinstance(port.port, int):
            if (port.protocol, port.port) in numbers:
                findings.append(duplicate(path, f"{port.protocol} {port.port}"))
            numbers.add((port.protocol, port.port))
        if isinstance(port.node_port, int):
            if (port.protocol, port.node_port) in node_ports:
                findings.append(duplicate(f"{path}.node_port", port.node_port))
            node_ports.add((port.protocol, port.node_port))
