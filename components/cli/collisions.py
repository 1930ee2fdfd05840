"""Finds node ports and cluster IPs that two Services of a folder request: one is refused.

Services of different folders are not compared, because these may be for different clusters. Nor are
files of a folder that declare a Service more than once, such as chapters and fixtures.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, NamedTuple

from ..core.findings import INVALID, Finding, quote
from ..core.rules import RuleBook
from ..validation.untyped import items, mapping, number, text
from .subjects import Row, Subject

RULES = RuleBook()
NODE_PORT_TAKEN = RULES.rule("node-port-taken", "No two Services share a node port.")
CLUSTER_IP_TAKEN = RULES.rule("cluster-ip-taken", "No two Services share a cluster IP.")

_Owner = tuple[str, str]
"""A namespace, empty if it is unknown, and a name."""


class Claim(NamedTuple):
    """A node port or cluster IP that a Service requests."""

    path: str
    wanted: int | str


class Collisions:
    """Collects the requests of all Services."""

    def __init__(self) -> None:
        self._seen: dict[str, list[tuple[int, Subject, list[Claim]]]] = defaultdict(list)

    def take(self, number: int, subject: Subject, claims: list[Claim]) -> None:
        """Add the requests of a Service."""
        self._seen[str(PurePath(subject.source).parent)].append((number, subject, claims))

    def rows(self) -> Iterator[Row]:
        """Yield the requests that another Service of the folder already has."""
        for seen in self._seen.values():
            by_file: dict[_Owner, set[str]] = defaultdict(set)
            for _, subject, _ in seen:
                by_file[subject.namespace, subject.name].add(subject.source)
            are_sets = any(len(files) > 1 for files in by_file.values())
            taken: dict[tuple[str, int | str], _Owner] = {}
            for position, subject, claims in seen:
                owner = subject.namespace, subject.name
                for claim in claims:
                    place = subject.source if are_sets else ""
                    other = taken.setdefault((place, claim.wanted), owner)
                    if not _is_same(owner, other):
                        yield Row(position, subject, _finding(claim, other))


def claims_of(manifest: Mapping[str, Any]) -> list[Claim]:
    """Return the node ports and cluster IPs that a manifest requests, if it is a Service."""
    if (manifest.get("apiVersion"), manifest.get("kind")) != ("v1", "Service"):
        return []
    spec = mapping(manifest.get("spec"))
    ports = [number(mapping(port).get("nodePort")) for port in items(spec.get("ports"))]
    given = [text(one) for one in (spec.get("clusterIP"), *items(spec.get("clusterIPs")))]
    return [
        *(Claim(f"spec.ports[{at}].nodePort", port) for at, port in enumerate(ports) if port),
        *(Claim("spec.clusterIPs", one) for one in dict.fromkeys(given) if one not in {"", "None"}),
    ]


def _is_same(one: _Owner, other: _Owner) -> bool:
    """Return whether two names may mean one Service: not if their known namespaces differ."""
    return one[1] == other[1] and (one[0] == other[0] or "" in (one[0], other[0]))


def _finding(claim: Claim, other: _Owner) -> Finding:
    value: object = claim.wanted
    detail, rule = "provided port is already allocated", NODE_PORT_TAKEN
    if isinstance(claim.wanted, str):
        value, rule = [claim.wanted], CLUSTER_IP_TAKEN
        detail = f"failed to allocate IP {claim.wanted}: provided IP is already allocated"
    name = "/".join(part for part in other if part)
    remedy = f"Service {quote(name)} has it; choose another, or leave it out"
    return Finding(claim.path, INVALID, detail, value, remedy, rule.code)
