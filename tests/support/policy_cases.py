"""Generated policies, each with connections and whether these are allowed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

from components.core.arguments import EgressPolicyArgs, typed
from components.core.egress_policy import plan_egress_policy
from components.core.findings import Finding

Manifest = dict[str, Any]

PROTOCOLS = ("TCP", "UDP", "SCTP")
NUMBERS = (53, 80, 443, 5353, 5432, 6432, 8080)
BLOCKS = ("198.51.100.0/29", "198.51.100.8/30", "2001:db8:1::/125", "0.0.0.0/0", "::/0")
LABELS = ({"app": "api"}, {"app": "api", "tier": "a"}, {"app": "dns"}, {})
SHARED = ("apis", "kube-system", "others")
"""Namespaces of Pods that several policies are asked about."""


@dataclass(frozen=True, slots=True)
class Pod:
    """A Pod that connections go to; its port 8080 over TCP is called `http`."""

    namespace: str
    address: str
    labels: dict[str, str]

    def manifest(self) -> Manifest:
        ports = [{"name": "http", "containerPort": 8080, "protocol": "TCP"}]
        return {
            "metadata": {
                "name": f"pod-{self.address.replace('.', '-')}",
                "namespace": self.namespace,
                "labels": self.labels,
            },
            "spec": {"containers": [{"name": "one", "ports": ports}]},
            "status": {"phase": "Running", "podIPs": [{"ip": self.address}]},
        }


PODS = [
    Pod(namespace, f"10.200.{number}.{index}", labels)
    for number, namespace in enumerate(SHARED)
    for index, labels in enumerate((*LABELS, {"k8s-app": "kube-dns"}), 1)
]


@dataclass(slots=True)
class Case:
    """One policy in a namespace of its own, and what it is meant to allow."""

    number: int
    args: Manifest
    pairs: set[tuple[str, str, int]] = field(default_factory=set[tuple[str, str, int]])
    """Address, protocol and port of every backend."""
    blocks: list[tuple[str, set[tuple[str, int]]]] = field(
        default_factory=list[tuple[str, set[tuple[str, int]]]]
    )
    pods: list[tuple[dict[str, str], str, set[tuple[str, int]]]] = field(
        default_factory=list[tuple[dict[str, str], str, set[tuple[str, int]]]]
    )
    """Labels, namespace and ports of Pods."""
    connections: list[tuple[str, str, int]] = field(default_factory=list[tuple[str, str, int]])

    @property
    def namespace(self) -> str:
        return f"case-{self.number}"

    @property
    def source(self) -> str:
        """The address of the Pod that the policy selects."""
        return f"10.1.{self.number // 250}.{self.number % 250 + 1}"

    @property
    def other_source(self) -> str:
        """The address of one that it does not select."""
        return f"10.2.{self.number // 250}.{self.number % 250 + 1}"

    @property
    def neighbours(self) -> list[Pod]:
        """The Pods of its own namespace that connections go to."""
        stem = f"10.{3 + self.number // 250}.{self.number % 250}"
        return [Pod(self.namespace, f"{stem}.{n}", one) for n, one in enumerate(LABELS, 1)]

    def manifest(self) -> Manifest:
        """Return the policy as the API server stores it: without empty lists."""
        findings: list[Finding] = []
        given = {"pod_selector": {"app": "web"}, "namespace": self.namespace, **self.args}
        policy = plan_egress_policy(typed(EgressPolicyArgs, given), "web", findings).policy
        assert findings == [], [str(one) for one in findings]
        spec = {key: value for key, value in policy["spec"].items() if value != []}
        return {**policy, "spec": spec}

    def allows(self, address: str, protocol: str, port: int) -> bool:
        """Judge a connection of the selected Pod by what the arguments mean."""
        if (address, protocol, port) in self.pairs:
            return True
        for block, ports in self.blocks:
            if ip_address(address) in ip_network(block) and (protocol, port) in ports:
                return True
        for pod in (*PODS, *self.neighbours):
            if pod.address == address:
                return any(
                    labels.items() <= pod.labels.items()
                    and namespace == pod.namespace
                    and (protocol, port) in ports
                    for labels, namespace, ports in self.pods
                )
        return False


def cases(seed: int, count: int) -> Iterator[Case]:
    """Generate policies, and connections that they allow, nearly allow, or do not."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    for number in range(count):
        yield _case(number, chance)


def _case(number: int, chance: random.Random) -> Case:
    case = Case(number, {})
    _add_dns(case, chance)
    if chance.random() < 0.5:
        case.args.update(_backends(case, chance))
    kinds = (_backends, _backends, _blocks, _pods)
    least = 0 if "ports" in case.args else 1
    case.args["to"] = [chance.choice(kinds)(case, chance) for _ in range(chance.randint(least, 4))]
    case.connections = list(_connections(case, chance))
    return case


