"""Checks of a `DeployedService` that its manifests cannot show."""

from collections.abc import Iterable, Iterator, Sequence

from .findings import Finding, duplicate, forbidden, invalid, not_supported, required
from .pod_arguments import DeployedServiceArgs, EnvValueArgs, ProbeArgs, VolumeArgs
from .quantities import FORM, parse_quantity
from .unknown import Unknown

__all__ = ["check_pods"]

_ACTIONS = ("http", "tcp", "grpc", "exec")
_VOLUMES = ("empty_dir", "config_map", "secret", "claim", "projected")
_SOURCES = ("secret", "config_map")
_PROJECTED = ("secret", "config_map", "service_account_token")


def check_pods(
    args: DeployedServiceArgs, port_names: Sequence[str], findings: list[Finding]
) -> None:
    """Add the errors in the arguments of Pods alone.

    Args:
        args: The arguments.
        port_names: The names of the container's ports.
        findings: Collects the errors.
    """
    findings += _image(args)
    findings += _env(args.env, args.env_values)
    for field, values in (("env_values", args.env_values), ("env_from", args.env_from)):
        for index, value in enumerate(values):
            findings += _one_of(value, f"{field}[{index}]", _SOURCES)
    for field in ("liveness", "readiness", "startup"):
        probe: ProbeArgs | None = getattr(args, field)
        if probe is not None:
            findings += _probe(probe, field, port_names)
    for index, volume in enumerate(args.volumes):
        findings += _volume(volume, f"volumes[{index}]")
    security = args.security
    if security.run_as_non_root and security.run_as_user == 0:
        reason = "is root, and `run_as_non_root` is True: the kubelet refuses to start it"
        remedy = "give another user, or set `run_as_non_root` to False"
        findings.append(invalid("security.run_as_user", 0, reason, remedy))


def _image(args: DeployedServiceArgs) -> Iterator[Finding]:
    if isinstance(args.image, str) and args.image != args.image.strip():
        reason = "must not have leading or trailing whitespace: its Pods are refused"
        yield invalid("image", args.image, reason)


def _env(plain: Iterable[str], values: Sequence[EnvValueArgs]) -> Iterator[Finding]:
    """Yield an error for each name given twice, which server-side apply refuses."""
    taken = set(plain)
    for index, value in enumerate(values):
        if value.name in taken:
            yield duplicate(f"env_values[{index}].name", value.name)
        taken.add(value.name)


def _one_of(given: object, path: str, names: Sequence[str]) -> list[Finding]:
    """Return an error unless exactly one of these fields is given."""
    found = [name for name in names if getattr(given, name) is not None]
    if not found:
        return [required(path, f"one of {', '.join(f'`{name}`' for name in names)}")]
    return [
        forbidden(f"{path}.{name}", f"may not be given with `{found[0]}`") for name in found[1:]
    ]


def _probe(probe: ProbeArgs, path: str, port_names: Sequence[str]) -> Iterator[Finding]:
    yield from _one_of(probe, path, _ACTIONS)
    for action in ("http", "tcp", "grpc"):
        given = getattr(probe, action)
        if given is None:
            continue
        if given.port_name is not None and given.port_name not in port_names:
            yield not_supported(f"{path}.{action}.port_name", given.port_name, port_names)
        elif not port_names:
            yield forbidden(
                f"{path}.{action}", "the container has no port to probe", "give `ports`"
            )


def _volume(volume: VolumeArgs, path: str) -> Iterator[Finding]:
    yield from _one_of(volume, path, _VOLUMES)
    for index, source in enumerate(volume.projected or ()):
        yield from _one_of(source, f"{path}.projected[{index}]", _PROJECTED)
    limit = None if volume.empty_dir is None else volume.empty_dir.size_limit
    if limit is not None and not isinstance(limit, Unknown):
        yield from _quantity(limit, f"{path}.empty_dir.size_limit")


def _quantity(text: str, path: str) -> Iterator[Finding]:
    if parse_quantity(text) is None:
        yield invalid(path, text, f"quantities must match the regular expression '{FORM}'")
