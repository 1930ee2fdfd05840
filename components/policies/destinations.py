"""Destinations for `EgressPolicy`, from the arguments of a component with a Service."""

from collections.abc import Mapping, Sequence
from typing import cast

import pulumi

from .._runtime.provider import stated_namespace_of
from ..policy_types import EgressDestination
from ..types import ServicePort

__all__ = ["egress_destination", "migration_destinations", "ports_without"]


def egress_destination(
    args: Mapping[str, object], opts: pulumi.ResourceOptions | None = None
) -> EgressDestination:
    """Return where a Service sends connections, for `to` of an `EgressPolicy`.

    An existing component has it as its attribute `destination`. Use this function for a component
    that is created after the policy, so that it can depend on the policy.

    Args:
        args: The arguments of an `ExternalService`, a `SelectorService` or an
            `ExternalNameService`.
        opts: The options of the component, whose provider may set the namespace of Pods. Defaults
            to none.

    Raises:
        pulumi.RunError: The arguments are those of a `MigratingService`, which has two sides.
    """
    if "phase" in args:
        raise pulumi.RunError(
            "egress_destination: the arguments of a MigratingService have two sides (use"
            " `migration_destinations`, which returns both)"
        )
    return _destination(args, opts)


def _destination(
    args: Mapping[str, object], opts: pulumi.ResourceOptions | None = None
) -> EgressDestination:
    if "selector" not in args:
        return _picked(args, "addresses", "backends", "external_name", *_PORTS, "allow_empty")
    found = _picked(args, "namespace", *_PORTS)
    found["pod_selector"] = cast("Mapping[str, pulumi.Input[str]]", args["selector"])
    stated = stated_namespace_of(opts)
    if stated is not None:
        found.setdefault("namespace", stated)
    return found


def migration_destinations(
    args: Mapping[str, object], opts: pulumi.ResourceOptions | None = None
) -> list[EgressDestination]:
    """Return where a `MigratingService` sends connections: external backends, if any, and Pods.

    An existing component has it as its attribute `destinations`. Use this function for a component
    that is created after the policy, so that it can depend on the policy.

    Args:
        args: The arguments of the `MigratingService`.
        opts: Its options, whose provider may set the namespace of Pods. Defaults to none.
    """
    external = {name: value for name, value in args.items() if name != "selector"}
    found = [_destination({**args, "ports": ports_without(args, "target_port")}, opts)]
    if args.get("addresses") is not None or args.get("backends") is not None:
        ports = ports_without(args, "target_port_name")
        found.insert(0, _destination({**external, "ports": ports}))
    return found


def ports_without(args: Mapping[str, object], field: str) -> list[ServicePort]:
    """Return the ports of one side of a migration.

    Args:
        args: The arguments of a `MigratingService`.
        field: The target field of the other side, which is left out. A port without another target
            keeps it for Pods.
    """
    ports = cast("Sequence[Mapping[str, object]]", args.get("ports") or ())
    both = {"target_port", "target_port_name"}
    return [
        cast(
            "ServicePort",
            {
                name: value
                for name, value in port.items()
                if name != field or (field == "target_port" and not both <= port.keys())
            },
        )
        for port in ports
    ]


_PORTS = ("ports", "preset")


def _picked(args: Mapping[str, object], *names: str) -> EgressDestination:
    found = {name: args[name] for name in names if args.get(name) is not None}
    return cast("EgressDestination", found)