def _ports(chance: random.Random, *, named: bool = False) -> list[Manifest]:
    """Generate ports of a Service; some are remapped, some named where Pods are."""
    chosen = chance.sample([(p, n) for p in PROTOCOLS for n in NUMBERS], chance.randint(1, 3))
    ports: list[Manifest] = []
    for index, (protocol, number) in enumerate(chosen):
        port: Manifest = {"name": f"p{index}", "port": number, "protocol": protocol}
        if named and chance.random() < 0.3 and protocol == "TCP":
            port["target_port_name"] = "http"
        elif chance.random() < 0.4:
            port["target_port"] = chance.choice(NUMBERS)
        ports.append(port)
    return ports


def _listens(port: Manifest) -> tuple[str, int]:
    number: Any = 8080 if "target_port_name" in port else port.get("target_port", port["port"])
    return port["protocol"], number


def _address(chance: random.Random) -> str:
    if chance.random() < 0.7:
        return f"192.0.2.{chance.randint(1, 24)}"
    return str(ip_address(f"2001:db8::{chance.randint(1, 24):x}"))


def _backends(case: Case, chance: random.Random) -> Manifest:
    ports = _ports(chance)
    backends: list[Manifest] = []
    for address in sorted({_address(chance) for _ in range(chance.randint(1, 20))}):
        backend: Manifest = {"address": address}
        if chance.random() < 0.2:
            backend["ports"] = {"p0": chance.choice(NUMBERS)}
        if chance.random() < 0.2:
            backend["state"] = chance.choice(["Draining", "Disabled"])
        backends.append(backend)
        own = backend.get("ports", {})
        for port in ports:
            protocol, number = _listens(port)
            case.pairs.add((address, protocol, own.get(port["name"], number)))
    return {"backends": backends, "ports": ports}


def _blocks(case: Case, chance: random.Random) -> Manifest:
    ports = _ports(chance)
    cidrs = chance.sample(BLOCKS, chance.randint(1, 2))
    case.blocks += [(cidr, set(map(_listens, ports))) for cidr in cidrs]
    return {"cidrs": cidrs, "ports": ports}


def _pods(case: Case, chance: random.Random) -> Manifest:
    ports = _ports(chance, named=True)
    labels = chance.choice(LABELS)
    namespace = chance.choice([*SHARED, None])
    case.pods.append((labels, namespace or case.namespace, set(map(_listens, ports))))
    destination: Manifest = {"pod_selector": labels, "ports": ports}
    return destination if namespace is None else {**destination, "namespace": namespace}


def _add_dns(case: Case, chance: random.Random) -> None:
    if chance.random() < 0.2:
        case.args["dns"] = {"enabled": False}
        return
    labels, namespace, addresses, numbers = {"k8s-app": "kube-dns"}, "kube-system", None, [53]
    if chance.random() < 0.3:
        labels, namespace, addresses, numbers = {"app": "dns"}, "others", ["10.96.0.10"], [53, 5353]
        case.args["dns"] = {
            "pod_selector": labels,
            "namespace": namespace,
            "addresses": addresses,
            "ports": numbers,
        }
    allowed = {(protocol, number) for protocol in ("TCP", "UDP") for number in numbers}
    case.pods.append((labels, namespace, allowed))
    case.blocks += [(f"{one}/32", allowed) for one in addresses or ["169.254.20.10"]]


def _connections(case: Case, chance: random.Random) -> Iterator[tuple[str, str, int]]:
    pairs = sorted(case.pairs)
    for address, protocol, port in chance.sample(pairs, min(12, len(pairs))):
        yield address, protocol, port
        yield str(ip_address(address) + chance.choice([-1, 1])), protocol, port
        yield address, chance.choice(PROTOCOLS), chance.choice(NUMBERS)
    for block, ports in case.blocks:
        network = ip_network(block)
        for one in (network[0], network[-1], network[0] + min(8, network.num_addresses)):
            protocol, port = chance.choice(sorted(ports))
            yield str(one), protocol, port
            yield str(one), protocol, chance.choice(NUMBERS)
    targets = [*PODS, *case.neighbours]
    for labels, namespace, ports in case.pods:
        for pod in targets:
            if labels.items() <= pod.labels.items() or chance.random() < 0.1:
                yield (pod.address, *chance.choice(sorted(ports)))
        near = [pod for pod in targets if pod.namespace == namespace]
        for pod in near:
            yield pod.address, chance.choice(PROTOCOLS), chance.choice(NUMBERS)
