"""Hazards of an `EgressPolicy`."""

from collections.abc import Iterable, Iterator

from .backends import Backend
from .hazards import Hazard

__all__ = ["egress_policy_hazards"]

EGRESS_ISOLATED = Hazard(
    "egress-isolated",
    "the selected Pods reach nothing but what this policy and others that select them allow",
    "allow everything else that they need, such as the API server, in `to` or in a policy of your"
    " own: policies add up",
    is_note=True,
)
EGRESS_UNENFORCED = Hazard(
    "egress-unenforced",
    "a cluster whose network plugin does not implement NetworkPolicy stores the policy and allows"
    " every connection",
    "try a connection that the policy does not allow, once in each cluster",
    is_note=True,
)
EGRESS_IN_CLUSTER = Hazard(
    "egress-in-cluster-address",
    "some plugins do not match the addresses of nodes and Pods with an ipBlock: Cilium by default",
    "select Pods by their labels; for nodes set Cilium's `policy-cidr-match-mode`",
    is_note=True,
)
EGRESS_IN_PLACE = Hazard(
    "egress-in-place",
    "the policy has a fixed name and is updated in place: an address that is taken out is denied"
    " while Services still serve it, and without `depends_on` a new one is served before it is"
    " allowed",
    "give plain addresses and no `policy_name`: a changed policy then is a second one beside the"
    " old one",
)
EGRESS_RESOLVED = Hazard(
    "egress-resolved",
    "the addresses are those that a DNS name had when the program ran: Pods that resolve the name"
    " themselves are denied when it changes",
    "let the Pods connect to the Service of these backends, and run `pulumi up` on a schedule",
)


def egress_policy_hazards(
    backends: Iterable[Backend], *, is_updated_in_place: bool
) -> list[Hazard]:
    """Return the hazards of an `EgressPolicy`.

    Args:
        backends: All backends that it allows.
        is_updated_in_place: Whether its name stays when its rules change.
    """
    return [*_found(backends, is_updated_in_place=is_updated_in_place), *_NOTES]


_NOTES = (EGRESS_ISOLATED, EGRESS_UNENFORCED, EGRESS_IN_CLUSTER)


def _found(backends: Iterable[Backend], *, is_updated_in_place: bool) -> Iterator[Hazard]:
    if is_updated_in_place:
        yield EGRESS_IN_PLACE
    if any(backend.query.startswith("dns.") for backend in backends):
        yield EGRESS_RESOLVED
