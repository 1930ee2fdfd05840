"""What the arguments of a component say of where its Service sends connections."""

from collections.abc import Mapping
from typing import cast

import pulumi

from .._runtime.provider import stated_namespace_of
from ..types import EgressDestination

__all__ = ["egress_destination"]


def egress_destination(
    args: Mapping[str, object], opts: pulumi.ResourceOptions | None = None
) -> EgressDestination:
    """Return where a Service sends connections, for `to` of an `EgressPolicy`.

    A component that is made already has it as its attribute `destination`. This is for one that is
    made after the policy, so that it can depend on it.

    Args:
        args: The arguments of an `ExternalService`, a `SelectorService` or an
            `ExternalNameService`.
        opts: The options of the component, whose provider may give Pods their namespace. Defaults
            to none.
    """
    if "selector" not in args:
        return _picked(args, "addresses", "backends", "external_name", *_PORTS, "allow_empty")
    found = _picked(args, "namespace", *_PORTS)
    found["pod_selector"] = cast("Mapping[str, pulumi.Input[str]]", args["selector"])
    stated = stated_namespace_of(opts)
    if stated is not None:
        found.setdefault("namespace", stated)
    return found


_PORTS = ("ports", "preset")


def _picked(args: Mapping[str, object], *names: str) -> EgressDestination:
    found = {name: args[name] for name in names if args.get(name) is not None}
    return cast("EgressDestination", found)
