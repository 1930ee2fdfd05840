"""Hazards of a legacy Endpoints object made by hand, alone and beside its Service."""

from collections.abc import Mapping

from ...core.findings import quote
from ...core.metadata import HEADLESS_LABEL, SKIP_MIRROR_LABEL
from ..object_set import Endpoint, Group, Legacy, ObjectSet, Service
from ..untyped import text
from .hazard import Catalogue
from .report import Report
from .slices import HEADLESS_LABELLED, lint_addresses

HAZARDS = Catalogue("Endpoints")
ENDPOINTS_DEPRECATED = HAZARDS.hazard(
    "endpoints-deprecated",
    "v1 Endpoints is deprecated since Kubernetes 1.33",
    "declare EndpointSlices, unless something reads Endpoints alone",
    "v1 Endpoints is deprecated since Kubernetes 1.33.",
    in_arguments="use `EndpointApi.SLICES`, unless something reads Endpoints alone",
)
ENDPOINTS_NAME = HAZARDS.hazard(
    "endpoints-name",
    "Endpoints belong to the Service with their name, and no traffic goes to these: {reason}",
    "give the object the Service's name and namespace",
    "Endpoints belong to the Service with their name, which does not exist.",
)
ENDPOINTS_WITHOUT_SERVICE = HAZARDS.hazard(
    "endpoints-without-service",
    "the set has no Service of this name: while there is none, kube-controller-manager deletes the"
    " object when it starts",
    "declare a Service of the same name and namespace, without a selector",
    "Endpoints without a Service are deleted when kube-controller-manager starts.",
)
ENDPOINTS_OVER_SELECTOR = HAZARDS.hazard(
    "endpoints-over-selector",
    "Service {service} has a selector: its controller replaces these addresses with"
    " those of the Pods",
    "leave the selector out of the Service",
    "The controller overwrites Endpoints of a Service with a selector.",
)
ENDPOINTS_OF_EXTERNAL_NAME = HAZARDS.hazard(
    "endpoints-of-external-name",
    "Service {service} is an ExternalName: clients are sent to its external name, and"
    " no traffic goes to these addresses",
    "declare the Service without `type: ExternalName`",
    "Endpoints of an ExternalName Service get no traffic.",
)
ENDPOINTS_DUPLICATED = HAZARDS.hazard(
    "endpoints-duplicated",
    "the addresses are copied into slices beside the hand-made ones: an address removed"
    " in one place is still served from the other",
    'set the label to "true", or leave the Endpoints out',
    "Endpoints are copied into slices beside the hand-made ones.",
)
ENDPOINTS_UNMIRRORED = HAZARDS.hazard(
    "endpoints-unmirrored",
    "the addresses are not copied into slices, and there are no hand-made slices:"
    " no traffic goes to them",
    "leave the label out, or declare EndpointSlices",
    "Endpoints that are not copied into slices get no traffic.",
)
ENDPOINTS_DISAGREE = HAZARDS.hazard(
    "endpoints-disagree",
    "{ours} addresses are in none of the Service's slices, and {theirs} of the"
    " slices are missing here: readers of Endpoints reach other backends than"
    " kube-proxy and DNS",
    "give both the same addresses",
    "Endpoints that are not copied hold other addresses than the slices.",
)
SKIP_MIRROR_VALUE = HAZARDS.hazard(
    "skip-mirror-value",
    '{value} is not exactly "true": the addresses are copied into slices',
    'write "true"',
    'Endpoints are copied unless the label is exactly "true".',
)
ENDPOINTS_MISPLACED_FIELD = HAZARDS.hazard(
    "endpoints-misplaced-field",
    "Endpoints have no such field: it is dropped, and no traffic goes to its contents",
    "write `subsets`, each with `addresses` and `ports`",
    "Endpoints have only subsets: the field is dropped.",
)
MIRROR_TRUNCATES = HAZARDS.hazard(
    "mirror-truncates",
    "only the first 1000 addresses of a subset are copied into slices: the others get no traffic",
    "declare EndpointSlices",
    "Only the first 1000 addresses of a subset are copied into slices.",
    in_arguments="use `EndpointApi.SLICES` or `EndpointApi.BOTH`",
)
_HEADLESS_LABEL_COPIED = HEADLESS_LABELLED.saying(
    "the label is copied into slices, which kube-proxy then ignores, and the Service"
    " is not headless: no traffic goes to these addresses",
)

