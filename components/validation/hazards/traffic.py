"""Hazards of a selectorless Service whose endpoints get no traffic, or not as intended."""

from collections.abc import Iterator, Sequence
from itertools import chain

from ...core.findings import quote
from ...core.metadata import PHASE_ANNOTATION
from ..object_set import Endpoint, Group, Service
from ..untyped import items, mapping, text
from .hazard import Catalogue
from .port_matches import lint_ports
from .report import Report
from .services import cluster_ips

HAZARDS = Catalogue("A Service and its endpoints")
SERVICE_WITHOUT_ENDPOINTS = HAZARDS.hazard(
    "service-without-endpoints",
    "the Service has no selector, and its slices hold no endpoints: every connection is refused",
    "give the slices endpoints",
    "A Service without a selector has no endpoints in the set.",
)
EXTERNAL_IPS_AS_BACKENDS = HAZARDS.hazard(
    "external-ips-as-backends",
    "externalIPs are addresses at which the nodes accept traffic for the Service, not"
    " its backends: connections are refused, and the cluster's own traffic to these"
    " addresses no longer leaves it",
    "declare an EndpointSlice with the addresses, and leave externalIPs out",
    "externalIPs are where nodes accept traffic, not where it goes.",
)
NONE_READY = HAZARDS.hazard(
    "none-ready",
    "no endpoint is ready: every new connection is refused",
    "make one endpoint ready",
    "No endpoint is ready: every new connection is refused.",
    in_arguments="use `BackendState.ACTIVE` for one backend",
)
ALL_DRAINING = HAZARDS.hazard(
    "all-draining",
    "every endpoint is draining, and kube-proxy keeps sending new connections to them,"
    " because no other is ready",
    "set `conditions.serving` to false to stop connections",
    "Every endpoint is draining: they still get new connections.",
    in_arguments="use `BackendState.DISABLED` to stop connections",
)
FAMILY_UNSERVED = HAZARDS.hazard(
    "family-unserved",
    "endpoints of an IP family that the Service does not have get no traffic",
    "set `ipFamilyPolicy: PreferDualStack`, on a cluster that has the family",
    "Endpoints of an IP family that the Service does not have get no traffic.",
    in_arguments="name the family in `ip_families`, on a cluster that has it",
)
FAMILY_WITHOUT_ENDPOINTS = HAZARDS.hazard(
    "family-without-endpoints",
    "the Service has an {family} address too, and no {family} endpoints: connections"
    " to that address are refused",
    "add {family} endpoints, or leave the family out",
    "The Service has an address of a family without endpoints.",
)
LOCAL_WITHOUT_NODE = HAZARDS.hazard(
    "local-without-node",
    "{whose} {what}, and is local to no node: with {field} Local they get no traffic",
    "leave {field} out, or give every endpoint a nodeName",
    "No endpoint without a nodeName is local to any node.",
)
DISTRIBUTION_WITHOUT_HINTS = HAZARDS.hazard(
    "distribution-without-hints",
    "trafficDistribution has no effect: hints of hand-made slices are written by hand,"
    " and at least one ready endpoint has none",
    "give `hints.forZones` to every endpoint",
    "Hints of hand-made slices are written by hand, and are missing.",
    in_arguments="give `for_zones` to every backend",
)
ADDRESS_CONDITIONS = HAZARDS.hazard(
    "address-conditions",
    "{address} is listed twice with different conditions: which of them kube-proxy uses is"
    " undefined",
    "give every address one endpoint",
    "Which of an address's different conditions counts is undefined.",
)
_NO_SLICE_LABELLED = SERVICE_WITHOUT_ENDPOINTS.saying(
    "the Service has no selector, and no EndpointSlice is labelled for it: every"
    " connection is refused",
    "label a slice kubernetes.io/service-name: {service}",
)
_ONE_FAMILY = FAMILY_UNSERVED.saying(
    "Service {service} is {families} alone: these endpoints get no traffic"
)
_DEFAULT_FAMILY_ALONE = FAMILY_UNSERVED.saying(
    "the Service gets only the cluster's default family, but has endpoints of both: those of"
    " the other family get no traffic"
)

_FAMILIES = frozenset({"IPv4", "IPv6"})
_MOST_COMPARED = 4
"""The maximum of endpoints with one address that another is compared with."""


def lint_traffic(
    service: Service, groups: Sequence[Group], report: Report, *, is_filled: bool
) -> None:
    """Report the hazards of a selectorless Service and all of its endpoints.

    Args:
        service: The Service.
        groups: Its endpoints.
        report: Takes the findings.
        is_filled: Whether something may add endpoints, where there are none.
    """
    lint_ports(service, groups, report)
    endpoints = [endpoint for group in groups for endpoint in group.endpoints]
    if not endpoints:
        if not is_filled:
            report.add(service.index, SERVICE_WITHOUT_ENDPOINTS, "spec")
        return
    _lint_readiness(service, groups, endpoints, report)
    _lint_hints(service, endpoints, report)
    _lint_conditions(groups, report)
    if not service.is_headless:
        _lint_families(service, groups, report)
        _lint_policies(service, endpoints, report)


