"""Orders the hazards that break the path to a Service as a client encounters them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from ..core.findings import Finding
from ..validation.hazards import CATALOGUE
from ..validation.object_set import ExposedPort
from .model import Level, Problem


class Found(NamedTuple):
    """A hazard and its object."""

    subject: str
    finding: Finding


_ALWAYS = (
    "policy-without-dns",
    "service-missing",
    "service-terminating",
    "external-name-self",
    "external-name-ring",
    "external-name-missing",
    "external-name-localhost",
    "external-name-partial",
    "external-name-address",
    "external-name-single-label",
    "slice-of-another-service",
    "pods-not-ready",
    "selector-selects-nothing",
    "target-port-unknown",
    "headless-remap",
    "all-draining",
    "mirror-truncates",
    "policy-cluster-ip",
    "policy-backends-uncovered",
    "policy-backend-port",
    "policy-denies-client",
    "ingress-service-missing",
    "ingress-port-missing",
    "ingress-port-too-long",
    "ingress-class-unknown",
    "route-service-missing",
    "route-port-missing",
)
"""Hazards that always break the path."""

_WHERE_UNSERVED = (
    "external-ips-as-backends",
    "service-endpoints-field",
    "slice-of-external-name",
    "slice-without-service-name",
    "slice-service-missing",
    "slice-of-another-service",
    "slice-managed-by",
    "slice-subsets-field",
    "endpoints-name",
    "endpoints-without-service",
    "endpoints-over-selector",
    "endpoints-misplaced-field",
    "endpoints-unmirrored",
    "slice-of-names",
    "headless-label",
    "slice-without-ports",
    "slice-port-null",
    "port-protocol",
    "port-unnamed",
    "service-port-unserved",
    "family-unserved",
    "family-without-endpoints",
    "none-ready",
    "multicast",
    "cluster-ip-endpoint",
    "local-without-node",
    "service-without-endpoints",
)
"""Hazards that break the path if nothing serves a port, and are weaknesses otherwise."""

_ORDER = {
    code: place
    for place, code in enumerate(
        (
            *_ALWAYS[:10],
            *_WHERE_UNSERVED[:11],
            *_ALWAYS[10:14],
            *_WHERE_UNSERVED[11:],
            *_ALWAYS[14:],
        )
    )
}
_OF_ATTACHMENT = frozenset(_WHERE_UNSERVED[: _WHERE_UNSERVED.index("slice-of-names")])
"""Hazards that leave the Service without any endpoints."""

Unserved = Sequence[tuple[int, ExposedPort, str]]
"""Indices, ports and families that no endpoint accepts connections for."""


def problems(
    found: Iterable[Found], unserved: Unserved, *, has_endpoints: bool, is_outside_cut: bool = False
) -> list[Problem]:
    """Return breaks, in the order in which a client encounters them, then weaknesses.

    Args:
        found: All hazards of the path.
        unserved: The ports and families that no endpoint accepts connections for.
        has_endpoints: Whether there are endpoints at all.
        is_outside_cut: Whether the Service's `externalTrafficPolicy` keeps clients outside the
            cluster from all endpoints. Defaults to False.
    """
    unique = dict.fromkeys(found)
    breaks: list[Problem] = []
    warnings: list[Problem] = []
    for one in sorted(unique, key=lambda one: _ORDER.get(one.finding.code, len(_ORDER))):
        is_break = (
            one.finding.code in _ALWAYS
            or (is_outside_cut and one.finding.code == "local-without-node")
            or (
                one.finding.code in _WHERE_UNSERVED
                and _explains(one, unserved, has_endpoints=has_endpoints)
            )
        )
        (breaks if is_break else warnings).append(_problem(one, "break" if is_break else "warning"))
    return breaks + warnings


def unexplained(breaks: Collection[Problem], unserved: Unserved) -> Iterator[ExposedPort]:
    """Yield the ports that nothing serves and no break explains."""
    of_all = any(
        one.level == "break" and one.code in _ORDER and not one.field.startswith("spec.ports[")
        for one in breaks
    )
    told = {one.field for one in breaks if one.level == "break"}
    seen: set[int] = set()
    for position, port, _ in unserved:
        prefix = f"spec.ports[{position}]"
        if of_all or position in seen or any(field.startswith(prefix) for field in told):
            continue
        seen.add(position)
        yield port


def _explains(one: Found, unserved: Unserved, *, has_endpoints: bool) -> bool:
    """Return whether a hazard is the reason why a port is not served."""
    code, path = one.finding.code, one.finding.path
    if not unserved:
        return False
    if code in _OF_ATTACHMENT:
        return not has_endpoints
    if one.subject.startswith("Service ") and path.startswith("spec.ports["):
        return any(path.startswith(f"spec.ports[{position}]") for position, _, _ in unserved)
    if code == "family-without-endpoints":
        return any(family and family in one.finding.message for _, _, family in unserved)
    return True


def _problem(one: Found, level: Level) -> Problem:
    finding = one.finding
    hazard = CATALOGUE.get(finding.code)
    page = hazard.page if hazard else ""
    return Problem(
        level, finding.code, finding.message, finding.remedy, page, one.subject, finding.path
    )
