"""The Gateways of a route, as every kind of route names them."""

from collections.abc import Sequence

from ..metadata import Manifest
from ..route_arguments import GatewayRefArgs
from .rendering import Rendering

__all__ = ["put_parents"]


def put_parents(made: Rendering, gateways: Sequence[GatewayRefArgs]) -> None:
    """Render the Gateways that a route attaches to, and note where they come from."""
    made.put("spec.parentRefs", [_parent(one) for one in gateways], "gateways")


def _parent(gateway: GatewayRefArgs) -> Manifest:
    fields = {
        "name": gateway.name,
        "namespace": gateway.namespace,
        "sectionName": gateway.section_name,
    }
    return {key: value for key, value in fields.items() if value is not None}
