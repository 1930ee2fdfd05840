"""Finds what is unknown about a path because of missing files or permissions."""

from collections.abc import Iterator, Sequence

from ..validation.object_set import Group, Service
from .index import Index
from .paths import selected_labels
from .serving import Serving

_OF_NO_ENDPOINTS = frozenset(
    {
        "external-ips-as-backends",
        "service-endpoints-field",
        "service-without-endpoints",
        "slice-without-service-name",
        "slice-service-missing",
        "slice-managed-by",
        "slice-subsets-field",
        "endpoints-name",
        "endpoints-without-service",
        "endpoints-misplaced-field",
        "endpoints-unmirrored",
    }
)
"""Hazards that explain why a Service in files has no endpoints."""


def knows_backends(
    index: Index, service: Service, groups: Sequence[Group], unknown: list[str]
) -> bool:
    """Return whether all endpoints of a Service are known.

    Args:
        index: The snapshot.
        service: The Service.
        groups: Its endpoints.
        unknown: Collects what is unknown.
    """
    codes = {one.finding.code for one in index.findings[service.key]}
    if service.is_alias:
        return False
    if reason := index.snapshot.unseen.get("EndpointSlice"):
        unknown.append(f"which backends there are: {reason}")
        return False
    if index.snapshot.is_live:
        return True
    if groups:
        return True
    if service.selector:
        selected = selected_labels(service, index.objects)
        unknown.append(
            "whether the Pods are ready: only a cluster knows"
            if selected
            else "which Pods the selector matches: the files hold none that it does"
        )
        return False
    if codes & _OF_NO_ENDPOINTS or index.misnamed(service) is not None:
        return True
    unknown.append("which backends there are: the files hold no endpoints of this Service")
    return False


def family_unknown(index: Index, serving: Serving) -> Iterator[str]:
    """Yield that the family of a Service is unknown, if its endpoints depend on it."""
    service = serving.service
    if index.snapshot.is_live or serving.families or service.is_headless:
        return
    families = {group.family_of(one) for group in serving.groups for one in group.endpoints}
    if families == {"IPv6"} and service.spec.get("ipFamilyPolicy") is None:
        yield "which IP family the Service gets: the cluster decides, unless it says"