_SKIP_MIRROR = f"metadata.labels[{SKIP_MIRROR_LABEL}]"
_MOST_MIRRORED = 1000
"""The default of `--mirroring-max-endpoints-per-subset` of kube-controller-manager."""
_NOT_FIELDS = ("spec", "endpoints", "addresses", "ports", "addressType")
_MEANT_AS_TRUE = frozenset({"true", "yes", "1", "on"})


def lint_legacy(
    one: Legacy, objects: ObjectSet, virtual: Mapping[str, str], report: Report
) -> None:
    """Report the hazards of an Endpoints object, with what is known of its Service.

    Args:
        one: The object.
        objects: The whole set.
        virtual: The Service of each known cluster IP.
        report: Collects the findings.
    """
    report.add(one.index, ENDPOINTS_DEPRECATED, "kind")
    for field in _NOT_FIELDS:
        if one.manifest.get(field) is not None:
            report.add(one.index, ENDPOINTS_MISPLACED_FIELD, field)
    value = text(one.labels.get(SKIP_MIRROR_LABEL))
    if value != "true" and value.lower() in _MEANT_AS_TRUE:
        report.add(one.index, SKIP_MIRROR_VALUE, _SKIP_MIRROR, value=quote(value))
    _lint_service(one, objects, report)
    for group in one.groups:
        lint_addresses(one.index, group.endpoints, virtual, _place, report)


def _place(endpoint: Endpoint) -> str:
    return f"{endpoint.path}.ip"


def _lint_service(one: Legacy, objects: ObjectSet, report: Report) -> None:
    service = objects.services.get(one.key)
    if service is None:
        reason = objects.whereabouts(one.key)
        if reason is not None and one.key[1] in objects.homes:
            report.add(one.index, ENDPOINTS_NAME, "metadata.name", reason=reason)
        elif one.key[1] not in objects.homes and one.key[0] not in objects.custom:
            report.add(one.index, ENDPOINTS_WITHOUT_SERVICE, "metadata.name")
    elif service.is_alias:
        report.add(
            one.index, ENDPOINTS_OF_EXTERNAL_NAME, "metadata.name", service=quote(one.key[1])
        )
    elif service.selector:
        report.add(one.index, ENDPOINTS_OVER_SELECTOR, "subsets", service=quote(one.key[1]))
    else:
        _lint_mirroring(one, service, objects, report)


def _lint_mirroring(one: Legacy, service: Service, objects: ObjectSet, report: Report) -> None:
    slices = [group for group in objects.groups.get(one.key, ()) if group.is_slice]
    if not one.is_mirrored:
        _lint_unmirrored(one, slices, objects, report)
        return
    if any(group.is_hand_made for group in slices):
        report.add(one.index, ENDPOINTS_DUPLICATED, _SKIP_MIRROR)
    if not service.is_headless and HEADLESS_LABEL in one.labels:
        report.add(one.index, _HEADLESS_LABEL_COPIED, f"metadata.labels[{HEADLESS_LABEL}]")
    for group in one.groups:
        if len(group.endpoints) > _MOST_MIRRORED:
            report.add(one.index, MIRROR_TRUNCATES, f"{group.path}.addresses")


def _lint_unmirrored(one: Legacy, slices: list[Group], objects: ObjectSet, report: Report) -> None:
    if not slices:
        if not objects.may_hold_more(one.key[0]):
            report.add(one.index, ENDPOINTS_UNMIRRORED, _SKIP_MIRROR)
        return
    given = {endpoint.address for group in one.groups for endpoint in group.endpoints}
    sliced = {endpoint.address for group in slices for endpoint in group.endpoints}
    if given != sliced:
        report.add(
            one.index,
            ENDPOINTS_DISAGREE,
            "subsets",
            ours=len(given - sliced),
            theirs=len(sliced - given),
        )
