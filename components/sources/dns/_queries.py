"""Queries to DNS: A and AAAA records, and SRV records."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Optional

import pulumi

from ...core.findings import forbidden
from ...types import Backend, BackendState
from .._base import collect, report_left_out
from ..errors import SourceError
from ._pins import Pins
from ._resolve import Failed, Names

_IPV4, _IPV6 = "A", "AAAA"


def addresses(
    *names: str,
    ipv6: bool = False,
    dual_stack: bool = False,
    resolvers: Sequence[str] = (),
    timeout: float = 5.0,
    attempts: int = 3,
    pin: Optional[str | os.PathLike[str]] = None,
    allow_moving: bool = False,
    allow_empty: bool = False,
) -> list[Backend]:
    """Return the addresses of host names.

    Args:
        names: The names, absolute: search domains are ignored.
        ipv6: Whether to use IPv6 addresses (AAAA). Defaults to False: IPv4 addresses (A).
        dual_stack: Whether to use the addresses of both families. Defaults to False.
        resolvers: The resolvers, in the order of their use: `192.0.2.53`, `192.0.2.53:5353` or
            `[2001:db8::53]:53`. Defaults to those of the machine.
        timeout: The seconds that one query may take, over all resolvers. Defaults to 5.
        attempts: How often a query without an answer is sent. Defaults to 3.
        pin: A file that keeps the last good answer, used if a name does not resolve. Commit it to
            the repository. Defaults to none.
        allow_moving: Whether to resolve names whose addresses are known to change. Defaults to
            False.
        allow_empty: Whether to return an empty list if there is no address. Defaults to False: an
            error.

    Returns:
        The backends, sorted by address.

    Raises:
        SourceError: A name is invalid, does not resolve, or has no address.
    """
    kinds = _kinds("dns.addresses", ipv6=ipv6, dual_stack=dual_stack)
    query = _query("dns.addresses", names, kinds)
    if not names:
        raise SourceError("dns.addresses: at least one name is required")
    resolver = Names(query, resolvers, timeout, attempts, allow_moving=allow_moving)

    def ask() -> list[Backend]:
        found = {text for name in names for text in _addresses(resolver, name, kinds)}
        return [{"address": text} for text in found]

    return _answered(query, ask, pin, allow_empty=allow_empty)


def services(
    name: str,
    *,
    port: Optional[str] = None,
    ipv6: bool = False,
    dual_stack: bool = False,
    resolvers: Sequence[str] = (),
    timeout: float = 5.0,
    attempts: int = 3,
    pin: Optional[str | os.PathLike[str]] = None,
    allow_moving: bool = False,
    allow_empty: bool = False,
) -> list[Backend]:
    """Return the targets of a service (SRV records), such as `_postgres._tcp.example.com`.

    Targets of the best priority (the lowest number) are active, the others `DISABLED`, as standby.
    Weights have no counterpart in Kubernetes and are ignored. A backend's `id` is
    `<target>:<port>`; if the target has several addresses, the address follows.

    Args:
        name: The name, absolute.
        port: The name of the Service's port that the targets' ports belong to. Defaults to none:
            the targets' ports are ignored.
        ipv6: Whether to use IPv6 addresses (AAAA). Defaults to False: IPv4 addresses (A).
        dual_stack: Whether to use the addresses of both families. Defaults to False.
        resolvers: The resolvers, in the order of their use. Defaults to those of the machine.
        timeout: The seconds that one query may take, over all resolvers. Defaults to 5.
        attempts: How often a query without an answer is sent. Defaults to 3.
        pin: A file that keeps the last good answer, used if a name does not resolve. Commit it to
            the repository. Defaults to none.
        allow_moving: Whether to resolve names whose addresses are known to change. Defaults to
            False.
        allow_empty: Whether to return an empty list if there is no target. Defaults to False: an
            error.

    Returns:
        The backends, sorted by id.

    Raises:
        SourceError: A name is invalid, does not resolve, or has no target with an address.
    """
    kinds = _kinds("dns.services", ipv6=ipv6, dual_stack=dual_stack)
    query = _query("dns.services", [name], kinds)
    resolver = Names(query, resolvers, timeout, attempts, allow_moving=allow_moving)

    def ask() -> list[Backend]:
        records = resolver.records(name, "SRV")
        targets = {
            (record.target.to_text(omit_final_dot=True).lower(), record.port, record.priority)
            for record in records
            if record.target.labels != (b"",)  # "." means that there is no such service
        }
        best = min((priority for _, _, priority in targets), default=0)
        found: list[Backend] = []
        without: list[str] = []
        for target, number, priority in sorted(targets):
            state = None if priority == best else BackendState.DISABLED
            ports = {port: number} if port else None
            backends = list(_of_target(resolver, target, number, kinds, ports, state))
            found += backends
            if not backends:
                without.append(target)
        if found:
            report_left_out(query, "without an address", without)
        return found

    return _answered(query, ask, pin, allow_empty=allow_empty)


def _of_target(
    resolver: Names,
    target: str,
    number: int,
    kinds: Sequence[str],
    ports: Optional[dict[str, int]],
    state: Optional[BackendState],
) -> Iterator[Backend]:
    for kind in kinds:
        found = list(_addresses(resolver, target, [kind]))
        for text in found:
            identity = f"{target}:{number}" + ("/ipv6" if kind == _IPV6 else "")
            backend: Backend = {
                "id": identity if len(found) == 1 else f"{identity}/{text}",
                "address": text,
            }
            if ports:
                backend["ports"] = ports
            if state:
                backend["state"] = state
            yield backend


def _addresses(resolver: Names, name: str, kinds: Sequence[str]) -> Iterator[str]:
    for kind in kinds:
        for record in resolver.records(name, kind):
            yield str(record.address)


def _answered(
    query: str,
    ask: Callable[[], list[Backend]],
    pin: Optional[str | os.PathLike[str]],
    *,
    allow_empty: bool,
) -> list[Backend]:
    """Return the answer to a query, or the last good one if it fails."""
    pins = Pins(pin) if pin is not None else None
    reason = "no address"
    backends: list[Backend] = []
    failed = False
    try:
        backends = ask()
    except Failed as error:
        reason, failed = str(error), True
    if backends:
        backends = collect(query, backends, allow_empty=False, remedy="")
    if pins and backends:
        pins.keep(query, backends)
    elif pins and not (allow_empty and not failed) and (last := pins.get(query)):
        remedy = "remove it from that file if it is gone for good"
        pulumi.log.warn(f"{query}: {reason}; using the last good answer, of {pin} ({remedy})")
        backends = last
    if failed and not backends:
        remedy = "check the name, the resolvers and the network"
        if pins:
            remedy += f"; {pin} holds no earlier answer"
        raise SourceError(f"{query}: {reason} ({remedy})")
    remedy = "correct the name or the family, or pass allow_empty=True"
    return collect(query, backends, allow_empty=allow_empty, reason=reason, remedy=remedy)


def _kinds(name: str, *, ipv6: bool, dual_stack: bool) -> list[str]:
    if ipv6 and dual_stack:
        finding = forbidden("ipv6", "may not be used together with `dual_stack`")
        raise SourceError(f"{name}: {finding}")
    return [_IPV4, _IPV6] if dual_stack else [_IPV6] if ipv6 else [_IPV4]


def _query(call: str, names: Sequence[Any], kinds: Sequence[str]) -> str:
    families = {_IPV4: "", _IPV6: ", IPv6"}[kinds[0]] if len(kinds) == 1 else ", IPv4 or IPv6"
    shown = ", ".join(name if isinstance(name, str) else type(name).__name__ for name in names)
    return f"{call}({shown}){families}"
