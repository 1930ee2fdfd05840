"""Hazards of NetworkPolicies whose addresses or ports miss those of external backends."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

from ...core.cidrs import Network, parse_sloppy_cidr
from ...core.findings import quote
from ..ip import parse_sloppy_ip
from ..object_set import Group, Key, ObjectSet, Policy
from ..untyped import items, mapping, number, text
from .hazard import Catalogue
from .policy_rules import (
    HOST_BITS,
    EgressPolicies,
    Labels,
    Port,
    Selection,
    allows,
    wider_selectors,
)
from .report import Report

HAZARDS = Catalogue("NetworkPolicy")
POLICY_BACKENDS_UNCOVERED = HAZARDS.hazard(
    "policy-backends-uncovered",
    "the ipBlocks leave out {missing} of {all} backends of Service {service},"
    " {address} first: connections that go to them fail",
    "add an ipBlock for every backend",
    "The ipBlocks of a policy leave out backends of a Service.",
)
POLICY_BACKEND_PORT = HAZARDS.hazard(
    "policy-backend-port",
    "{address} of Service {service} is allowed, but not its port {ports}: connections to it fail",
    "allow the port of the slices, which is not always that of the Service",
    "A policy allows the address of a backend, and none of its ports.",
)
POLICY_CLUSTER_IP = HAZARDS.hazard(
    "policy-cluster-ip",
    "{address} is the cluster IP of Service {service}: policies are applied to the"
    " address of the backend that is chosen for it",
    "allow the addresses and ports of the backends",
    "Policies see the addresses of backends, not a Service's cluster IP.",
)
_NO_BACKEND_COVERED = POLICY_BACKENDS_UNCOVERED.saying(
    "no policy lets Pods reach a backend of Service {service}, {address} first: this"
    " block does not hold it",
)
_EXCEPTED = POLICY_BACKENDS_UNCOVERED.saying(
    "this range holds {address}, a backend of Service {service}, and no policy lets a Pod of the"
    " namespace reach one of its backends",
    "add an ipBlock for every backend, or narrow the range",
)

_BUDGET = 500_000
"""The maximum of comparisons between backends and ipBlocks: beyond it nothing is reported."""


def lint_backends(
    objects: ObjectSet, policies: EgressPolicies, virtual: Mapping[str, str], report: Report
) -> set[Selection]:
    """Report ipBlocks that miss backends or their ports.

    Args:
        objects: The set.
        policies: Its policies that restrict egress.
        virtual: The Service of each known cluster IP.
        report: Collects the findings.

    Returns:
        The selections of Pods whose policies include the address of some backend.
    """
    backends = _backends_by_namespace(objects, policies)
    reaching: set[Selection] = set()
    budget = _BUDGET
    for namespace, by_selector in policies.items():
        linter = _NamespaceLinter(backends.get(namespace, {}), virtual, budget)
        budget = linter.lint(by_selector, report)
        reaching |= {(namespace, selector) for selector in linter.reaching}
        if budget <= 0:
            break
    return reaching


class _Backend(NamedTuple):
    value: int
    """Its address as a number."""
    service: Key
    address: str
    ports: frozenset[Port]


class _Block(NamedTuple):
    path: str
    network: Network
    excepts: Sequence[Network]
    ports: Sequence[Mapping[str, Any]] | None
    """The ports; None for all ports."""


def _excepted() -> dict[Key, tuple[_Block, int, int]]:
    return {}


@dataclass(slots=True)
class _Reach:
    """The backends that the policies of one selector reach, by Service and index."""

    allowed: dict[Key, set[int]] = field(default_factory=dict[Key, set[int]])
    touched: dict[Key, set[int]] = field(default_factory=dict[Key, set[int]])
    """The backends whose address is in some ipBlock, for any port."""
    excepted: dict[Key, tuple[_Block, int, int]] = field(default_factory=_excepted)
    """A block whose `except` contains a backend, for any port, with the index of both."""


class _NamespaceLinter:
    """Compares the policies of one namespace with the external backends of its Services."""

    def __init__(
        self,
        backends: Mapping[Key, Sequence[_Backend]],
        virtual: Mapping[str, str],
        budget: int,
    ) -> None:
        self._backends = backends
        self._virtual = virtual
        self._sorted: dict[int, list[tuple[int, Key, int]]] = {4: [], 6: []}
        self._by_port: dict[Port, Key] = {}
        self._left = budget
        self.reaching: set[Labels | None] = set()
        """The selectors whose policies include the address of some backend."""
        for key, members in backends.items():
            for position, backend in enumerate(members):
                version = 6 if ":" in backend.address else 4
                self._sorted[version].append((backend.value, key, position))
                for port in backend.ports:
                    self._by_port.setdefault(port, key)
        for members_by_value in self._sorted.values():
            members_by_value.sort()

    def lint(self, by_selector: Mapping[Labels | None, Sequence[Policy]], report: Report) -> int:
        """Report what the policies miss, and return the rest of the budget."""
        blocks = {
            selector: [(policy, list(_blocks(policy))) for policy in policies]
            for selector, policies in by_selector.items()
        }
        reaches = {
            selector: self._reach(block for _, found in policies for block in found)
            for selector, policies in blocks.items()
        }
        if self._left <= 0:
            return 0
        self.reaching = {selector for selector, reach in reaches.items() if reach.touched}
        touched = {key for reach in reaches.values() for key in reach.touched}
        anywhere = list(_to_anywhere(chain.from_iterable(by_selector.values())))
        reached = touched | {
            key
            for key, members in self._backends.items()
            for ports in anywhere
            if not ports or any(allows(ports, one) for one in members[0].ports)
        }
        for selector, policies in blocks.items():
            if selector is not None:
                wider = [
                    reaches[one] for one in {*wider_selectors(selector), None} if one in reaches
                ]
                self._lint_partial(policies, reaches[selector], wider, report)
            for policy, found in policies:
                said = self._lint_virtual(policy, found, report)
                if selector == frozenset() and not said:
                    said = self._lint_excepts(policy, found, reaches[selector], reached, report)
                if not said and selector is not None and not reaches[selector].touched:
                    self._lint_missed(policy, found, touched, report)
        return self._left

    def _reach(self, blocks: Iterator[_Block]) -> _Reach:
        reach = _Reach()
        for block in blocks:
            members = self._sorted[block.network.version]
            start = bisect_left(members, (int(block.network.network_address),))
            end = bisect_right(members, (int(block.network.broadcast_address) + 1,))
            comparisons = (1 + len(block.excepts)) * (1 + len(block.ports or ()))
            self._left -= 1 + (end - start) * comparisons
            if self._left <= 0:
                break
            for value, key, position in members[start:end]:
                version = block.network.version
                holder = next(
                    (at for at, one in enumerate(block.excepts) if _holds(one, value, version)),
                    None,
                )
                if holder is not None:
                    reach.excepted.setdefault(key, (block, holder, position))
                    continue
                reach.touched.setdefault(key, set()).add(position)
                ports = self._backends[key][position].ports
                if block.ports is None or any(allows(block.ports, port) for port in ports):
                    reach.allowed.setdefault(key, set()).add(position)
        return reach

    def _lint_partial(
        self,
        policies: Sequence[tuple[Policy, Sequence[_Block]]],
        own: _Reach,
        reaches: Sequence[_Reach],
        report: Report,
    ) -> None:
        """Report Services where the policies of a selector reach only some backends."""
        index = next((policy.index for policy, found in policies if found), -1)
        for key in own.touched:
            members = self._backends[key]
            self._left -= len(members)
            if self._left <= 0:
                return
            allowed = set[int]().union(*(reach.allowed.get(key, ()) for reach in reaches))
            touched = set[int]().union(*(reach.touched.get(key, ()) for reach in reaches))
            missing = [at for at in range(len(members)) if at not in touched]
            closed = [at for at in sorted(touched) if at not in allowed]
            if missing:
                report.add(
                    index,
                    POLICY_BACKENDS_UNCOVERED,
                    "spec.egress",
                    missing=len(missing),
                    all=len(members),
                    service=quote(key[1]),
                    address=quote(members[missing[0]].address),
                )
            if closed:
                one = members[closed[0]]
                report.add(
                    index,
                    POLICY_BACKEND_PORT,
                    "spec.egress",
                    address=quote(one.address),
                    service=quote(key[1]),
                    ports=_shown(one.ports),
                )

    def _lint_virtual(self, policy: Policy, blocks: Sequence[_Block], report: Report) -> bool:
        found = False
        for block in blocks if self._virtual else ():
            address = str(block.network.network_address)
            if block.network.num_addresses == 1 and address in self._virtual:
                found = True
                report.add(
                    policy.index,
                    POLICY_CLUSTER_IP,
                    f"{block.path}.ipBlock.cidr",
                    address=address,
                    service=self._virtual[address],
                )
        return found

    def _lint_excepts(
        self,
        policy: Policy,
        blocks: Sequence[_Block],
        own: _Reach,
        reached: set[Key],
        report: Report,
    ) -> bool:
        """Report backends that a policy for all Pods excepts and no other policy allows."""
        found = False
        for key, (block, holder, position) in own.excepted.items():
            if key not in reached and any(block is one for one in blocks):
                found = True
                report.add(
                    policy.index,
                    _EXCEPTED,
                    f"{block.path}.ipBlock.except[{holder}]",
                    address=quote(self._backends[key][position].address),
                    service=quote(key[1]),
                )
        return found

    def _lint_missed(
        self, policy: Policy, blocks: Sequence[_Block], touched: set[Key], report: Report
    ) -> None:
        """Report a policy that seems meant for a Service but reaches none of its backends."""
        for block in blocks:
            key = self._meant(block)
            if key is not None and key not in touched:
                members = self._backends[key]
                report.add(
                    policy.index,
                    _NO_BACKEND_COVERED,
                    f"{block.path}.ipBlock.cidr",
                    service=quote(key[1]),
                    address=quote(members[0].address),
                )
                return

    def _meant(self, block: _Block) -> Key | None:
        """Return the Service that an ipBlock seems meant for: by port, or as the only one."""
        for port in block.ports or ():
            wanted = number(port.get("port"))
            if wanted is not None:
                key = self._by_port.get((text(port.get("protocol")) or "TCP", wanted))
                if key is not None:
                    return key
        bits = block.network.max_prefixlen - block.network.prefixlen
        if block.ports is None and bits <= HOST_BITS[block.network.version]:
            return next(iter(self._backends)) if len(self._backends) == 1 else None
        return None


def _to_anywhere(policies: Iterable[Policy]) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Yield the ports of rules without peers, which allow every destination."""
    for policy in policies:
        for rule in map(mapping, items(policy.spec.get("egress"))):
            if not items(rule.get("to")):
                yield [mapping(port) for port in items(rule.get("ports"))]


