"""Both sides of a migration as weighted backends of a route."""

from collections.abc import Mapping
from typing import cast

import pulumi

from ..core.findings import Finding, forbidden, invalid, required
from ..errors import ValidationError
from ..policies.destinations import ports_without
from ..route_types import RouteBackend
from ..services.external import ExternalService, ExternalServiceArgs
from ..services.migrating import MigratingServiceArgs
from ..services.selector import SelectorService, SelectorServiceArgs
from .backends import route_backend

__all__ = ["migration_backends"]

_ALL = 100
_BOTH = ("namespace", "preset", "logical_name", "kubernetes_version", "labels", "annotations")
_EXTERNAL = (
    *("addresses", "backends", "ip_families", "max_endpoints_per_slice", "slice_count"),
    *("max_shrink", "allow_shrink", "allow_empty", "denied_cidrs"),
)


def migration_backends(
    name: str,
    args: MigratingServiceArgs,
    *,
    external_weight: int,
    port_name: str | None = None,
    opts: pulumi.ResourceOptions | None = None,
) -> list[RouteBackend]:
    """Declare a Service for each side of a migration, and return both as weighted backends.

    They are an `ExternalService` with the external backends, all active, and a `SelectorService`
    with the Pods. Clients of the `MigratingService` itself are unaffected.

    Args:
        name: The name of the `MigratingService`. The Services append `-external` and `-pods` to its
            Service's name.
        args: The arguments of the `MigratingService`.
        external_weight: The share of the external backends in percent, 0 to 100; Pods get the rest.
        port_name: The name of the port of the backends. Defaults to the only one.
        opts: Options of both Services. Defaults to none.

    Raises:
        ValidationError: Some arguments are invalid.
    """
    given = cast("Mapping[str, object]", args)
    if findings := _check(given, external_weight):
        raise ValidationError("migration_backends", name, findings)
    stem = str(given.get("service_name") or name)
    common = _picked(given, _BOTH)
    external = {
        **common,
        **_picked(given, _EXTERNAL),
        "ports": ports_without(given, "target_port_name"),
        "service_name": f"{stem}-external",
    }
    inside = {
        **common,
        "ports": ports_without(given, "target_port"),
        "selector": args["selector"],
        "service_name": f"{stem}-pods",
        "await_ready": False,
    }
    sides = (
        ExternalService(f"{name}-external", cast("ExternalServiceArgs", external), opts),
        SelectorService(f"{name}-pods", cast("SelectorServiceArgs", inside), opts),
    )
    weights = external_weight, _ALL - external_weight
    return [
        {**route_backend(side, port_name), "weight": weight}
        for side, weight in zip(sides, weights, strict=True)
    ]


def _check(args: Mapping[str, object], external_weight: int) -> list[Finding]:
    findings: list[Finding] = []
    if not 0 <= external_weight <= _ALL:
        detail = f"must be between 0 and {_ALL}, inclusive"
        findings.append(invalid("external_weight", external_weight, detail))
    if args.get("selector") is None:
        findings.append(required("selector", remedy="give the labels of the Pods"))
    if args.get("addresses") is None and args.get("backends") is None:
        reason = "without external backends there are no two sides"
        findings.append(forbidden("external_weight", reason, "lead the route to the Service"))
    return findings


def _picked(args: Mapping[str, object], names: tuple[str, ...]) -> dict[str, object]:
    return {name: args[name] for name in names if args.get(name) is not None}
