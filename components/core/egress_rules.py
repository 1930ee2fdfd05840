"""What Pods may reach: exact rules, independent of the kind of policy."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from .cidrs import Network

__all__ = [
    "AllowedName",
    "AllowedPods",
    "AllowedPort",
    "Blocks",
    "Dns",
    "Rules",
    "cover",
    "exact_blocks",
    "in_order",
]


@dataclass(frozen=True, slots=True)
class AllowedPort:
    """A port that connections may go to, as the backend sees it."""

    protocol: str
    number: int | str
    """The number, or for Pods possibly the name of a container's port."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """Addresses that are all reached at the same ports."""

    cidrs: tuple[str, ...]
    ports: tuple[AllowedPort, ...]


@dataclass(frozen=True, slots=True)
class AllowedPods:
    """Pods of one namespace."""

    labels: Mapping[str, str]
    namespace: str | None
    """The namespace; None for the policy's own."""
    ports: tuple[AllowedPort, ...]


@dataclass(frozen=True, slots=True)
class AllowedName:
    """All addresses of a DNS name."""

    name: str
    ports: tuple[AllowedPort, ...]


@dataclass(frozen=True, slots=True)
class Dns:
    """The servers that the Pods' resolver asks."""

    labels: Mapping[str, str]
    namespace: str
    cidrs: tuple[str, ...]
    """The addresses of a cache on the node, which policies do not treat as a Pod."""
    ports: tuple[AllowedPort, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that the selected Pods may reach."""

    blocks: Sequence[Blocks]
    pods: Sequence[AllowedPods]
    dns: Dns | None
    names: Sequence[AllowedName] = ()


def exact_blocks(pairs: Iterable[tuple[str, AllowedPort]]) -> list[Blocks]:
    """Return the blocks that allow exactly these pairs of an address and a port.

    Each address is in one group only, the one for all its ports, so no rule adds a port to an
    address that another rule allows for other ports.

    Args:
        pairs: Canonical addresses, each with a port that it listens on.
    """
    by_address: dict[str, set[AllowedPort]] = defaultdict(set)
    for address, port in pairs:
        by_address[address].add(port)
    groups: dict[frozenset[AllowedPort], list[str]] = defaultdict(list)
    for address, ports in by_address.items():
        groups[frozenset(ports)].append(address)
    blocks = [
        Blocks(tuple(cover(map(ip_network, group))), in_order(ports))
        for ports, group in groups.items()
    ]
    return sorted(blocks, key=lambda one: [_port_order(port) for port in one.ports])


def cover(networks: Iterable[Network]) -> list[str]:
    """Return the smallest set of CIDRs that covers exactly these blocks, IPv4 before IPv6."""
    every = set(networks)
    four = [one for one in every if isinstance(one, IPv4Network)]
    six = [one for one in every if isinstance(one, IPv6Network)]
    return [str(block) for block in (*collapse_addresses(four), *collapse_addresses(six))]


def in_order(ports: Iterable[AllowedPort]) -> tuple[AllowedPort, ...]:
    """Return each port once, by protocol and number."""
    return tuple(sorted(set(ports), key=_port_order))


def _port_order(port: AllowedPort) -> tuple[str, int, str]:
    if isinstance(port.number, str):
        return port.protocol, 0, port.number
    return port.protocol, port.number, ""
