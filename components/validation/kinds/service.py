"""A v1 Service, as the API server validates it when it is created or updated."""

from collections.abc import Mapping, Sequence
from sys import intern
from typing import Any, cast

from ...core.findings import Finding
from ...core.rules import RuleBook
from ...core.syntax import dns_1035_label, dns_label
from ...core.versions import Rules
from .. import object_meta, shapes
from ..object_set import ExposedPort, Key, ObjectSet, Service, name_of, namespace_of
from ..untyped import items, mapping, number, text
from . import service_families, service_node_ports, service_ports, service_traffic, service_update
from .kind_spec import KindSpec
from .service_spec import Spec, read_spec

RULES = RuleBook(
    service_families.RULES,
    service_node_ports.RULES,
    service_ports.RULES,
    service_traffic.RULES,
    service_update.RULES,
)


_PORT = shapes.Struct(
    {
        "name": shapes.STRING,
        "protocol": shapes.STRING,
        "appProtocol": shapes.STRING,
        "port": shapes.INT32,
        "targetPort": shapes.INT_OR_STRING,
        "nodePort": shapes.INT32,
    }
)
_AFFINITY = shapes.Struct({"clientIP": shapes.Struct({"timeoutSeconds": shapes.INT32})})
_SPEC = shapes.Struct(
    {
        "ports": shapes.ListOf(_PORT),
        "selector": shapes.STRING_MAP,
        "clusterIP": shapes.STRING,
        "clusterIPs": shapes.STRINGS,
        "type": shapes.STRING,
        "externalIPs": shapes.STRINGS,
        "sessionAffinity": shapes.STRING,
        "loadBalancerIP": shapes.STRING,
        "loadBalancerSourceRanges": shapes.STRINGS,
        "externalName": shapes.STRING,
        "externalTrafficPolicy": shapes.STRING,
        "healthCheckNodePort": shapes.INT32,
        "publishNotReadyAddresses": shapes.BOOL,
        "sessionAffinityConfig": _AFFINITY,
        "ipFamilies": shapes.STRINGS,
        "ipFamilyPolicy": shapes.STRING,
        "allocateLoadBalancerNodePorts": shapes.BOOL,
        "loadBalancerClass": shapes.STRING,
        "internalTrafficPolicy": shapes.STRING,
        "trafficDistribution": shapes.STRING,
    }
)
_INGRESS_PORT = shapes.Struct(
    {"port": shapes.INT32, "protocol": shapes.STRING, "error": shapes.STRING}
)
_INGRESS = shapes.Struct(
    {
        "ip": shapes.STRING,
        "hostname": shapes.STRING,
        "ipMode": shapes.STRING,
        "ports": shapes.ListOf(_INGRESS_PORT),
    }
)
_CONDITION = shapes.Struct(
    {
        "type": shapes.STRING,
        "status": shapes.STRING,
        "observedGeneration": shapes.INT64,
        "lastTransitionTime": shapes.TIME,
        "reason": shapes.STRING,
        "message": shapes.STRING,
    }
)
_STATUS = shapes.Struct(
    {
        "loadBalancer": shapes.Struct({"ingress": shapes.ListOf(_INGRESS)}),
        "conditions": shapes.ListOf(_CONDITION),
    }
)
SHAPE = shapes.Struct(
    {
        "apiVersion": shapes.STRING,
        "kind": shapes.STRING,
        "metadata": object_meta.SHAPE,
        "spec": _SPEC,
        "status": _STATUS,
    }
)


def validate(
    new: dict[str, Any], old: dict[str, Any] | None, rules: Rules, findings: list[Finding]
) -> None:
    """Validate a decoded Service that is created, or that replaces `old`.

    The order is the API server's: allocated fields, metadata, immutable fields, spec. Allocated
    fields that the type does not use are dropped after the first step.
    """
    spec = read_spec(new)
    before = None if old is None else read_spec(old)
    _allocate(spec, before, rules, findings)
    name_reasons = dns_label if rules.relaxed_service_names else dns_1035_label
    object_meta.check_metadata(new, old, name_reasons, rules, findings)
    if before is not None:
        service_update.drop_by_type(spec, before)
        _check_change(spec, before, findings)
        if rules.service_names_again:
            object_meta.check_names_again(new, name_reasons, findings)
    _check_spec(spec, before, _annotations_of(new), _annotations_of(old), rules, findings)


def _allocate(spec: Spec, before: Spec | None, rules: Rules, findings: list[Finding]) -> None:
    """Allocate addresses and node ports, and validate them (`beginCreate`, `beginUpdate`)."""
    if before is not None:
        service_update.restore_allocated(spec, before)
    service_update.align_cluster_ips(spec, before)
    service_families.settle_families(spec, before, rules, findings)
    service_node_ports.grant_node_ports(spec, before, findings)


