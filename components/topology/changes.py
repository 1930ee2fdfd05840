"""Compares two explanations of the same path."""

from collections.abc import Iterator

from .explanation import Explanation
from .model import Backend


def changes(before: Explanation, after: Explanation) -> list[str]:
    """Return the changes, each in a few words; empty if the path is the same."""
    return list(_changes(before, after))


def _changes(before: Explanation, after: Explanation) -> Iterator[str]:
    if (before.path is None) != (after.path is None):
        yield "the Service is gone" if after.path is None else "the Service is there"
    yield from _of_backends(_backends(before), _backends(after))
    old, new = before.path, after.path
    if old is not None and new is not None:
        for port, later in zip(old.ports, new.ports, strict=False):
            if (port.name, port.number) != (later.name, later.number):
                yield f"port {port} is now {later}"
            elif port.backends != later.backends:
                yield f"port {later}: {_count(port.backends)} -> {_count(later.backends)}"
        if len(old.ports) != len(new.ports):
            yield f"{len(old.ports)} ports -> {len(new.ports)}"
        if old.selector != new.selector:
            labels = ",".join(f"{key}={value}" for key, value in new.selector.items())
            yield f"the selector is now {labels or 'gone'}"
        if old.routes != new.routes:
            yield f"{len(old.routes)} routes -> {len(new.routes)}"
        if old.policies != new.policies:
            yield f"{len(old.policies)} policies -> {len(new.policies)}"
    if before.verdict != after.verdict:
        yield f"{before.verdict.value} -> {after.verdict.value}"
    if after.first is not None and before.first != after.first:
        yield after.first.text


def _count(backends: int | None) -> str:
    if backends is None:
        return "unknown"
    return f"{backends} backend{'' if backends == 1 else 's'}"


def _backends(explanation: Explanation) -> dict[str, Backend]:
    """Return the backends by address; of two with the same address, the one that serves."""
    found: dict[str, Backend] = {}
    for endpoints in explanation.path.endpoints if explanation.path else ():
        for one in endpoints.backends:
            if one.address not in found or one.serves:
                found[one.address] = one
    return found


def _of_backends(old: dict[str, Backend], new: dict[str, Backend]) -> Iterator[str]:
    for address in sorted(new.keys() - old.keys()):
        yield f"+{address} ({new[address].state})"
    for address in sorted(old.keys() - new.keys()):
        yield f"-{address}"
    for address in sorted(old.keys() & new.keys()):
        if old[address].state != new[address].state:
            yield f"{address} {old[address].state} -> {new[address].state}"
        elif old[address].serves != new[address].serves:
            yield f"{address} {'gets traffic' if new[address].serves else 'gets no traffic'}"
