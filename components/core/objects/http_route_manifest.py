"""HTTPRoute of gateway.networking.k8s.io/v1."""

from collections.abc import Sequence

from ..gateway_backends import RouteScope
from ..metadata import Manifest
from ..route_arguments import HttpIngressArgs
from ..route_backends import RouteRule
from ..unknown import Unknown
from .manifest_metadata import put_metadata
from .reference_grant import GATEWAY_GROUP
from .rendering import Rendering
from .route_references import note_backends, put_parents

__all__ = ["HTTP_ROUTE", "http_route"]

HTTP_ROUTE = "HTTPRoute"
_PATH_TYPES = {"Prefix": "PathPrefix", "Exact": "Exact"}


def http_route(
    args: HttpIngressArgs,
    name: str,
    host: str | Unknown | None,
    rules: Sequence[RouteRule],
    scope: RouteScope,
) -> Rendering:
    """Render the route of one host.

    Args:
        args: The arguments.
        name: The name of the object.
        host: The host; None for all hosts.
        rules: Its rules.
        scope: The namespace of the route, and the backends that it may use.
    """
    made = Rendering(f"{GATEWAY_GROUP}/v1", HTTP_ROUTE)
    made.put("metadata.name", name, "ingress_name")
    put_metadata(made, args)
    put_parents(made, args.gateways)
    if host is not None:
        owner = rules[0].argument.partition(".")[0]
        made.put("spec.hostnames", [host])
        made.note("spec.hostnames[0]", f"{owner}.host")
    made.put("spec.rules", [_rule(rule, scope) for rule in rules], "rules")
    for index, rule in enumerate(rules):
        _note(made, f"spec.rules[{index}]", rule)
    return made


def _rule(rule: RouteRule, scope: RouteScope) -> Manifest:
    path = {"type": _PATH_TYPES.get(rule.type, rule.type), "value": rule.path}
    backends = [scope.reference(backend, at) for at, backend in rule.backends]
    return {"matches": [{"path": path}], "backendRefs": backends}


def _note(made: Rendering, field: str, rule: RouteRule) -> None:
    made.note(field, rule.argument)
    made.note(f"{field}.matches[0].path", f"{rule.argument}.path")
    made.note(f"{field}.matches[0].path.value", f"{rule.argument}.path")
    made.note(f"{field}.matches[0].path.type", f"{rule.argument}.type")
    note_backends(made, field, rule.backends)
