"""Hazards of an `EgressPolicy`."""

from collections.abc import Iterable, Iterator

from ..validation.hazards.declared import (
    EGRESS_IN_CLUSTER,
    EGRESS_IN_PLACE,
    EGRESS_ISOLATED,
    EGRESS_RESOLVED,
    EGRESS_UNENFORCED,
)
from ..validation.hazards.hazard import Hazard
from .backends import BackendSpec

__all__ = ["egress_policy_hazards"]


def egress_policy_hazards(
    backends: Iterable[BackendSpec], *, is_updated_in_place: bool
) -> list[Hazard]:
    """Return the hazards of an `EgressPolicy`.

    Args:
        backends: All backends that it allows.
        is_updated_in_place: Whether its name stays when its rules change.
    """
    return [*_found(backends, is_updated_in_place=is_updated_in_place), *_NOTES]


_NOTES = (EGRESS_ISOLATED, EGRESS_UNENFORCED, EGRESS_IN_CLUSTER)


def _found(backends: Iterable[BackendSpec], *, is_updated_in_place: bool) -> Iterator[Hazard]:
    if is_updated_in_place:
        yield EGRESS_IN_PLACE
    if any(backend.query.startswith("dns.") for backend in backends):
        yield EGRESS_RESOLVED
