"""Ingress of networking.k8s.io/v1."""

from collections.abc import Callable, Iterator, Sequence

from ..metadata import Manifest
from ..route_arguments import BackendRefArgs, HostArgs, HttpIngressArgs, PathArgs, TlsArgs
from ..route_backends import chosen_port
from ..unknown import Unknown
from .rendering import Rendering

__all__ = ["put_rules", "put_tls"]


def put_rules(
    made: Rendering, args: HttpIngressArgs, has: Callable[[BackendRefArgs | None], bool]
) -> None:
    """Render class, rules and default backend, and note their origins.

    Args:
        made: The Ingress.
        args: The arguments.
        has: Returns whether this Ingress routes to a backend.
    """
    if args.class_name is not None:
        made.put("spec.ingressClassName", args.class_name, "class_name")
    if args.default_backend is not None and has(args.default_backend):
        made.put("spec.defaultBackend", _backend(args.default_backend))
        _note_backend(made, "spec.defaultBackend", "default_backend")
    rules: list[Manifest] = []
    for index, rule in enumerate(args.rules):
        every = [*_paths(rule)]
        paths = [(origin, path) for origin, path in every if has(path.backend)]
        if every and not paths:
            continue
        place = f"spec.rules[{len(rules)}]"
        rules.append(_rule(rule, [path for _, path in paths]))
        made.note(place, f"rules[{index}]")
        for position, (origin, _) in enumerate(paths):
            at = f"{place}.http.paths[{position}]"
            argument = f"rules[{index}].{origin}" if origin else f"rules[{index}]"
            made.note(f"{at}.path", f"{argument}.path")
            made.note(f"{at}.pathType", f"{argument}.type")
            _note_backend(made, f"{at}.backend", f"{argument}.backend")
    if rules:
        made.put("spec.rules", rules)


def put_tls(made: Rendering, args: HttpIngressArgs, name: str) -> None:
    """Render certificates; by default one for all hosts if an issuer is given."""
    tls = args.tls
    is_issued = args.issuer is not None or args.cluster_issuer is not None
    if not tls and is_issued:
        tls = (TlsArgs(),)
    if tls:
        made.put("spec.tls", [_tls(one, args.rules, name) for one in tls])
    for index in range(len(args.tls)):
        made.note(f"spec.tls[{index}]", f"tls[{index}]")


def _tls(tls: TlsArgs, rules: Sequence[HostArgs], name: str) -> Manifest:
    hosts: Sequence[str | Unknown] | None = tls.hosts
    if hosts is None:
        hosts = [*dict.fromkeys(rule.host for rule in rules if rule.host is not None)]
    secret = f"{name}-tls" if tls.secret_name is None else tls.secret_name
    return {"hosts": list(hosts), "secretName": secret}


def _rule(rule: HostArgs, paths: Sequence[PathArgs]) -> Manifest:
    made: Manifest = {} if rule.host is None else {"host": rule.host}
    if paths:
        made["http"] = {"paths": [_path(path) for path in paths]}
    return made


def _paths(rule: HostArgs) -> Iterator[tuple[str, PathArgs]]:
    """Yield the paths of a host, each with its argument; `backend` matches all other paths."""
    for index, path in enumerate(rule.paths):
        yield f"paths[{index}]", path
    if rule.backend is not None:
        yield "", PathArgs(backend=rule.backend)


def _path(path: PathArgs) -> Manifest:
    return {"path": path.path, "pathType": path.type, "backend": _backend(path.backend)}


def _backend(backend: BackendRefArgs | None) -> Manifest:
    if backend is None:  # reported elsewhere
        return {}
    port = chosen_port(backend)
    kind = "name" if isinstance(port, str) else "number"
    return {"service": {"name": backend.service_name, "port": {kind: port}}}


def _note_backend(made: Rendering, field: str, argument: str) -> None:
    made.note(field, argument)
    made.note(f"{field}.service.name", f"{argument}.service_name")
    made.note(f"{field}.service.port", argument)
    made.note(f"{field}.service.port.name", f"{argument}.port_name")
    made.note(f"{field}.service.port.number", f"{argument}.port")
