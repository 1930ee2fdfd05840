"""Finds node ports and cluster IPs that two Services of a set request: one is refused.

A set is a folder, or the files that a Kustomization lists. Services of other folders are not
compared, because these may be for different clusters. Nor are files of a folder that declare a
Service more than once, such as chapters and fixtures.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from os.path import normpath
from pathlib import PurePath
from typing import Any, NamedTuple

from ..core.addresses import read_sloppy_ip
from ..core.findings import INVALID, Finding, quote
from ..core.rules import RuleBook
from ..validation.untyped import items, mapping, number, text
from .kustomized import Kustomizations, Reach
from .subjects import Row, Subject

RULES = RuleBook()
NODE_PORT_TAKEN = RULES.rule("node-port-taken", "No two Services share a node port.")
CLUSTER_IP_TAKEN = RULES.rule("cluster-ip-taken", "No two Services share a cluster IP.")

_HEALTH_CHECK = "spec.healthCheckNodePort"

_Owner = tuple[str, str]
"""A namespace, empty if it is unknown, and a name."""


class Claim(NamedTuple):
    """A node port or cluster IP that a Service requests."""

    path: str
    wanted: int | str

    @property
    def resource(self) -> int | str:
        """Return what is requested, in one spelling."""
        if isinstance(self.wanted, int):
            return self.wanted
        return str(read_sloppy_ip(self.wanted) or self.wanted)


class _Request(NamedTuple):
    """The requests of a Service."""

    position: int
    subject: Subject
    owner: _Owner
    claims: list[Claim]


class Collisions:
    """Collects the requests of all Services."""

    def __init__(self) -> None:
        self._seen: dict[str, list[_Request]] = defaultdict(list)

    def take(self, number: int, subject: Subject, claims: list[Claim]) -> None:
        """Add the requests of a Service."""
        request = _Request(number, subject, (subject.namespace, subject.name), claims)
        self._seen[str(PurePath(subject.source).parent)].append(request)

    def rows(self, kustomizations: Kustomizations) -> Iterator[Row]:
        """Yield the requests that another Service of the set already has, each once."""
        found: dict[tuple[int, Claim], Row] = {}
        for seen in self._seen.values():
            for row, claim in _in_folder(seen):
                found.setdefault((row.number, claim), row)
        if len(self._seen) > 1:
            for row, claim in self._in_kustomizations(kustomizations):
                found.setdefault((row.number, claim), row)
        yield from found.values()

    def _in_kustomizations(self, kustomizations: Kustomizations) -> Iterator[tuple[Row, Claim]]:
        by_file: dict[str, list[_Request]] = defaultdict(list)
        for request in (one for seen in self._seen.values() for one in seen):
            by_file[normpath(request.subject.source)].append(request)
        for reach in kustomizations.reaches():
            seen = _of_reach(reach, by_file)
            owners = {one.owner for one in seen}
            collisions = list(_compared(seen)) if len(owners) == len(seen) else []
            if collisions and not kustomizations.patch(reach):
                yield from collisions


def _of_reach(reach: Reach, by_file: Mapping[str, list[_Request]]) -> list[_Request]:
    """Return the requests of the files of a Kustomization, in the namespaces that it sets."""
    return [
        one._replace(owner=(namespace or one.subject.namespace, one.subject.name))
        for file, namespace in sorted(reach.files.items())
        for one in by_file.get(file, ())
    ]


def _in_folder(seen: Iterable[_Request]) -> Iterator[tuple[Row, Claim]]:
    by_owner: dict[_Owner, set[str]] = defaultdict(set)
    by_file: dict[str, list[_Request]] = defaultdict(list)
    for one in seen:
        by_owner[one.owner].add(one.subject.source)
        by_file[one.subject.source].append(one)
    are_sets = any(len(files) > 1 for files in by_owner.values())
    for group in by_file.values() if are_sets else (seen,):
        yield from _compared(group)


def _compared(seen: Iterable[_Request]) -> Iterator[tuple[Row, Claim]]:
    """Yield the requests that an earlier one already has."""
    taken: dict[int | str, _Owner] = {}
    for position, subject, owner, claims in seen:
        for claim in claims:
            other = taken.setdefault(claim.resource, owner)
            if not _is_same(owner, other):
                yield Row(position, subject, _finding(claim, other)), claim


def claims_of(manifest: Mapping[str, Any]) -> list[Claim]:
    """Return the node ports and cluster IPs that a manifest requests, if it is a Service."""
    if (manifest.get("apiVersion"), manifest.get("kind")) != ("v1", "Service"):
        return []
    spec = mapping(manifest.get("spec"))
    ports = [number(mapping(port).get("nodePort")) for port in items(spec.get("ports"))]
    given = [text(one) for one in (spec.get("clusterIP"), *items(spec.get("clusterIPs")))]
    checked = number(spec.get("healthCheckNodePort")) if _needs_health_check(spec) else None
    return [
        *(Claim(f"spec.ports[{at}].nodePort", port) for at, port in enumerate(ports) if port),
        *(Claim("spec.clusterIPs", one) for one in dict.fromkeys(given) if one not in {"", "None"}),
        *([Claim(_HEALTH_CHECK, checked)] if checked else ()),
    ]


def _needs_health_check(spec: Mapping[str, Any]) -> bool:
    is_local = spec.get("externalTrafficPolicy") == "Local"
    return is_local and spec.get("type") == "LoadBalancer"


def _is_same(one: _Owner, other: _Owner) -> bool:
    """Return whether two names may mean one Service: not if their known namespaces differ."""
    return one[1] == other[1] and (one[0] == other[0] or "" in (one[0], other[0]))


def _finding(claim: Claim, other: _Owner) -> Finding:
    value: object = claim.wanted
    kind, detail, rule = INVALID, "provided port is already allocated", NODE_PORT_TAKEN
    if isinstance(claim.wanted, str):
        value, rule = [claim.wanted], CLUSTER_IP_TAKEN
        detail = f"failed to allocate IP {claim.wanted}: provided IP is already allocated"
    elif claim.path == _HEALTH_CHECK:
        kind, value = "Internal error occurred", None
        detail = f"failed to allocate requested HealthCheck NodePort {claim.wanted}: {detail}"
    name = "/".join(part for part in other if part)
    remedy = f"Service {quote(name)} has it; choose another, or leave it out"
    return Finding(claim.path, kind, detail, value, remedy, rule.code)
