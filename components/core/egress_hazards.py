"""Hazards of an `EgressPolicy`."""

from collections.abc import Iterable, Iterator

from ..validation.hazards.declared import (
    EGRESS_IN_CLUSTER,
    EGRESS_IN_PLACE,
    EGRESS_ISOLATED,
    EGRESS_RESOLVED,
    EGRESS_SHARED_ADDRESS,
    EGRESS_UNENFORCED,
)
from ..validation.hazards.hazard import Hazard
from .backends import BackendSpec
from .egress_destinations import Reach

__all__ = ["egress_policy_hazards"]


def egress_policy_hazards(
    reach: Reach, *, is_updated_in_place: bool, is_cilium: bool
) -> list[Hazard]:
    """Return the hazards of an `EgressPolicy`.

    Args:
        reach: What it allows.
        is_updated_in_place: Whether its name stays when its rules change.
        is_cilium: Whether it is a CiliumNetworkPolicy.
    """
    found = _found(reach.backends, is_updated_in_place=is_updated_in_place)
    names = [EGRESS_SHARED_ADDRESS] if reach.names else []
    enforced = [] if is_cilium else [EGRESS_UNENFORCED]
    return [*found, *names, EGRESS_ISOLATED, *enforced, EGRESS_IN_CLUSTER]


def _found(backends: Iterable[BackendSpec], *, is_updated_in_place: bool) -> Iterator[Hazard]:
    if is_updated_in_place:
        yield EGRESS_IN_PLACE
    if any(backend.query.startswith("dns.") for backend in backends):
        yield EGRESS_RESOLVED