def lint_unserved(service: Service, has_served: bool, report: Report) -> None:  # noqa: FBT001
    """Report a selectorless Service that has no endpoints in the set.

    Args:
        service: The Service.
        has_served: Whether the set has endpoints of other Services in the namespace.
        report: Collects the findings.
    """
    if items(service.spec.get("externalIPs")):
        report.add(service.index, EXTERNAL_IPS_AS_BACKENDS, "spec.externalIPs")
    elif has_served:
        report.add(service.index, _NO_SLICE_LABELLED, "spec", service=service.key[1])


def _lint_readiness(
    service: Service, groups: Sequence[Group], endpoints: Sequence[Endpoint], report: Report
) -> None:
    if any(endpoint.ready for endpoint in endpoints):
        return
    first = next(group for group in groups if group.endpoints)
    path = first.endpoints[0].path
    path = f"{path}.conditions.ready" if first.is_slice else path
    drains = any(endpoint.serving and endpoint.terminating for endpoint in endpoints)
    if drains and not service.is_headless:
        if not _is_drained_on_purpose(service):
            report.add(first.index, ALL_DRAINING, path)
    else:
        report.add(first.index, NONE_READY, path)


def _is_drained_on_purpose(service: Service) -> bool:
    """Return whether a `MigratingService` rendered it in the phase before Pods take over."""
    annotations = mapping(mapping(service.manifest.get("metadata")).get("annotations"))
    return annotations.get(PHASE_ANNOTATION) == "Draining"


def _lint_hints(service: Service, endpoints: Sequence[Endpoint], report: Report) -> None:
    if service.spec.get("trafficDistribution") is None:
        return
    if any(endpoint.ready and not endpoint.has_hints for endpoint in endpoints):
        report.add(service.index, DISTRIBUTION_WITHOUT_HINTS, "spec.trafficDistribution")


def _lint_conditions(groups: Sequence[Group], report: Report) -> None:
    """Report an address and port that appears twice with different conditions."""
    ports = [frozenset(port[1:] for port in group.ports) for group in groups]
    meet: dict[tuple[int, int], bool] = {}
    seen: dict[str, list[tuple[int, Endpoint]]] = {}
    for position, group in enumerate(groups):
        for endpoint in group.endpoints:
            twins = seen.setdefault(endpoint.address, [])
            for other, twin in twins:
                if twin.state == endpoint.state:
                    continue
                pair = other, position
                if pair not in meet:
                    meet[pair] = other == position or not ports[other].isdisjoint(ports[position])
                    if meet[pair]:
                        _tell_conditions(group, endpoint, report)
            if len(twins) < _MOST_COMPARED:
                twins.append((position, endpoint))


def _tell_conditions(group: Group, endpoint: Endpoint, report: Report) -> None:
    report.add(
        group.index,
        ADDRESS_CONDITIONS,
        f"{endpoint.path}.conditions" if group.is_slice else endpoint.path,
        address=quote(endpoint.address),
    )


def _lint_families(service: Service, groups: Sequence[Group], report: Report) -> None:
    present: dict[str, list[Group]] = {}
    for group in groups:
        for family in {group.family_of(endpoint) for endpoint in group.endpoints}:
            present.setdefault(family, []).append(group)
    present = {family: found for family, found in present.items() if family in _FAMILIES}
    policy = text(service.spec.get("ipFamilyPolicy"))
    has = set(_families(service))
    if policy == "RequireDualStack" or len(has) > 1:
        for family in sorted(_FAMILIES - present.keys()) if present else ():
            report.add(
                service.index,
                FAMILY_WITHOUT_ENDPOINTS,
                "spec.ipFamilies" if len(has) > 1 else "spec.ipFamilyPolicy",
                family=family,
            )
    elif policy == "PreferDualStack":
        return
    elif has:
        for group in chain.from_iterable(
            found for family, found in sorted(present.items()) if family not in has
        ):
            report.add(
                group.index,
                _ONE_FAMILY,
                "addressType" if group.is_slice else f"{group.path}.addresses",
                service=quote(service.key[1]),
                families=" and ".join(sorted(has)),
            )
    elif len(present) > 1:
        report.add(service.index, _DEFAULT_FAMILY_ALONE, "spec.ipFamilyPolicy")


def _families(service: Service) -> Iterator[str]:
    """Yield the families in the Service's manifest."""
    for family in items(service.spec.get("ipFamilies")):
        if text(family) in _FAMILIES:
            yield family
    for address in cluster_ips(service):
        yield "IPv6" if ":" in address else "IPv4"


def _lint_policies(service: Service, endpoints: Sequence[Endpoint], report: Report) -> None:
    fields = ["internalTrafficPolicy"]
    if service.type in {"NodePort", "LoadBalancer"} or items(service.spec.get("externalIPs")):
        fields.append("externalTrafficPolicy")
    local = [field for field in fields if service.spec.get(field) == "Local"]
    away = sum(not endpoint.has_node for endpoint in endpoints) if local else 0
    for field in local if away else ():
        whose = "no endpoint has" if away == len(endpoints) else f"{away} endpoints have no"
        what = "a nodeName" if away == len(endpoints) else "nodeName"
        report.add(
            service.index, LOCAL_WITHOUT_NODE, f"spec.{field}", whose=whose, what=what, field=field
        )
