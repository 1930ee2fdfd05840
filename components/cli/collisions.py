"""Node ports and cluster IPs that two Services of one folder ask for: the second one is refused.

Other folders may be of other clusters, so that nothing is said across them.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from ..core.findings import INVALID, Finding, quote
from ..core.rules import Rule, RuleBook
from ..validation.untyped import items, mapping, number, text

RULES = RuleBook()
NODE_PORT_TAKEN = RULES.rule("node-port-taken", "No two Services share a node port.")
CLUSTER_IP_TAKEN = RULES.rule("cluster-ip-taken", "No two Services share a cluster IP.")

_Owner = tuple[str, str]
"""A namespace, empty where it is unknown, and a name."""


class Collisions:
    """What the Services that were seen ask for."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, str], _Owner] = {}

    def of(self, source: str, manifest: Mapping[str, Any]) -> Iterator[Finding]:
        """Return what a Service asks for that another one of its folder already has."""
        if (manifest.get("apiVersion"), manifest.get("kind")) != ("v1", "Service"):
            return
        metadata, spec = mapping(manifest.get("metadata")), mapping(manifest.get("spec"))
        owner = text(metadata.get("namespace")), text(metadata.get("name"))
        folder = str(PurePath(source).parent)
        for position, port in enumerate(map(mapping, items(spec.get("ports")))):
            wanted = number(port.get("nodePort"))
            if wanted and (other := self._take(folder, str(wanted), owner)):
                path = f"spec.ports[{position}].nodePort"
                detail = "provided port is already allocated"
                yield _finding(path, wanted, detail, other, NODE_PORT_TAKEN)
        given = [text(one) for one in (spec.get("clusterIP"), *items(spec.get("clusterIPs")))]
        for address in dict.fromkeys(given):
            if address in {"", "None"}:
                continue
            if other := self._take(folder, address, owner):
                detail = f"failed to allocate IP {address}: provided IP is already allocated"
                yield _finding("spec.clusterIPs", [address], detail, other, CLUSTER_IP_TAKEN)

    def _take(self, folder: str, wanted: str, owner: _Owner) -> str:
        """Take a port or an address, and return the name of the Service that has it already.

        A Service of the same name is the same one, unless both say other namespaces.
        """
        other = self._taken.setdefault((folder, wanted), owner)
        is_same = other[1] == owner[1] and (other[0] == owner[0] or "" in (other[0], owner[0]))
        return "" if is_same else "/".join(part for part in other if part)


def _finding(path: str, value: object, detail: str, other: str, rule: Rule) -> Finding:
    remedy = f"Service {quote(other)} has it; choose another, or leave it out"
    return Finding(path, INVALID, detail, value, remedy, rule.code)
