"""How much of what sources found may be gone since the last deployment.

The engine keeps a record of the backends of each Service whose backends sources found. A record has
an input, which says of each query how many backends it found at least, and an output, which names
them all. The input changes where a query may have lost more than `max_shrink`, and seldom
otherwise: one backend more or less changes an EndpointSlice and nothing else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .backends import Backend
from .deferred import Deferred
from .findings import Finding, forbidden, invalid
from .metadata import Plain

__all__ = ["Found", "Watch", "at_least", "compare", "read_watch"]

DEFAULT = 0.5

Found = Mapping[str, Mapping[str, str]]
"""What each query found: the addresses of backends by their ids. The empty query stands for
backends that no source found."""

_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Watch:
    """What is compared with the last deployment, and what may be gone."""

    found: Found
    max_shrink: float
    allow_shrink: bool
    allow_empty: bool


def read_watch(args: Plain, backends: Sequence[Backend], findings: list[Finding]) -> Watch | None:
    """Return what is to be compared with the last deployment, or None where nothing is.

    That is what sources found; with `max_shrink` given it is all backends.
    """
    given: float | None = args.get("max_shrink")
    if given is not None and not 0 <= given <= 1:
        reason = "must be between 0 and 1: the share of the backends that may be gone"
        findings.append(invalid("max_shrink", given, reason))
        return None
    found: dict[str, dict[str, str]] = {}
    for backend in backends:
        if backend.query or given is not None:
            address = "" if isinstance(backend.address, Deferred) else backend.address
            found.setdefault(backend.query, {})[backend.key] = address
    if not found and given is None:
        return None
    return Watch(
        found,
        DEFAULT if given is None else given,
        bool(args.get("allow_shrink")),
        bool(args.get("allow_empty")),
    )


def at_least(watch: Watch) -> dict[str, int]:
    """Return how many backends each query found at least.

    The numbers are such that a count which shrinks by more than `max_shrink` has a lower one.
    """
    return {
        query: _threshold(len(backends), watch.max_shrink)
        for query, backends in sorted(watch.found.items())
    }


def _threshold(count: int, max_shrink: float) -> int:
    if count == 0 or max_shrink == 1:
        return min(count, 1)
    threshold = following = 1
    while following <= count:
        threshold = following
        following = int(threshold / (1 - max_shrink)) + 2
        while _is_shrunk(following - 1, threshold, max_shrink):
            following -= 1
    return threshold


def _is_shrunk(old: int, new: int, max_shrink: float) -> bool:
    return new < old * (1 - max_shrink)


def compare(old: Found, watch: Watch, *, shown: bool = True) -> Iterator[Finding]:
    """Yield what shrank too much since the last deployment.

    Args:
        old: What was found then.
        watch: What is found now.
        shown: Whether backends may be named; not where they come from a secret.
    """
    new = watch.found
    total = sum(map(len, new.values()))
    if watch.allow_shrink or (watch.allow_empty and total == 0):
        return
    shrunk = [
        query
        for query in sorted(old.keys() & new.keys())
        if _is_shrunk(len(old[query]), len(new[query]), watch.max_shrink)
    ]
    for query in shrunk:
        yield _finding(query, old[query], new[query], shown=shown)
    before = {key: address for backends in old.values() for key, address in backends.items()}
    now = {key: address for backends in new.values() for key, address in backends.items()}
    if not shrunk and _is_shrunk(len(before), len(now), watch.max_shrink):
        yield _finding(" and ".join(filter(None, sorted({*old, *new}))), before, now, shown=shown)


def _finding(query: str, old: Mapping[str, str], new: Mapping[str, str], *, shown: bool) -> Finding:
    gone = [
        key if address in ("", key) else f"{key} ({address})"
        for key, address in sorted(old.items())
        if key not in new
    ]
    listed = ", ".join(gone[:_MOST_SHOWN]) if shown else f"[{len(gone)} secret]"
    more = f" and {len(gone) - _MOST_SHOWN} more" if shown and len(gone) > _MOST_SHOWN else ""
    subject = f"{query}: " if query else ""
    detail = f"{subject}{len(new)} found, {len(old)} at the last deployment; gone: {listed}{more}"
    remedy = "check where they went; if it is right, set `allow_shrink` for one up"
    return forbidden("backends", detail, remedy)
