"""Limits how many backends of sources may disappear since the last deployment.

Pulumi's state records the backends of each Service whose backends come from sources. The input of a
record is a lower bound of how many backends each query found, its output names them all. The input
changes when a query may have lost more than `max_shrink`, and seldom otherwise: one backend more or
less changes an EndpointSlice and nothing else.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .arguments import ExternalServiceArgs
from .backends import BackendSpec
from .findings import Finding, forbidden, invalid
from .unknown import Unknown

__all__ = ["Record", "Watch", "at_least", "compare", "read_watch"]

DEFAULT = 0.5

Found = Mapping[str, Mapping[str, str]]
"""What each query found: the addresses of backends by their ids. The empty query is for backends
that no source found."""

_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Watch:
    """The backends to compare with the last deployment, and how many may have disappeared."""

    found: Found
    max_shrink: float
    allow_shrink: bool
    allow_empty: bool


@dataclass(frozen=True, slots=True)
class Record:
    """The record of the last deployment in the state."""

    found: Found
    at_least: Mapping[str, int]
    max_shrink: float
    is_secret: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether `found` holds the backends that were deployed.

        An up with `--target` stores all outputs, even if the record is not a target; its inputs
        then stay those of the last deployment.
        """
        return _thresholds(self.found, self.max_shrink) == self.at_least

    def at_most(self, query: str) -> int:
        """Return the upper bound of how many backends a query found, from the inputs."""
        threshold = self.at_least.get(query, 0)
        return _following(threshold, self.max_shrink) - 1 if threshold else 0


def read_watch(
    args: ExternalServiceArgs, backends: Sequence[BackendSpec], findings: list[Finding]
) -> Watch | None:
    """Return what to compare with the last deployment, or None if there is nothing to compare.

    By default the backends of sources are compared; with `max_shrink` all backends are.
    """
    given = args.max_shrink
    if given is not None and not 0 <= given <= 1:
        reason = "must be between 0 and 1: the share of the backends that may be gone"
        findings.append(invalid("max_shrink", given, reason))
        return None
    found: dict[str, dict[str, str]] = {}
    for backend in backends:
        if backend.query or given is not None:
            address = "" if isinstance(backend.address, Unknown) else backend.address
            found.setdefault(backend.query, {})[backend.key] = address
    if not found and given is None:
        return None
    return Watch(
        found,
        DEFAULT if given is None else given,
        args.allow_shrink,
        args.allow_empty,
    )


def at_least(watch: Watch) -> dict[str, int]:
    """Return a lower bound of how many backends each query found.

    Bounds are chosen so that a count that shrinks by more than `max_shrink` has a lower bound.
    """
    return _thresholds(watch.found, watch.max_shrink)


def _thresholds(found: Found, max_shrink: float) -> dict[str, int]:
    return {
        query: _threshold(len(backends), max_shrink) for query, backends in sorted(found.items())
    }


def _threshold(count: int, max_shrink: float) -> int:
    threshold = min(count, 1)
    while threshold and (following := _following(threshold, max_shrink)) <= count:
        threshold = following
    return threshold


def _following(threshold: int, max_shrink: float) -> int:
    """Return the next threshold: counts between both differ by no more than `max_shrink`."""
    if max_shrink == 1:
        return sys.maxsize
    following = int(threshold / (1 - max_shrink)) + 2
    while _is_shrunk(following - 1, threshold, max_shrink):
        following -= 1
    return following


def _is_shrunk(old: int, new: int, max_shrink: float) -> bool:
    return new < old * (1 - max_shrink)


def compare(record: Record, watch: Watch) -> Iterator[Finding]:
    """Yield an error for each query that shrank too much since the last deployment."""
    old, new = record.found, watch.found
    total = sum(map(len, new.values()))
    if watch.allow_shrink or (watch.allow_empty and total == 0):
        return
    if not record.is_whole:
        yield from _compare_numbers(record, watch)
        return
    shrunk = [
        query
        for query in sorted(old.keys() & new.keys())
        if _is_shrunk(len(old[query]), len(new[query]), watch.max_shrink)
    ]
    for query in shrunk:
        yield _finding(query, old[query], new[query], is_secret=record.is_secret)
    before = {key: address for backends in old.values() for key, address in backends.items()}
    now = {key: address for backends in new.values() for key, address in backends.items()}
    if not shrunk and _is_shrunk(len(before), len(now), watch.max_shrink):
        queries = " and ".join(filter(None, sorted({*old, *new})))
        yield _finding(queries, before, now, is_secret=record.is_secret)


def _compare_numbers(record: Record, watch: Watch) -> Iterator[Finding]:
    """Compare with the upper bounds, where the deployed backends themselves are not known."""
    for query in sorted(record.at_least):
        most = record.at_most(query)
        count = len(watch.found.get(query, ()))
        if _is_shrunk(most, count, watch.max_shrink):
            gone = "unknown, because an up with --target or --exclude came in between"
            yield _refusal(query, count, f"{record.at_least[query]} to {most}", gone)


def _finding(
    query: str, old: Mapping[str, str], new: Mapping[str, str], *, is_secret: bool
) -> Finding:
    gone = [
        key if address in ("", key) else f"{key} ({address})"
        for key, address in sorted(old.items())
        if key not in new
    ]
    listed = ", ".join(gone[:_MOST_SHOWN])
    if len(gone) > _MOST_SHOWN:
        listed += f" and {len(gone) - _MOST_SHOWN} more"
    if is_secret:
        listed = f"[{len(gone)} secret]"
    return _refusal(query, len(new), str(len(old)), listed)


def _refusal(query: str, new: int, old: str, gone: str) -> Finding:
    subject = f"{query}: " if query else ""
    detail = f"{subject}{new} found, {old} at the last deployment; gone: {gone}"
    remedy = "check where they went; if that is intended, set `allow_shrink` for one up"
    return forbidden("backends", detail, remedy)
