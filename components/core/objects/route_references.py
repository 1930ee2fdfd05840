"""The references that every kind of route has: its Gateways and its backends."""

from collections.abc import Sequence

from ..metadata import Manifest
from ..route_arguments import BackendRefArgs, GatewayRefArgs
from .rendering import Rendering

__all__ = ["note_backends", "put_parents"]


def put_parents(made: Rendering, gateways: Sequence[GatewayRefArgs]) -> None:
    """Render the Gateways that a route attaches to, and note their origins."""
    made.put("spec.parentRefs", [_parent(one) for one in gateways], "gateways")


def note_backends(
    made: Rendering, rule: str, backends: Sequence[tuple[str, BackendRefArgs]]
) -> None:
    """Note the origins of the backends of a route's rule.

    Args:
        made: The route.
        rule: The field of the rule, such as `spec.rules[0]`.
        backends: Its backends, each with its argument.
    """
    for position, (argument, _) in enumerate(backends):
        field = f"{rule}.backendRefs[{position}]"
        made.note(field, argument)
        made.note(f"{field}.name", f"{argument}.service_name")


def _parent(gateway: GatewayRefArgs) -> Manifest:
    fields = {
        "name": gateway.name,
        "namespace": gateway.namespace,
        "sectionName": gateway.section_name,
    }
    return {key: value for key, value in fields.items() if value is not None}
