"""A record of a Service's backends in the state, and nowhere else.

It tells what was deployed last: a program does not know, and a slice that vanishes has no hook that
would leave `destroy` alone.
"""

from collections.abc import Mapping
from typing import Any, cast

import pulumi

from .core.shrink import Found, Watch, at_least

__all__ = ["RECORD", "BackendRecord", "read_record"]

RECORD = "k8s-endpoints:index:BackendRecord"
"""Its type token."""


class BackendRecord(pulumi.ComponentResource):
    """The record of one Service: a child of the component that declares the Service.

    A component is in the state alone. Its inputs decide whether it is updated, and with that
    whether its hook runs; its outputs are stored in any case.
    """

    def __init__(
        self, name: str, watch: pulumi.Output[Watch], opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__(RECORD, name, {"atLeast": watch.apply(at_least)}, opts)
        self.register_outputs({"backends": watch.apply(_plain)})


def _plain(watch: Watch) -> dict[str, dict[str, str]]:
    return {query: dict(backends) for query, backends in watch.found.items()}


async def read_record(outputs: Mapping[str, Any] | None) -> tuple[Found | None, bool]:
    """Return what a record holds, and whether that is secret; None where it holds nothing."""
    backends: object = (outputs or {}).get("backends")
    is_secret = False
    if isinstance(backends, pulumi.Output):
        is_secret = True
        backends = await cast("pulumi.Output[Any]", backends).future()
    return cast("Found", backends) if isinstance(backends, dict) else None, is_secret
