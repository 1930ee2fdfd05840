"""Hazards of a set of manifests: accepted by the API server, but not working as intended."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from ...core.findings import Finding, quote
from ..object_set import API_SERVER, ObjectSet, Surroundings
from ..untyped import mapping
from . import (
    declared,
    external_names,
    gateway_routes,
    ingresses,
    kustomize,
    legacy_endpoints,
    path_hazards,
    peers,
    policies,
    policy_backends,
    port_matches,
    selection,
    server_warnings,
    service_fields,
    service_links,
    services,
    slices,
    split_rules,
    srv_names,
    traffic,
)
from .hazard import Catalogue, Hazard
from .policy_dns import DnsEgress
from .policy_rules import egress_policies
from .report import Report
from .set_reader import read_objects

__all__ = ["CATALOGUE", "HAZARDS", "Hazard", "hazards"]

_OF_MANIFESTS = Catalogue(
    "Hazards of manifests",
    services.HAZARDS,
    service_fields.HAZARDS,
    service_links.HAZARDS,
    srv_names.HAZARDS,
    selection.HAZARDS,
    external_names.HAZARDS,
    slices.HAZARDS,
    legacy_endpoints.HAZARDS,
    port_matches.HAZARDS,
    traffic.HAZARDS,
    ingresses.HAZARDS,
    gateway_routes.HAZARDS,
    policies.HAZARDS,
    peers.HAZARDS,
    split_rules.HAZARDS,
    policy_backends.HAZARDS,
    server_warnings.HAZARDS,
)

HAZARDS: Mapping[str, str] = {one.code: one.summary for one in _OF_MANIFESTS.values()}
"""Every hazard that `hazards` finds, by its code, with one line that says what happens."""

CATALOGUE = Catalogue(
    "Hazards",
    *_OF_MANIFESTS.parts,
    kustomize.HAZARDS,
    path_hazards.HAZARDS,
    declared.HAZARDS,
)
"""Every hazard by its code: those of manifests, of Kustomizations, of whole paths, and of
components alone."""


def hazards(
    manifests: Sequence[Mapping[str, Any]], around: Surroundings | None = None
) -> list[tuple[int, Finding]]:
    """Return what will not work as intended in a set of manifests that are applied together.

    Only objects of the same namespace are compared. An absent object counts only if the set refers
    to it, and never in a namespace with custom resources, or if some objects name their namespace
    and others do not. `docs/hazards.md` gives the details for each kind.

    Slices and Endpoints that a controller wrote count as endpoints, but are not reported
    themselves. Errors of `validate` are not repeated.

    Args:
        manifests: Objects of any kind, in their wire form. Only Services, EndpointSlices,
            Endpoints, Ingresses, routes, NetworkPolicies and workloads are read; broken objects are
            ignored.
        around: What is known beside the set. Defaults to nothing.

    Returns:
        A finding of severity `warning` for each hazard, with the index of its object, in the order
        of the objects.
    """
    report = Report()
    objects = read_objects(manifests, around)
    virtual = _cluster_ips(objects)
    _lint_services(objects, report)
    external_names.lint_aliases(objects, report)
    service_links.lint_links(objects, report)
    srv_names.lint_srv_names(objects, report)
    selection.lint_selection(objects, report)
    for one in objects.slices:
        slices.lint_slice(one, objects, virtual, report)
    for legacy in (one for one in objects.legacy if one.key != API_SERVER):
        legacy_endpoints.lint_legacy(legacy, objects, virtual, report)
    for index, namespace, spec in objects.ingresses:
        ingresses.lint_ingress(index, namespace, spec, objects, report)
        server_warnings.lint_ingress_class(index, mapping(objects.manifests[index]), report)
    for index, namespace, spec in objects.routes:
        gateway_routes.lint_route(index, namespace, spec, objects, report)
    server_warnings.lint_addresses(objects, report)
    if objects.policies:
        _lint_policies(objects, virtual, report)
    unique = dict.fromkeys(report)
    return sorted(unique, key=itemgetter(0))


def _lint_services(objects: ObjectSet, report: Report) -> None:
    unmirrored = {legacy.key for legacy in objects.legacy}
    served = objects.served - _strays(objects)
    routed = objects.routed | {
        (namespace, name)
        for _, namespace, spec in objects.ingresses
        for name in ingresses.service_names(spec)
    }
    for key, service in objects.services.items():
        service_fields.lint_protocols(service, report)
        server_warnings.lint_deprecated(service, report)
        services.lint_service(service, report, is_routed=key in routed)
        if not service.is_selectorless:
            continue
        groups = objects.groups.get(key)
        if groups:
            traffic.lint_traffic(service, groups, report, is_filled=objects.around.fills_slices)
        elif key not in unmirrored and key != API_SERVER:
            is_shown = key[0] in served and not objects.may_hold_more(key[0])
            is_elsewhere = service.is_global or (service.is_headless and not service.ports)
            traffic.lint_unserved(service, is_shown and not is_elsewhere, report)


def _strays(objects: ObjectSet) -> set[str]:
    """Return the namespaces with endpoints that belong to no Service, a hazard of their own."""
    keys = [one.key for one in objects.slices] + [legacy.key for legacy in objects.legacy]
    return {key[0] for key in keys if not key[1] or objects.whereabouts(key) is not None}


def _lint_policies(objects: ObjectSet, virtual: Mapping[str, str], report: Report) -> None:
    restricting = egress_policies(objects)
    reaching = policy_backends.lint_backends(objects, restricting, virtual, report)
    linter = policies.PolicyLinter(objects, DnsEgress(restricting, reaching))
    for policy in objects.policies:
        linter.lint(policy, report)
        peers.lint_peers(policy, objects, report)
        split_rules.lint_split_rules(policy, report)
        server_warnings.lint_blocks(policy, report)


def _cluster_ips(objects: ObjectSet) -> dict[str, str]:
    """Return the Service of each known cluster IP."""
    return {
        address: quote(service.key[1])
        for service in objects.services.values()
        for address in services.cluster_ips(service)
    }
