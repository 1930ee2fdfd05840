"""Hazards of a legacy Endpoints object made by hand, alone and beside its Service."""

from collections.abc import Mapping

from ...findings import quote
from ...metadata import HEADLESS_LABEL, SKIP_MIRROR_LABEL
from ..objects import Endpoint, Group, Legacy, ObjectSet, Service
from ..untyped import text
from .report import Report
from .slices import look_at_addresses

HAZARDS = {
    "endpoints-deprecated": "v1 Endpoints is deprecated since Kubernetes 1.33.",
    "endpoints-name": "Endpoints belong to the Service of their own name, which is not there.",
    "endpoints-over-selector": "The controller overwrites Endpoints of a Service with a selector.",
    "endpoints-of-external-name": "Endpoints of an ExternalName Service get no traffic.",
    "endpoints-duplicated": "Endpoints are copied into slices beside those made by hand.",
    "endpoints-unmirrored": "Endpoints that are not copied into slices get no traffic.",
    "endpoints-disagree": "Endpoints that are not copied hold other addresses than the slices.",
    "skip-mirror-value": 'Endpoints are copied unless the label is exactly "true".',
    "endpoints-misplaced-field": "Endpoints hold subsets alone: the field is dropped.",
    "mirror-truncates": "Of each subset the first 1000 addresses are copied into slices.",
}

_SKIP_MIRROR = f"metadata.labels[{SKIP_MIRROR_LABEL}]"
_MOST_MIRRORED = 1000
"""`--mirroring-max-endpoints-per-subset` of kube-controller-manager, by default."""
_NOT_FIELDS = ("spec", "endpoints", "addresses", "ports", "addressType")
_MEANT_AS_TRUE = frozenset({"true", "yes", "1", "on"})


def look_at_legacy(
    one: Legacy, objects: ObjectSet, virtual: Mapping[str, str], report: Report
) -> None:
    """Report what an Endpoints object tells of, with what is known of its Service.

    Args:
        one: The object.
        objects: The whole set.
        virtual: The Services of all known cluster IPs.
        report: Takes the findings.
    """
    report.add(
        one.index,
        "endpoints-deprecated",
        "kind",
        "v1 Endpoints is deprecated since Kubernetes 1.33",
        "declare EndpointSlices, unless something reads Endpoints alone",
    )
    for field in _NOT_FIELDS:
        if one.manifest.get(field) is not None:
            report.add(
                one.index,
                "endpoints-misplaced-field",
                field,
                "Endpoints have no such field: it is dropped, and no traffic goes to what it holds",
                "write `subsets`, each with `addresses` and `ports`",
            )
    value = text(one.labels.get(SKIP_MIRROR_LABEL))
    if value != "true" and value.lower() in _MEANT_AS_TRUE:
        report.add(
            one.index,
            "skip-mirror-value",
            _SKIP_MIRROR,
            f'{quote(value)} is not exactly "true": the addresses are copied into slices',
            'write "true"',
        )
    _look_at_service(one, objects, report)
    for group in one.groups:
        look_at_addresses(one.index, group.endpoints, virtual, _place, report)


def _place(endpoint: Endpoint) -> str:
    return f"{endpoint.path}.ip"


def _look_at_service(one: Legacy, objects: ObjectSet, report: Report) -> None:
    service = objects.services.get(one.key)
    if service is None:
        if (reason := objects.whereabouts(one.key)) is not None:
            report.add(
                one.index,
                "endpoints-name",
                "metadata.name",
                "Endpoints belong to the Service of their own name, and no traffic goes to these:"
                f" {reason}",
                "give the object the Service's name and namespace",
            )
    elif service.is_alias:
        report.add(
            one.index,
            "endpoints-of-external-name",
            "metadata.name",
            f"Service {quote(one.key[1])} is an ExternalName: clients are sent to its external"
            " name, and no traffic goes to these addresses",
            "declare the Service without `type: ExternalName`",
        )
    elif service.selector:
        report.add(
            one.index,
            "endpoints-over-selector",
            "subsets",
            f"Service {quote(one.key[1])} has a selector: its controller replaces these addresses"
            " by those of the Pods",
            "leave the selector out of the Service",
        )
    else:
        _look_at_mirroring(one, service, objects, report)


def _look_at_mirroring(one: Legacy, service: Service, objects: ObjectSet, report: Report) -> None:
    slices = [group for group in objects.groups.get(one.key, ()) if group.is_slice]
    if not one.is_mirrored:
        _look_at_unmirrored(one, slices, report)
        return
    if any(group.is_hand_made for group in slices):
        report.add(
            one.index,
            "endpoints-duplicated",
            _SKIP_MIRROR,
            "the addresses are copied into slices beside those made by hand: one that is removed in"
            " one place is served from the other",
            'set the label to "true", or leave the Endpoints out',
        )
    if not service.is_headless and HEADLESS_LABEL in one.labels:
        report.add(
            one.index,
            "headless-label",
            f"metadata.labels[{HEADLESS_LABEL}]",
            "the label is copied into slices, which kube-proxy then ignores, and the Service is not"
            " headless: no traffic goes to these addresses",
            "leave the label out",
        )
    for group in one.groups:
        if len(group.endpoints) > _MOST_MIRRORED:
            report.add(
                one.index,
                "mirror-truncates",
                f"{group.path}.addresses",
                f"of {len(group.endpoints)} addresses the first {_MOST_MIRRORED} are copied into"
                " slices: the others get no traffic",
                "declare EndpointSlices",
            )


def _look_at_unmirrored(one: Legacy, slices: list[Group], report: Report) -> None:
    if not slices:
        report.add(
            one.index,
            "endpoints-unmirrored",
            _SKIP_MIRROR,
            "the addresses are not copied into slices, and there are no slices made by hand: no"
            " traffic goes to them",
            "leave the label out, or declare EndpointSlices",
        )
        return
    given = {endpoint.address for group in one.groups for endpoint in group.endpoints}
    sliced = {endpoint.address for group in slices for endpoint in group.endpoints}
    if given != sliced:
        report.add(
            one.index,
            "endpoints-disagree",
            "subsets",
            f"{len(given - sliced)} addresses are in none of the Service's slices, and"
            f" {len(sliced - given)} of the slices are not here: what reads Endpoints reaches"
            " other backends than kube-proxy and DNS",
            "give both the same addresses",
        )
