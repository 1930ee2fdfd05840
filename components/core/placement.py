"""Places the backends of a Service into slices, and names the slices."""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from ..validation.kinds.endpoint_slice import ENDPOINTS_COUNT
from .addresses import FAMILIES, Family
from .arguments import ExternalServiceArgs
from .backends import BackendSpec
from .findings import Finding, invalid, required, too_many
from .objects.endpoint_manifests import PlacedSlice
from .slicing import DEFAULT_LIMIT, MAX_LIMIT, slices
from .unknown import Unknown

__all__ = ["place_backends"]

_MAX_SLICES = 4096


def place_backends(
    args: ExternalServiceArgs,
    service_name: str,
    backends: Sequence[BackendSpec],
    findings: list[Finding],
    unknown: frozenset[str],
) -> Iterator[PlacedSlice]:
    """Place the backends into slices. Invalid numbers of slices are reported, then ignored.

    Args:
        args: The component's arguments.
        service_name: The Service's name, which begins the names of the slices.
        backends: The backends.
        findings: Collects the errors.
        unknown: The paths of arguments that were not known when the program ran.
    """
    limit = _read_limit(args.max_endpoints_per_slice, findings)
    count = _read_count(args.slice_count, findings)
    groups: dict[tuple[Family, tuple[tuple[str, int], ...]], list[BackendSpec]] = {}
    if "addresses" in unknown or isinstance(args.addresses, Unknown):
        if args.slice_count is None:
            reason = "a list of addresses that is an Output is spread over a fixed number of slices"
            remedy = f"1 holds up to {limit} of each family"
            findings.append(required("slice_count", reason, remedy))
        chosen = args.ip_families or FAMILIES[:1]
        groups |= {(family, ()): [] for family in FAMILIES if family in chosen}
    for backend in backends:
        groups.setdefault((backend.family, backend.ports), []).append(backend)
    for (family, overrides), members in sorted(groups.items()):
        by_key = {backend.key: backend for backend in members}
        placed = slices(by_key, limit, count)
        if len(placed) > 1:
            findings.extend(_unplaceable(members, findings))
        stem = f"{service_name}-{family.lower()}{_suffix(overrides)}"
        for prefix, keys in placed.items():
            name = f"{stem}-{prefix}" if prefix else stem
            if len(keys) > limit:
                remedy = "raise `slice_count` or `max_endpoints_per_slice`"
                path = f"slices[{name}]"
                findings.append(too_many(path, len(keys), limit, remedy, ENDPOINTS_COUNT))
            yield PlacedSlice(name, family, [by_key[key] for key in keys])


def _read_limit(given: int | None, findings: list[Finding]) -> int:
    if given is None or 1 <= given <= MAX_LIMIT:
        return given or DEFAULT_LIMIT
    reason = f"must be between 1 and {MAX_LIMIT}, inclusive"
    findings.append(invalid("max_endpoints_per_slice", given, reason))
    return MAX_LIMIT


def _read_count(given: int | None, findings: list[Finding]) -> int | None:
    if given is None or (1 <= given <= _MAX_SLICES and not given & (given - 1)):
        return given
    reason = f"must be a power of two, {_MAX_SLICES} at most"
    findings.append(invalid("slice_count", given, reason))
    return None


def _unplaceable(backends: Sequence[BackendSpec], known: Sequence[Finding]) -> list[Finding]:
    wrong = {finding.path for finding in known}
    findings: list[Finding] = []
    for backend in backends:
        path = f"{backend.argument}.id"
        if backend.is_placeable or not isinstance(backend.address, Unknown):
            continue
        if backend.path not in wrong and path not in wrong:
            reason = "an address that is an Output needs an id where there are several slices"
            remedy = "give it as one of `backends`, with an `id`"
            findings.append(required(path, reason, remedy))
    return findings


def _suffix(overrides: tuple[tuple[str, int], ...]) -> str:
    if not overrides:
        return ""
    text = ",".join(f"{name}={number}" for name, number in overrides)
    return f"-p{sha256(text.encode()).hexdigest()[:8]}"
