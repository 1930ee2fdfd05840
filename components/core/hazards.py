"""Hazards: what the API server accepts, and yet traffic will not flow, or flow badly.

Each has a code that stays, one line that says what happens, and a remedy. The constants are the
enumerated set; `docs/hazards.md` explains each.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from .addresses import Address, parse_ip
from .backends import Backend
from .deferred import Deferred
from .metadata import Plain
from .ports import Port

_EXTERNAL_DNS = ("external-dns.alpha.kubernetes.io/", "external-dns.kubernetes.io/")
"""How its annotations begin: by default up to version 0.21, and from 0.22 on."""

_MOST_MIRRORED = 1000
"""`--mirroring-max-endpoints-per-subset` of kube-controller-manager, by default."""


@dataclass(frozen=True, slots=True)
class Hazard:
    """Something legal that will not work as it looks."""

    code: str
    """What it is called, in all versions."""
    text: str
    """What happens."""
    remedy: str
    """What to do instead, or to keep in mind."""
    is_note: bool = False
    """Holds for every Service of its kind: shown among the hazards, not logged as a warning."""

    def __str__(self) -> str:
        return f"{self.code}: {self.text} ({self.remedy})"


NO_API_PROXY = Hazard(
    "no-api-proxy",
    "the API server's proxy and `kubectl port-forward` do not reach external endpoints",
    "test from a Pod, such as `kubectl run -it --rm --image=busybox sh`",
    is_note=True,
)
LOAD_BALANCER_IGNORES = Hazard(
    "load-balancer-ignores",
    "some load-balancer controllers ignore endpoints that are not Pods: AWS with ip targets,"
    " MetalLB in layer 2 mode, GKE with NEGs",
    "use instance targets, or put a gateway in front of a ClusterIP",
)
LOAD_BALANCER_PENDING = Hazard(
    "load-balancer-pending",
    "nothing waits for the load balancer's address, and without a load-balancer controller there"
    " never is one",
    "set `await_ready` to wait for it",
)
LOAD_BALANCER_AWAITED = Hazard(
    "load-balancer-awaited",
    "`pulumi up` waits up to 10 minutes for the load balancer's address, and fails without a"
    " load-balancer controller",
    "set `await_ready` to False where there is none",
)
NODE_SNAT = Hazard(
    "node-snat",
    "connections through a node port or load balancer reach the backends from the nodes' addresses,"
    " not from the clients'",
    "let the backends' firewalls and access lists take the nodes' addresses",
)
LOAD_BALANCER_IP = Hazard(
    "load-balancer-ip",
    "loadBalancerIP is deprecated since Kubernetes 1.24, and a load-balancer controller that does"
    " not know it picks another address without an error",
    "use the annotation that your controller documents, if it has one",
)
EXTERNAL_IPS = Hazard(
    "external-ips",
    "externalIPs is deprecated since Kubernetes 1.36, because a Service can take the traffic of any"
    " address with it (CVE-2020-8554): clusters may refuse it (admission plugin"
    " DenyServiceExternalIPs) or no longer implement it",
    "use ServiceType.LOAD_BALANCER with a load-balancer controller",
)
EXTERNAL_IPS_HEADLESS = Hazard(
    "external-ips-headless",
    "external IPs have no effect on a headless Service: nodes take no traffic for it",
    "leave `external_ips` out, or do not set `headless`",
)
EXTERNAL_IP_IS_BACKEND = Hazard(
    "external-ip-is-backend",
    "an external IP is the address of a backend: the cluster's own connections to that backend are"
    " spread over all of them",
    "leave it out of `external_ips`: backends are `addresses` or `backends`",
)
EXTERNAL_IP_UNSERVED = Hazard(
    "external-ip-unserved",
    "there are external IPs of an IP family that the cluster did not give the Service: nodes take"
    " no traffic for them",
    "name the family in `ip_families`, on a cluster that has it",
)
PUBLISH_NOT_READY = Hazard(
    "publish-not-ready",
    "Pods that are not ready are published, and connections to them may be refused",
    "leave `publish_not_ready_addresses` out, unless Pods must find each other while they start",
)
ALL_DRAINING = Hazard(
    "all-draining",
    "every backend is draining, and kube-proxy goes on sending new connections to them as no other"
    " is ready",
    "use BackendState.DISABLED to stop connections",
)
NONE_READY = Hazard(
    "none-ready",
    "no backend is ready: every new connection is refused",
    "make one backend active",
)
ID_GIVEN = Hazard(
    "id-given",
    "an address has moved from one live slice to another, for its backend was given another `id` or"
    " other `ports`: for a moment it may be in neither",
    "give a backend its `id` before there are several slices, or while it is drained",
)
SELECTOR_REMOVED = Hazard(
    "selector-removed",
    "the Endpoints and EndpointSlices of the controllers stay when a selector is removed, and go on"
    " serving its Pods",
    "delete the Endpoints of the Service's name, and the EndpointSlices of the Service that are"
    " managed by endpointslice-controller.k8s.io",
)
PORT_RENAMED = Hazard(
    "port-renamed",
    "a port gets another name: for some tens of milliseconds its connections are refused, as"
    " kube-proxy matches Service and slices by port name, and they are written one after the other",
    "declare the port under both names, with two numbers, and move the clients; or accept it",
)
AFFINITY = Hazard(
    "affinity-dead-backend",
    "with session affinity a client stays with its backend also when that is dead, for nothing"
    " checks the health of external endpoints",
    "put a health-checking address in front, or leave `session_affinity` out",
)
AFFINITY_HEADLESS = Hazard(
    "affinity-headless",
    "session affinity has no effect on a headless Service: its clients choose among the addresses",
    "leave `session_affinity` out, or do not set `headless`",
)
DISTRIBUTION = Hazard(
    "distribution-without-hints",
    "trafficDistribution has no effect: hints of hand-made slices are written by hand, and some"
    " active backend has none",
    "give `for_zones` to every backend",
)
ENDPOINTS_DEPRECATED = Hazard(
    "endpoints-deprecated",
    "v1 Endpoints is deprecated since Kubernetes 1.33",
    "use EndpointApi.SLICES unless something reads Endpoints alone",
)
MIRROR_TRUNCATES = Hazard(
    "mirror-truncates",
    "the controller that mirrors Endpoints into slices leaves out addresses beyond the first 1000",
    "use EndpointApi.SLICES or EndpointApi.BOTH",
)
ENDPOINTS_LOSE_ZONES = Hazard(
    "endpoints-lose-zones",
    "legacy Endpoints hold no zones and no hints: `zone` and `for_zones` have no effect",
    "use EndpointApi.SLICES or EndpointApi.BOTH",
)
EXTERNAL_DNS = Hazard(
    "external-dns-pods-only",
    "external-dns publishes only the Pods of a headless Service: the host name in its annotation"
    " gets no record",
    "list the backends in the annotation `target` of external-dns, or leave `headless` out",
)
MULTICAST = Hazard(
    "multicast",
    "a multicast address is no endpoint that a connection can be made to",
    "give the backends' own addresses",
)
FAMILY_UNSERVED = Hazard(
    "family-unserved",
    "there are backends of an IP family that the cluster did not give the Service: they get no"
    " traffic",
    "name the family in `ip_families`, on a cluster that has it",
)
CO_OWNED = Hazard(
    "co-owned",
    "another field manager owns fields of this Service too: it existed before, or was changed by"
    " hand",
    "see `kubectl get service -o yaml --show-managed-fields`",
)
EXTERNAL_NAME_TLS = Hazard(
    "external-name-tls",
    "clients ask for the Service's name: a TLS certificate for the external name does not match it",
    "let clients verify the external name, or connect to it directly",
)
EXTERNAL_NAME_HOST = Hazard(
    "external-name-host",
    "clients send the Service's name as HTTP Host header, which the external server may not know",
    "let clients send the external name, or connect to it directly",
)
EXTERNAL_NAME_ADDRESS = Hazard(
    "external-name-address",
    "an external name that looks like an IP address is not resolved by the cluster's DNS",
    "use ExternalService for addresses",
)
EXTERNAL_NAME_SINGLE = Hazard(
    "external-name-single-label",
    "an external name of one label is a top-level domain to DNS: search domains do not apply to it",
    "give the fully qualified name",
)


def external_service_hazards(
    args: Plain, backends: Sequence[Backend], ports: Sequence[Port]
) -> list[Hazard]:
    """Give the hazards of an `ExternalService` that its arguments alone tell of."""
    return [
        *_of_type(args),
        *_of_addresses(args),
        *_of_backends(args, backends),
        *_of_api(args, backends),
        *_of_readers(args),
        *_notes(ports),
    ]


def selector_service_hazards(args: Plain) -> list[Hazard]:
    """Give the hazards of a `SelectorService`."""
    published = [PUBLISH_NOT_READY] if args.get("publish_not_ready_addresses") else []
    return [*published, *_of_addresses(args), *_of_affinity(args)]


def external_name_hazards(external_name: str | Deferred, ports: Sequence[Port]) -> list[Hazard]:
    """Give the hazards of an `ExternalNameService`."""
    hazards: list[Hazard] = []
    if isinstance(external_name, str):
        name = external_name.removesuffix(".")
        if _is_address(name):
            hazards.append(EXTERNAL_NAME_ADDRESS)
        elif "." not in name:
            hazards.append(EXTERNAL_NAME_SINGLE)
    numbers = {port.port for port in ports}
    protocols = {port.app_protocol for port in ports}
    if 443 in numbers or "https" in protocols:  # noqa: PLR2004 - the port of HTTPS
        hazards.append(EXTERNAL_NAME_TLS)
    if numbers & {80, 443} or protocols & {"http", "https"}:
        hazards.append(EXTERNAL_NAME_HOST)
    return hazards


def _of_type(args: Plain) -> Iterator[Hazard]:
    kind: str = args.get("type") or "ClusterIP"
    if kind == "LoadBalancer":
        yield LOAD_BALANCER_IGNORES
        yield LOAD_BALANCER_AWAITED if args.get("await_ready") else LOAD_BALANCER_PENDING
    if kind != "ClusterIP":
        yield NODE_SNAT


def _of_addresses(args: Plain) -> Iterator[Hazard]:
    if args.get("load_balancer_ip") is not None:
        yield LOAD_BALANCER_IP
    if args.get("external_ips"):
        yield EXTERNAL_IPS
        if args.get("headless"):
            yield EXTERNAL_IPS_HEADLESS


def _of_affinity(args: Plain) -> Iterator[Hazard]:
    if args.get("session_affinity") == "ClientIP" and args.get("headless"):
        yield AFFINITY_HEADLESS


def _of_backends(args: Plain, backends: Sequence[Backend]) -> Iterator[Hazard]:
    states = {backend.state for backend in backends}
    drains = "Draining" in states and args.get("endpoint_api") != "Endpoints"
    if states and "Active" not in states:
        yield ALL_DRAINING if drains else NONE_READY
    yield from _of_affinity(args)
    if args.get("session_affinity") == "ClientIP" and len(backends) > 1:
        yield AFFINITY
    active = [backend for backend in backends if backend.is_ready]
    if args.get("traffic_distribution") and not all(backend.for_zones for backend in active):
        yield DISTRIBUTION
    if any(_is_multicast(backend) for backend in backends):
        yield MULTICAST
    external = _external_ips(args)
    if external and any(backend.address in external for backend in backends):
        yield EXTERNAL_IP_IS_BACKEND


def _external_ips(args: Plain) -> set[str]:
    """Return the external IPs that are known, in their canonical form."""
    given: Sequence[str | Deferred] = args.get("external_ips") or ()
    parsed = [parse_ip(address) for address in given if isinstance(address, str)]
    return {address.text for address in parsed if isinstance(address, Address)}


def _of_api(args: Plain, backends: Sequence[Backend]) -> Iterator[Hazard]:
    mode: str = args.get("endpoint_api") or "Slices"
    if mode != "Slices":
        yield ENDPOINTS_DEPRECATED
    if mode == "Endpoints":
        if len(backends) > _MOST_MIRRORED:
            yield MIRROR_TRUNCATES
        if any(backend.zone is not None or backend.for_zones for backend in backends):
            yield ENDPOINTS_LOSE_ZONES


def _of_readers(args: Plain) -> Iterator[Hazard]:
    """Return the hazards of what reads the Service, as far as annotations tell."""
    annotations: Plain = args.get("annotations") or {}
    for prefix in _EXTERNAL_DNS if args.get("headless") else ():
        hosts = [annotations.get(f"{prefix}{key}") for key in ("hostname", "internal-hostname")]
        is_named = any(isinstance(host, str) and host for host in hosts)
        is_its = annotations.get(f"{prefix}controller", "dns-controller") == "dns-controller"
        if is_named and is_its and not annotations.get(f"{prefix}target"):
            yield EXTERNAL_DNS
            return


def _notes(ports: Sequence[Port]) -> Iterator[Hazard]:
    if any(port.protocol == "TCP" for port in ports):
        yield NO_API_PROXY


def _is_multicast(backend: Backend) -> bool:
    address = backend.address
    if not isinstance(address, str):
        return False
    if ":" in address:
        return re.match("ff..:", address) is not None
    return 224 <= int(address.partition(".")[0]) < 240  # noqa: PLR2004 - 224.0.0.0/4, RFC 5771


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
