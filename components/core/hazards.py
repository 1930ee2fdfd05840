"""Hazards that follow from the arguments of a component alone."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address

from ..validation.hazards.declared import (
    AFFINITY,
    ENDPOINTS_LOSE_ZONES,
    EXTERNAL_IP_IS_BACKEND,
    EXTERNAL_IPS,
    EXTERNAL_IPS_HEADLESS,
    EXTERNAL_NAME_HOST,
    EXTERNAL_NAME_TLS,
    LOAD_BALANCER_AWAITED,
    LOAD_BALANCER_IGNORES,
    LOAD_BALANCER_IP,
    LOAD_BALANCER_PENDING,
    MIGRATION_DRAINED,
    NO_API_PROXY,
    NODE_SNAT,
    PUBLISH_NOT_READY,
)
from ..validation.hazards.external_names import (
    EXTERNAL_NAME_LOCALHOST,
    EXTERNAL_NAME_PARTIAL,
    EXTERNAL_NAME_SELF,
)
from ..validation.hazards.hazard import Hazard
from ..validation.hazards.legacy_endpoints import ENDPOINTS_DEPRECATED, MIRROR_TRUNCATES
from ..validation.hazards.service_fields import (
    EXTERNAL_DNS,
    LOAD_BALANCER_PROTOCOLS,
    is_of_cloud,
)
from ..validation.hazards.services import (
    AFFINITY_HEADLESS,
    EXTERNAL_NAME_ADDRESS,
    EXTERNAL_NAME_SINGLE_LABEL,
)
from ..validation.hazards.slices import MULTICAST, is_multicast
from ..validation.hazards.traffic import ALL_DRAINING, DISTRIBUTION_WITHOUT_HINTS, NONE_READY
from .addresses import Address, parse_ip
from .arguments import (
    ExternalServiceArgs,
    MigratingServiceArgs,
    SelectorServiceArgs,
    TrafficArgs,
)
from .backends import BackendSpec
from .migration import has_backends, has_selector
from .ports import Port
from .unknown import Unknown

_EXTERNAL_DNS = ("external-dns.alpha.kubernetes.io/", "external-dns.kubernetes.io/")
"""The prefixes of its annotations: the default up to version 0.21, and the one from 0.22 on."""

_MOST_MIRRORED = 1000
"""The default of `--mirroring-max-endpoints-per-subset` of kube-controller-manager."""


def external_service_hazards(
    args: ExternalServiceArgs, backends: Sequence[BackendSpec], ports: Sequence[Port]
) -> list[Hazard]:
    """Return the hazards of an `ExternalService` that follow from its arguments alone."""
    return [
        *_of_type(args, ports),
        *_of_addresses(args),
        *_of_backends(args, backends),
        *_of_api(args, backends),
        *_of_readers(args),
        *_notes(ports),
    ]


def selector_service_hazards(args: SelectorServiceArgs) -> list[Hazard]:
    """Return the hazards of a `SelectorService`."""
    published = [PUBLISH_NOT_READY] if args.publish_not_ready_addresses else []
    return [*published, *traffic_hazards(args)]


def traffic_hazards(args: TrafficArgs) -> list[Hazard]:
    """Return the hazards in the traffic settings of a Service in front of Pods."""
    return [*_of_addresses(args), *_of_affinity(args)]


def migrating_service_hazards(
    args: MigratingServiceArgs, backends: Sequence[BackendSpec], ports: Sequence[Port]
) -> list[Hazard]:
    """Return the hazards of a `MigratingService` in its phase.

    Args:
        args: The arguments.
        backends: The external backends as the phase leaves them; none in the last one.
        ports: The ports.
    """
    if not has_backends(args.phase):
        return [*_of_addresses(args), *_of_affinity(args)]
    found = external_service_hazards(args, backends, ports)
    if has_selector(args.phase):  # Pods may be ready
        return [one for one in found if one not in (ALL_DRAINING, NONE_READY)]
    if args.phase == "Draining":
        return [MIGRATION_DRAINED if one == ALL_DRAINING else one for one in found]
    return found


def external_name_hazards(
    external_name: str | Unknown, ports: Sequence[Port], own_name: str | None
) -> list[Hazard]:
    """Return the hazards of an `ExternalNameService`.

    Args:
        external_name: The name that the Service is an alias for.
        ports: Its ports.
        own_name: Its own name in the cluster's DNS, up to `svc`; None if its namespace is not
            known.
    """
    hazards: list[Hazard] = []
    if isinstance(external_name, str):
        hazards += _of_target(external_name.removesuffix(".").lower(), own_name)
    numbers = {port.port for port in ports}
    protocols = {port.app_protocol for port in ports}
    if 443 in numbers or "https" in protocols:  # noqa: PLR2004 - the port of HTTPS
        hazards.append(EXTERNAL_NAME_TLS)
    if numbers & {80, 443} or protocols & {"http", "https"}:
        hazards.append(EXTERNAL_NAME_HOST)
    return hazards


def _of_target(name: str, own_name: str | None) -> Iterator[Hazard]:
    if _is_address(name):
        yield EXTERNAL_NAME_ADDRESS
    elif name == "localhost":
        yield EXTERNAL_NAME_LOCALHOST
    elif "." not in name:
        yield EXTERNAL_NAME_SINGLE_LABEL
    elif name.endswith(".svc"):
        yield EXTERNAL_NAME_PARTIAL.filled(name=name)
    elif own_name and name.startswith(f"{own_name}."):
        yield EXTERNAL_NAME_SELF


def _of_type(args: TrafficArgs, ports: Sequence[Port]) -> Iterator[Hazard]:
    protocols = sorted({port.protocol for port in ports})
    if args.type == "LoadBalancer" and len(protocols) > 1:
        given = args.load_balancer_class
        if is_of_cloud(args.annotations, given if isinstance(given, str) else ""):
            yield LOAD_BALANCER_PROTOCOLS.filled(protocols=" and ".join(protocols))
    if args.type == "LoadBalancer":
        yield LOAD_BALANCER_IGNORES
        yield LOAD_BALANCER_AWAITED if args.await_ready else LOAD_BALANCER_PENDING
    if args.type != "ClusterIP":
        yield NODE_SNAT


def _of_addresses(args: TrafficArgs) -> Iterator[Hazard]:
    if args.load_balancer_ip is not None:
        yield LOAD_BALANCER_IP
    if args.external_ips:
        yield EXTERNAL_IPS
        if args.headless:
            yield EXTERNAL_IPS_HEADLESS


def _of_affinity(args: TrafficArgs) -> Iterator[Hazard]:
    if args.session_affinity == "ClientIP" and args.headless:
        yield AFFINITY_HEADLESS


def _of_backends(args: ExternalServiceArgs, backends: Sequence[BackendSpec]) -> Iterator[Hazard]:
    states = {backend.state for backend in backends}
    drains = "Draining" in states and args.endpoint_api != "Endpoints"
    if states and "Active" not in states:
        yield ALL_DRAINING if drains else NONE_READY
    yield from _of_affinity(args)
    if args.session_affinity == "ClientIP" and len(backends) > 1:
        yield AFFINITY
    active = [backend for backend in backends if backend.is_ready]
    if args.traffic_distribution and not all(backend.for_zones for backend in active):
        yield DISTRIBUTION_WITHOUT_HINTS
    if any(_is_multicast(backend) for backend in backends):
        yield MULTICAST
    external = _external_ips(args)
    if external and any(backend.address in external for backend in backends):
        yield EXTERNAL_IP_IS_BACKEND


def _external_ips(args: TrafficArgs) -> set[str]:
    """Return the external IPs that are known, in their canonical form."""
    parsed = [parse_ip(address) for address in args.external_ips if isinstance(address, str)]
    return {address.text for address in parsed if isinstance(address, Address)}


def _of_api(args: ExternalServiceArgs, backends: Sequence[BackendSpec]) -> Iterator[Hazard]:
    mode = args.endpoint_api
    if mode != "Slices":
        yield ENDPOINTS_DEPRECATED
    if mode == "Endpoints":
        if len(backends) > _MOST_MIRRORED:
            yield MIRROR_TRUNCATES
        if any(backend.zone is not None or backend.for_zones for backend in backends):
            yield ENDPOINTS_LOSE_ZONES


def _of_readers(args: ExternalServiceArgs) -> Iterator[Hazard]:
    """Return the hazards of controllers that read the Service, as its annotations show."""
    annotations = args.annotations
    for prefix in _EXTERNAL_DNS if args.headless else ():
        hosts = [annotations.get(f"{prefix}{key}") for key in ("hostname", "internal-hostname")]
        is_named = any(isinstance(host, str) and host for host in hosts)
        is_its = annotations.get(f"{prefix}controller", "dns-controller") == "dns-controller"
        if is_named and is_its and not annotations.get(f"{prefix}target"):
            yield EXTERNAL_DNS
            return


def _notes(ports: Sequence[Port]) -> Iterator[Hazard]:
    if any(port.protocol == "TCP" for port in ports):
        yield NO_API_PROXY


def _is_multicast(backend: BackendSpec) -> bool:
    return isinstance(backend.address, str) and is_multicast(backend.address)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
