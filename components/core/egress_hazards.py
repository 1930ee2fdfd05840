"""Hazards of an `EgressPolicy`."""

from collections.abc import Iterator

from ..validation.hazards.declared import (
    EGRESS_ACCEPTS_ONLY,
    EGRESS_EXPERIMENTAL,
    EGRESS_IN_CLUSTER,
    EGRESS_IN_PLACE,
    EGRESS_ISOLATED,
    EGRESS_OVERRULES,
    EGRESS_RESOLVED,
    EGRESS_SHARED_ADDRESS,
    EGRESS_UNENFORCED,
)
from ..validation.hazards.hazard import Hazard
from .arguments import EgressPolicyArgs
from .egress_destinations import Reach
from .egress_precedence import precedence_of
from .objects.cilium_network_policy import CILIUM
from .objects.cluster_network_policy import CLUSTER

__all__ = ["egress_policy_hazards"]


def egress_policy_hazards(
    args: EgressPolicyArgs, reach: Reach, *, is_updated_in_place: bool
) -> list[Hazard]:
    """Return the hazards of an `EgressPolicy`, the warnings before the notes.

    Args:
        args: Its arguments.
        reach: What it allows.
        is_updated_in_place: Whether its name stays the same when its rules change.
    """
    warnings = _warnings(reach, is_updated_in_place=is_updated_in_place)
    notes = _of_cluster(args, reach) if args.api == CLUSTER else [EGRESS_ISOLATED]
    enforced = [] if args.api == CILIUM else [EGRESS_UNENFORCED]
    return [*warnings, *notes, *enforced, EGRESS_IN_CLUSTER]


def _warnings(reach: Reach, *, is_updated_in_place: bool) -> Iterator[Hazard]:
    if is_updated_in_place:
        yield EGRESS_IN_PLACE
    if any(backend.query.startswith("dns.") for backend in reach.backends):
        yield EGRESS_RESOLVED
    if reach.names:
        yield EGRESS_SHARED_ADDRESS


def _of_cluster(args: EgressPolicyArgs, reach: Reach) -> Iterator[Hazard]:
    given = precedence_of(args)
    if not given.deny_others:
        yield EGRESS_ACCEPTS_ONLY
    elif given.tier == "Admin":
        yield EGRESS_OVERRULES
    else:
        yield EGRESS_ISOLATED
    if reach.names:
        yield EGRESS_EXPERIMENTAL