def _check_change(spec: Spec, before: Spec, findings: list[Finding]) -> None:
    service_update.check_cluster_ip_change(spec, before, findings)
    service_update.check_family_change(spec, before, findings)
    service_update.check_load_balancer_class_change(spec, before, findings)
    service_traffic.check_load_balancer_class(spec, findings)
    service_update.check_health_check_change(spec, before, findings)


def _check_spec(
    spec: Spec,
    before: Spec | None,
    annotations: Mapping[str, str],
    old_annotations: Mapping[str, str],
    rules: Rules,
    findings: list[Finding],
) -> None:
    """Validate the complete spec, in the order of `validateService`."""
    service_traffic.check_topology(annotations, findings)
    service_ports.check_any_ports(spec, findings)
    service_ports.check_kubelet_port(spec, rules, findings)
    service_families.check_type_of_families(spec, findings)
    service_traffic.check_external_name(spec, findings)
    service_ports.check_ports(spec, findings)
    object_meta.check_labels(spec.fields.get("selector"), "spec.selector", findings)
    service_traffic.check_affinity(spec, findings)
    service_traffic.check_external_ips(spec, before, rules, findings)
    service_traffic.check_type(spec, findings)
    service_ports.check_port_clashes(spec, findings)
    service_traffic.check_source_ranges(spec, before, annotations, old_annotations, rules, findings)
    service_traffic.check_allocation_of_node_ports(spec, findings)
    if before is None:
        service_traffic.check_load_balancer_class(spec, findings)
    service_traffic.check_external_policy(spec, findings)
    service_traffic.check_internal_policy(spec, findings)
    service_traffic.check_distribution(spec, rules, findings)


def _annotations_of(service: Mapping[str, Any] | None) -> Mapping[str, str]:
    fields: Mapping[str, Any] = (service or {}).get("metadata") or {}
    return fields.get("annotations") or {}


def _read_service(objects: ObjectSet, index: int, manifest: Mapping[str, Any]) -> None:
    namespace, name = key = namespace_of(manifest), name_of(manifest)
    spec = manifest.get("spec")
    if not name or not isinstance(spec, Mapping):
        return
    objects.namespaces.add(namespace)
    objects.homes.setdefault(name, namespace)
    if key in objects.services or key in objects.repeated:
        objects.services.pop(key, None)
        objects.repeated.add(key)
        return
    objects.services[key] = _service(index, key, objects, mapping(cast("object", spec)))


_NO_SELECTOR: Mapping[str, Any] = {}


def _service(index: int, key: Key, objects: ObjectSet, spec: Mapping[str, Any]) -> Service:
    kind = intern(text(spec.get("type")) or "ClusterIP")
    headless = "None" in (spec.get("clusterIP"), *items(spec.get("clusterIPs"))[:1])
    ports = objects.exposed.share(
        ExposedPort(
            intern(text(port.get("name"))),
            intern(text(port.get("protocol")) or "TCP"),
            number(port.get("port")),
            number(port.get("targetPort")) or text(port.get("targetPort")) or None,
        )
        for port in map(mapping, items(spec.get("ports")))
    )
    selector = mapping(spec.get("selector")) or _NO_SELECTOR
    alias = kind == "ExternalName"
    is_headless = headless and not alias
    return Service(index, key, objects.manifests, kind, selector, ports, is_headless)


_ADDRESSES = ("None", "192.0.2.1", "2001:db8::1")
_GUESSES: Mapping[str, Sequence[Any]] = {
    "spec.type": ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
    "spec.ports[].port": (1,),
    "spec.ports[].protocol": ("TCP", "UDP", "SCTP"),
    "spec.selector": ({"app": "a"},),
    "spec.clusterIP": _ADDRESSES,
    "spec.clusterIPs": tuple([one] for one in _ADDRESSES),
    "spec.clusterIPs[]": _ADDRESSES,
    "spec.externalIPs": (["192.0.2.1"],),
    "spec.externalTrafficPolicy": ("Cluster", "Local"),
    "spec.ipFamilies[]": ("IPv4", "IPv6"),
    "spec.ipFamilyPolicy": ("SingleStack", "PreferDualStack", "RequireDualStack"),
    "spec.loadBalancerSourceRanges": (["192.0.2.0/24"],),
}

SPEC = KindSpec(
    "v1",
    "Service",
    "services",
    lambda _: SHAPE,
    RULES,
    validate,
    _read_service,
    guesses=_GUESSES,
)
