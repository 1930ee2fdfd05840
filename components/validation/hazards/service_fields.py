"""Hazards of a Service's fields that other types or tools read differently."""

from collections import defaultdict
from collections.abc import Iterable

from ..object_set import Service
from ..untyped import mapping, text
from .hazard import Catalogue
from .report import Report

HAZARDS = Catalogue("Service")
PORT_OF_TWO_PROTOCOLS = HAZARDS.hazard(
    "port-of-two-protocols",
    "port {number} is declared for {protocols}: client-side `kubectl apply` identifies ports by"
    " number alone, and loses one when the other is added later",
    "use `kubectl apply --server-side`, as Pulumi does",
    "Client-side kubectl apply may lose one of two ports of one number.",
)
LOAD_BALANCER_PROTOCOLS = HAZARDS.hazard(
    "load-balancer-protocols",
    "a load balancer for {protocols}: several controllers refuse more than one protocol, or serve"
    " only one",
    "if yours does, declare one Service for each protocol, which share an address",
    "Several load-balancer controllers refuse more than one protocol.",
)
LOAD_BALANCER_IP_IGNORED = HAZARDS.hazard(
    "load-balancer-ip-ignored",
    "loadBalancerIP has no effect on a Service of type {type}{hint}",
    "leave it out, or set `type: LoadBalancer`",
    "loadBalancerIP has no effect on a type other than LoadBalancer.",
)
EXTERNAL_DNS = HAZARDS.hazard(
    "external-dns-pods-only",
    "external-dns publishes only the Pods of a headless Service: the host name in its"
    " annotation gets no record",
    "list the backends in external-dns's annotation `target`, or do not make the Service headless",
    "external-dns makes no record for a headless Service without Pods.",
)

_CLOUDS = (
    "service.beta.kubernetes.io/",
    "service.kubernetes.io/aws-",
    "cloud.google.com/",
    "networking.gke.io/",
)
_CLOUD_CLASSES = ("service.k8s.aws/", "networking.gke.io/")
_EXTERNAL_DNS = ("external-dns.alpha.kubernetes.io/", "external-dns.kubernetes.io/")


def lint_protocols(service: Service, report: Report) -> None:
    """Report the hazards of one Service."""
    if not service.is_alias:
        _lint_protocols(service, report)
    if text(service.spec.get("loadBalancerIP")) and service.type != "LoadBalancer":
        none = service.spec.get("loadBalancerIP") == "None"
        hint = ": a headless Service has `clusterIP: None`" if none else ""
        report.add(
            service.index,
            LOAD_BALANCER_IP_IGNORED,
            "spec.loadBalancerIP",
            type=service.type,
            hint=hint,
        )
    if service.is_headless and service.is_selectorless:
        _lint_records(service, report)


def _lint_protocols(service: Service, report: Report) -> None:
    by_number: dict[int, list[str]] = defaultdict(list)
    for port in service.ports:
        if port.number is not None:
            by_number[port.number].append(port.protocol)
    twice = {number: found for number, found in by_number.items() if len(set(found)) > 1}
    for number, found in twice.items():
        places = [at for at, port in enumerate(service.ports) if port.number == number]
        report.add(
            service.index,
            PORT_OF_TWO_PROTOCOLS,
            f"spec.ports[{places[1]}].port",
            number=number,
            protocols=" and ".join(sorted(set(found))),
        )
    protocols = sorted({port.protocol for port in service.ports})
    if service.type == "LoadBalancer" and len(protocols) > 1 and _is_of_cloud(service):
        report.add(
            service.index,
            LOAD_BALANCER_PROTOCOLS,
            "spec.ports",
            protocols=" and ".join(protocols),
        )


def is_of_cloud(annotations: Iterable[str], load_balancer_class: str) -> bool:
    """Return whether a cloud's controller serves it, many of which refuse mixed protocols.

    Args:
        annotations: The keys of the Service's annotations.
        load_balancer_class: The Service's class of load balancers; empty for the default one.
    """
    is_annotated = any(one.startswith(_CLOUDS) for one in annotations)
    return is_annotated or load_balancer_class.startswith(_CLOUD_CLASSES)


def _is_of_cloud(service: Service) -> bool:
    annotations = mapping(mapping(service.manifest.get("metadata")).get("annotations"))
    return is_of_cloud(annotations, text(service.spec.get("loadBalancerClass")))


def _lint_records(service: Service, report: Report) -> None:
    annotations = mapping(mapping(service.manifest.get("metadata")).get("annotations"))
    for prefix in _EXTERNAL_DNS:
        name = f"{prefix}hostname"
        if text(annotations.get(name)) and not text(annotations.get(f"{prefix}target")):
            report.add(service.index, EXTERNAL_DNS, f"metadata.annotations[{name}]")
