"""The container of a Deployment's Pods."""

from collections.abc import Iterator, Mapping, Sequence

from ..metadata import Manifest
from ..pod_arguments import (
    DeployedServiceArgs,
    EnvSourceArgs,
    EnvValueArgs,
    ProbeArgs,
    SecurityArgs,
    VolumeArgs,
)
from ..unknown import Unknown
from .rendering import Rendering

__all__ = ["put_container"]

_PROBES = (
    ("livenessProbe", "liveness"),
    ("readinessProbe", "readiness"),
    ("startupProbe", "startup"),
)
_NUMBERS = (
    ("initialDelaySeconds", "initial_delay_seconds"),
    ("periodSeconds", "period_seconds"),
    ("timeoutSeconds", "timeout_seconds"),
    ("successThreshold", "success_threshold"),
    ("failureThreshold", "failure_threshold"),
)


def put_container(
    made: Rendering,
    field: str,
    args: DeployedServiceArgs,
    name: str,
    ports: Sequence[Manifest],
) -> None:
    """Render the only container into the list at `field`, and note the origins of its fields."""
    container: Manifest = {"name": name, "image": args.image}
    for key, values in (("command", args.command), ("args", args.args)):
        if values:
            container[key] = list(values)
    if ports:
        container["ports"] = list(ports)
    env = [
        *({"name": key, "value": value} for key, value in args.env.items()),
        *map(_env_value, args.env_values),
    ]
    if env:
        container["env"] = env
    if args.env_from:
        container["envFrom"] = [_env_source(source) for source in args.env_from]
    if args.resources is not None:
        container["resources"] = {
            part: dict(given)
            for part, given in (
                ("requests", args.resources.requests),
                ("limits", args.resources.limits),
            )
            if given
        }
    for key, argument in _PROBES:
        probe: ProbeArgs | None = getattr(args, argument)
        if probe is not None:
            container[key] = dict(_probe(probe, ports))
    container["securityContext"] = _security(args.security)
    if args.volumes:
        container["volumeMounts"] = [_mount(volume) for volume in args.volumes]
    made.put(field, [container])
    _note_container(made, f"{field}[0]", args)


def _note_container(made: Rendering, field: str, args: DeployedServiceArgs) -> None:
    made.note(f"{field}.image", "image")
    made.note(f"{field}.ports", "ports")
    made.note(f"{field}.name", "service_name")
    for index, key in enumerate([*args.env, *args.env_values]):
        origin = f"env[{key}]" if isinstance(key, str) else f"env_values[{index - len(args.env)}]"
        made.note(f"{field}.env[{index}]", origin)
        made.note(f"{field}.env[{index}].valueFrom.secretKeyRef.name", f"{origin}.secret")
        made.note(f"{field}.env[{index}].valueFrom.secretKeyRef.key", f"{origin}.key")
        made.note(f"{field}.env[{index}].valueFrom.configMapKeyRef.name", f"{origin}.config_map")
        made.note(f"{field}.env[{index}].valueFrom.configMapKeyRef.key", f"{origin}.key")
        if isinstance(key, str):
            made.note(f"{field}.env[{index}].name", origin)
    for index in range(len(args.env_from)):
        made.note(f"{field}.envFrom[{index}]", f"env_from[{index}]")
        made.note(f"{field}.envFrom[{index}].secretRef.name", f"env_from[{index}].secret")
        made.note(f"{field}.envFrom[{index}].configMapRef.name", f"env_from[{index}].config_map")
    made.note(f"{field}.resources", "resources")
    for key, argument in _PROBES:
        made.note(f"{field}.{key}", argument)
        made.note(f"{field}.{key}.exec.command", f"{argument}.exec")
        made.note(f"{field}.{key}.httpGet", f"{argument}.http")
        made.note(f"{field}.{key}.httpGet.httpHeaders", f"{argument}.http.headers")
    made.note(f"{field}.securityContext", "security")
    made.note(f"{field}.securityContext.capabilities.add", "security.add_capabilities")
    for index in range(len(args.volumes)):
        made.note(f"{field}.volumeMounts[{index}]", f"volumes[{index}]")


def _env_value(value: EnvValueArgs) -> Manifest:
    return {"name": value.name, "valueFrom": _reference(value, "KeyRef", {"key": value.key})}


def _env_source(source: EnvSourceArgs) -> Manifest:
    made = _reference(source, "Ref", {})
    return made if source.prefix is None else {"prefix": source.prefix, **made}


def _reference(given: EnvValueArgs | EnvSourceArgs, suffix: str, more: Manifest) -> Manifest:
    name, kind = given.secret, "secret"
    if name is None:
        name, kind = given.config_map, "configMap"
    if name is None:
        return {}
    reference: Manifest = {"name": name, **more}
    if given.optional:
        reference["optional"] = True
    return {f"{kind}{suffix}": reference}


def _probe(probe: ProbeArgs, ports: Sequence[Manifest]) -> Iterator[tuple[str, object]]:
    if probe.http is not None:
        port = _port(probe.http.port_name, ports)
        action: Manifest = {"path": probe.http.path, "port": port and port["name"]}
        if probe.http.https:
            action["scheme"] = "HTTPS"
        if probe.http.headers:
            action["httpHeaders"] = [*_headers(probe.http.headers)]
        yield "httpGet", action
    elif probe.tcp is not None:
        port = _port(probe.tcp.port_name, ports)
        yield "tcpSocket", {"port": port and port["name"]}
    elif probe.grpc is not None:
        port = _port(probe.grpc.port_name, ports)
        call: Manifest = {"port": port and port["containerPort"]}
        if probe.grpc.service is not None:
            call["service"] = probe.grpc.service
        yield "grpc", call
    elif probe.exec is not None:
        yield "exec", {"command": list(probe.exec)}
    for key, argument in _NUMBERS:
        number: object = getattr(probe, argument)
        if number is not None:
            yield key, number


def _headers(headers: Mapping[str, str | Unknown]) -> Iterator[Manifest]:
    for name, value in headers.items():
        yield {"name": name, "value": value}


def _port(name: str | None, ports: Sequence[Manifest]) -> Manifest | None:
    """Return the container's port with a name, by default the first TCP port."""
    for port in ports:
        if port["name"] == name or (name is None and port["protocol"] == "TCP"):
            return port
    return None


def _security(security: SecurityArgs) -> Manifest:
    capabilities: Manifest = {"drop": ["ALL"]}
    if security.add_capabilities:
        capabilities["add"] = list(security.add_capabilities)
    return {
        "allowPrivilegeEscalation": security.allow_privilege_escalation,
        "readOnlyRootFilesystem": security.read_only_root_filesystem,
        "capabilities": capabilities,
    }


def _mount(volume: VolumeArgs) -> Manifest:
    mount: Manifest = {"name": volume.name, "mountPath": volume.mount_path}
    if volume.sub_path is not None:
        mount["subPath"] = volume.sub_path
    if volume.read_only:
        mount["readOnly"] = True
    return mount