def _blocks(policy: Policy) -> Iterator[_Block]:
    for position, rule in enumerate(map(mapping, items(policy.spec.get("egress")))):
        ports = [mapping(port) for port in items(rule.get("ports"))]
        for place, peer in enumerate(map(mapping, items(rule.get("to")))):
            block = mapping(peer.get("ipBlock"))
            network = parse_sloppy_cidr(text(block.get("cidr")))
            if network is not None:
                excepts = [parse_sloppy_cidr(text(one)) for one in items(block.get("except"))]
                yield _Block(
                    f"spec.egress[{position}].to[{place}]",
                    network,
                    [one for one in excepts if one is not None],
                    ports or None,
                )


def _backends_by_namespace(
    objects: ObjectSet, namespaces: Mapping[str, object]
) -> dict[str, dict[Key, list[_Backend]]]:
    """Return the external backends of the namespaces that have policies."""
    found: dict[str, dict[Key, list[_Backend]]] = {}
    for key, groups in objects.groups.items():
        if key[0] in namespaces:
            members = [backend for group in groups for backend in _backends(key, group)]
            if members:
                found.setdefault(key[0], {})[key] = members
    return found


def _backends(key: Key, group: Group) -> Iterator[_Backend]:
    if not group.is_hand_made or group.family == "FQDN":
        return
    ports = frozenset((port.protocol, port.number) for port in group.ports if port.number)
    for endpoint in group.endpoints:
        address = parse_sloppy_ip(endpoint.address)
        if address is not None and ports:
            yield _Backend(int(address), key, str(address), ports)


def _holds(network: Network, value: int, version: int) -> bool:
    return network.version == version and int(network.network_address) <= value <= int(
        network.broadcast_address
    )


def _shown(ports: frozenset[Port]) -> str:
    return " or ".join(f"{number}/{protocol}" for protocol, number in sorted(ports)[:3])
