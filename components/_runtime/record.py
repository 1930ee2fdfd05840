"""A record of a Service's backends, only in Pulumi's state.

It holds the last deployed backends, which a program does not know. Hooks of slices cannot replace
it: one that reacts to a deleted slice would also stop `destroy`.
"""

from typing import Any, cast

import pulumi
from pulumi.runtime import rpc

from .._registry import BACKEND_RECORD
from ..core.shrink import Record, Watch, at_least

__all__ = ["BackendRecord", "read_record"]


class BackendRecord(pulumi.ComponentResource):
    """The record of one Service: a child of the component that declares the Service.

    A component exists only in the state. Its inputs decide whether it is updated, and so whether
    its hook runs; its outputs are stored in any case.
    """

    def __init__(
        self, name: str, watch: pulumi.Output[Watch], opts: pulumi.ResourceOptions
    ) -> None:
        shares = watch.apply(lambda known: known.max_shrink)
        super().__init__(
            BACKEND_RECORD, name, {"atLeast": watch.apply(at_least), "maxShrink": shares}, opts
        )
        self.register_outputs({"backends": watch.apply(_plain)})


def _plain(watch: Watch) -> dict[str, dict[str, str]]:
    return {query: dict(backends) for query, backends in watch.found.items()}


async def read_record(args: pulumi.ResourceHookArgs) -> Record | None:
    """Return the record in the state, or None if there is none."""
    inputs, outputs = args.old_inputs or {}, args.old_outputs or {}
    numbers, _ = await _plain_value(inputs.get("atLeast"))
    share, _ = await _plain_value(inputs.get("maxShrink"))
    found, is_secret = await _plain_value(outputs.get("backends"))
    if not isinstance(numbers, dict) or not isinstance(found, dict):
        return None
    at_least = {query: int(number) for query, number in cast("dict[str, Any]", numbers).items()}
    return Record(cast("dict[str, dict[str, str]]", found), at_least, float(share), is_secret)


async def _plain_value(value: Any) -> tuple[Any, bool]:
    """Return a value of a hook and whether it is secret: an Output, or marked on older SDKs."""
    if isinstance(value, pulumi.Output):
        return await cast("pulumi.Output[Any]", value).future(), True
    if rpc.is_rpc_secret(value):
        return rpc.unwrap_rpc_secret(value), True
    return value, False
