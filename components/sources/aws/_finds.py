"""Collects the results of a query: requested addresses, zones, resources without an address."""

from collections.abc import Mapping
from typing import Any, Optional

import pulumi

from ...core.findings import Finding, forbidden
from ...types import Backend, BackendState
from .._base import collect, report_left_out
from ._ask import EMPTY_REMEDY, Ask, refuse

PRIVATE = "private IPv4"
PUBLIC = "public IPv4"
IPV6 = "IPv6"


def wanted_kinds(name: str, *, public: bool, ipv6: bool, dual_stack: bool) -> tuple[str, ...]:
    """Return the requested kinds of addresses.

    Raises:
        SourceError: The arguments exclude each other.
    """
    findings: list[Finding] = []
    if public and ipv6:
        findings.append(forbidden("public", "may not be used together with `ipv6`"))
    if ipv6 and dual_stack:
        findings.append(forbidden("ipv6", "may not be used together with `dual_stack`"))
    refuse(name, findings)
    if ipv6:
        return (IPV6,)
    ipv4 = PUBLIC if public else PRIVATE
    return (ipv4, IPV6) if dual_stack else (ipv4,)


class Finds:
    """Collects the backends of one query.

    Args:
        ask: The query.
        kinds: The requested kinds of addresses.
        zone_ids: The ids of zones by name, if ids are requested.
    """

    def __init__(
        self, ask: Ask, kinds: tuple[str, ...], zone_ids: Optional[Mapping[str, str]] = None
    ) -> None:
        self._ask = ask
        self._kind = " or ".join(kinds)
        self._kinds = kinds
        self._zone_ids = zone_ids
        self._backends: list[Backend] = []
        self._without: list[str] = []
        self._count = 0

    def add(
        self,
        identity: str,
        zone: Optional[str],
        addresses: Mapping[str, Optional[str]],
        ports: Optional[Mapping[str, int]] = None,
        state: Optional[BackendState] = None,
    ) -> None:
        """Add a resource, with one backend for each requested kind of address that it has.

        Args:
            identity: The resource's id.
            zone: The name of its zone.
            addresses: Its addresses by kind.
            ports: Its own port numbers, by the names of the Service's ports.
            state: Its state, if it is not active.
        """
        self._count += 1
        more: dict[str, Any] = {}
        if zone and (zone := self._zone(zone)):
            more["zone"] = zone
        if ports:
            more["ports"] = ports
        if state:
            more["state"] = state
        has_address = False
        for kind in self._kinds:
            if address := addresses.get(kind):
                has_address = True
                key = f"{identity}/ipv6" if kind == IPV6 else identity
                backend: Any = {"id": key, "address": address, **more}
                self._backends.append(backend)
        if not has_address:
            self._without.append(identity)

    def all(
        self,
        *,
        allow_empty: bool,
        of: str = "",
        remedy: str = EMPTY_REMEDY,
        nothing: str = "none found",
    ) -> list[Backend]:
        """Return the backends, sorted by id.

        Args:
            allow_empty: Whether there may be none.
            of: The requested resources, such as `running instances`.
            remedy: What to do if there is none.
            nothing: The reason if not even a resource was found.

        Raises:
            SourceError: There is none, and `allow_empty` is False.
        """
        reason = f"{self._count} found, no {self._kind} address" if self._count else nothing
        if self._backends:
            report_left_out(self._ask.subject, f"without {self._kind} address", self._without)
        query = self._ask.subject
        return collect(
            query if self._kinds == (PRIVATE,) else f"{query}, {self._kind}",
            self._backends,
            allow_empty=allow_empty,
            remedy=remedy,
            reason=f"{of}: {reason}" if of else reason,
            subject=query,
        )

    def _zone(self, name: str) -> Optional[str]:
        return name if self._zone_ids is None else self._zone_ids.get(name)


def unless_all(subject: str, unhealthy: set[str], count: int) -> set[str]:
    """Return the unhealthy ids, or an empty set if all are unhealthy.

    Load balancers also fail open then: a Service that refuses every connection is of no use.
    """
    if unhealthy and len(unhealthy) == count:
        pulumi.log.warn(f"{subject}: all {count} are unhealthy; none is disabled")
        return set()
    return unhealthy
