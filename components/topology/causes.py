"""Which hazards break the path to a Service, and in which order a client meets them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from ..core.findings import Finding
from ..validation.hazards import CATALOGUE
from ..validation.object_set import ExposedPort
from .model import Level, Problem


class Found(NamedTuple):
    """A hazard, and the object that has it."""

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
"""Those that break the path wherever they are found."""

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
"""Those that break it where nothing serves a port, and are weaknesses where something does."""

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
"""Those by which the Service gets no endpoints at all."""

Unserved = Sequence[tuple[int, ExposedPort, str]]
"""Positions, ports and families that no endpoint takes connections for."""


def problems(
    found: Iterable[Found], unserved: Unserved, *, has_endpoints: bool, is_outside_cut: bool = False
) -> list[Problem]:
    """Return breaks, in the order in which a client meets them, and then weaknesses.

    Args:
        found: All hazards of the path.
        unserved: What no endpoint takes connections for.
        has_endpoints: Whether there are endpoints at all.
        is_outside_cut: Whether clients outside the cluster reach no endpoint by the Service's own
            `externalTrafficPolicy`. Defaults to False.
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
    """Return the ports that nothing serves and that no break reports."""
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
    """Return whether a hazard is why something is not served."""
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
