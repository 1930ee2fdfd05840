"""Destinations of egress: what a policy's arguments allow, read and checked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any, cast

from . import syntax
from .addresses import parse_ip
from .backends import Backend, read_backends
from .cidrs import Network, parse_cidr
from .deferred import Deferred, is_known
from .egress_rules import (
    AllowedName,
    AllowedPods,
    AllowedPort,
    Blocks,
    Dns,
    Rules,
    cover,
    exact_blocks,
    in_order,
)
from .findings import Finding, forbidden, invalid, required
from .metadata import Plain
from .ports import Port, read_ports

__all__ = ["Reach", "check_labels", "read_reach"]

_DNS_NAMESPACE = "kube-system"
_DNS_LABELS = {"k8s-app": "kube-dns"}
_DNS_PORTS = (53,)
_NODE_LOCAL_DNS = ("169.254.20.10",)
"""Where NodeLocal DNSCache listens on every node, unless it was installed with another address."""

_BACKENDS = ("addresses", "backends")
_PODS = ("pod_selector",)
_CIDRS = ("cidrs",)
_NAME = ("external_name",)
_OF_BACKENDS = (*_BACKENDS, "ports", "preset", "allow_empty")
"""What a destination of backends may have; the policy itself may have these too."""


@dataclass(slots=True)
class Reach:
    """All that the arguments allow."""

    backends: list[Backend] = field(default_factory=list[Backend])
    pairs: list[tuple[str, AllowedPort]] = field(default_factory=list[tuple[str, AllowedPort]])
    """Each address with each port that it listens on."""
    blocks: list[Blocks] = field(default_factory=list[Blocks])
    """What is allowed as it is given."""
    pods: list[AllowedPods] = field(default_factory=list[AllowedPods])
    names: list[AllowedName] = field(default_factory=list[AllowedName])
    dns: Dns | None = None
    is_known: bool = True
    """Whether no part of it is still to come."""

    def rules(self) -> Rules:
        """Return the rules that allow exactly this."""
        blocks = [*exact_blocks(self.pairs), *self.blocks]
        return Rules(blocks, self.pods, self.dns, self.names)


def read_reach(args: Plain, findings: list[Finding], *, knows_names: bool) -> Reach:
    """Read all destinations, and where the Pods find DNS.

    Args:
        args: The policy's arguments as plain values.
        findings: Collects what is wrong.
        knows_names: Whether the policy's kind can allow a DNS name.
    """
    reach = Reach()
    for path, destination in _destinations(args, findings):
        found: list[Finding] = []
        _read(destination, reach, found, knows_names=knows_names)
        findings.extend(finding.under(path) for finding in found)
    reach.dns = _read_dns(args.get("dns") or {}, findings)
    if reach.dns is None and reach.names:
        reason = "the addresses of names are learnt from the answers of DNS"
        findings.append(forbidden("dns.enabled", reason, "leave it out"))
    return reach


def check_labels(labels: Plain, path: str, findings: list[Finding]) -> None:
    """Check the labels of a selector, as far as they are known."""
    for key, value in labels.items():
        findings.extend(invalid(path, key, reason) for reason in syntax.qualified_name(key))
        if isinstance(value, str):
            findings.extend(
                invalid(f"{path}[{key}]", value, why) for why in syntax.label_value(value)
            )


def _destinations(args: Plain, findings: list[Finding]) -> Iterator[tuple[str, Plain]]:
    own = {key: args[key] for key in _OF_BACKENDS if args.get(key) is not None}
    several: Sequence[Plain] = args.get("to") or ()
    if own:
        yield "", own
    elif not several and not any(finding.path.startswith("to") for finding in findings):
        reason = "a policy without a destination denies all but DNS"
        remedy = "give `to`, or `addresses` or `backends` with `ports`"
        findings.append(required("to", reason, remedy))
    for index, destination in enumerate(several):
        yield f"to[{index}]", destination


def _read(destination: Plain, reach: Reach, findings: list[Finding], *, knows_names: bool) -> None:
    kinds = [
        [name for name in names if destination.get(name) is not None]
        for names in (_BACKENDS, _PODS, _CIDRS, _NAME)
    ]
    given = [names[0] for names in kinds if names]
    for other in given[1:]:
        reason = f"may not be given with `{given[0]}`"
        findings.append(forbidden(other, reason, "give each as a destination of its own"))
    _, pods, cidrs, name = kinds
    if len(given) > 1:
        return
    if destination.get("namespace") is not None and not pods:
        reason = "may be given with `pod_selector` alone: backends are in no namespace"
        findings.append(forbidden("namespace", reason))
    if name and not knows_names:
        _refuse_name(findings)
        return
    ports = read_ports(destination, findings, kind="NodePort", selectorless=not pods)
    if not ports and not any(finding.path in ("ports", "preset") for finding in findings):
        findings.append(required("ports", remedy="give at least one port, or a `preset`"))
    if pods:
        _read_pods(destination, ports, reach, findings)
    elif name:
        _read_name(destination, ports, reach, findings)
    elif cidrs:
        _read_cidrs(destination, ports, reach, findings)
    else:
        _read_backends(destination, ports, reach, findings)


def _refuse_name(findings: list[Finding]) -> None:
    reason = "a NetworkPolicy knows addresses and Pods, and no DNS names"
    remedy = "on Cilium set `api` to `EgressApi.CILIUM`; else give the `addresses` of the name"
    findings.append(forbidden("external_name", reason, remedy))


def _read_name(
    destination: Plain, ports: Sequence[Port], reach: Reach, findings: list[Finding]
) -> None:
    given: str | Deferred = destination["external_name"]
    allowed = _numbered(ports)
    if isinstance(given, str):
        name = given.removesuffix(".")
        findings.extend(invalid("external_name", given, why) for why in syntax.dns_subdomain(name))
        if allowed is not None:
            reach.names.append(AllowedName(name, allowed))
            return
    reach.is_known = False


def _read_backends(
    destination: Plain, ports: Sequence[Port], reach: Reach, findings: list[Finding]
) -> None:
    backends = read_backends(destination, ports, findings, frozenset())
    late = isinstance(destination.get("addresses"), Deferred)
    may_be_empty = late or destination.get("allow_empty")
    is_reported = any(finding.path.startswith(_BACKENDS) for finding in findings)
    if not backends and not may_be_empty and not is_reported:
        reason = "a destination without backends allows nothing"
        remedy = "give `addresses`, `backends` or `pod_selector`, or set `allow_empty`"
        findings.append(required("addresses", reason, remedy))
    reach.backends += backends
    reach.is_known &= not late
    for backend in backends:
        numbers: dict[str, int] = dict(backend.ports)
        for port in ports:
            number = numbers.get(port.name, port.target)
            if isinstance(backend.address, Deferred) or isinstance(number, Deferred):
                reach.is_known = False
            else:
                reach.pairs.append((backend.address, AllowedPort(port.protocol, number)))


def _read_cidrs(
    destination: Plain, ports: Sequence[Port], reach: Reach, findings: list[Finding]
) -> None:
    given: Sequence[str | Deferred] = destination["cidrs"]
    blocks: list[Network] = []
    if not given:
        findings.append(required("cidrs", "a destination without blocks allows nothing"))
    for index, text in enumerate(given):
        parsed = parse_cidr(text) if isinstance(text, str) else None
        if isinstance(parsed, str):
            findings.append(invalid(f"cidrs[{index}]", text, parsed))
        elif parsed is not None:
            blocks.append(parsed)
    allowed = _numbered(ports)
    if allowed is None or not all(map(is_known, given)):
        reach.is_known = False
        return
    reach.blocks.append(Blocks(tuple(cover(blocks)), allowed))


def _numbered(ports: Sequence[Port]) -> tuple[AllowedPort, ...] | None:
    """Return where the ports listen, or None where that is still to come."""
    if not all(is_known(port.target) for port in ports):
        return None
    return in_order(AllowedPort(port.protocol, cast("int | str", port.target)) for port in ports)


def _read_pods(
    destination: Plain, ports: Sequence[Port], reach: Reach, findings: list[Finding]
) -> None:
    labels: Mapping[str, Any] = destination["pod_selector"]
    namespace: str | Deferred | None = destination.get("namespace")
    check_labels(labels, "pod_selector", findings)
    _check_namespace(namespace, "namespace", findings)
    allowed = _numbered(ports)
    is_late = isinstance(namespace, Deferred) or not all(map(is_known, labels.values()))
    if allowed is None or is_late:
        reach.is_known = False
    else:
        reach.pods.append(AllowedPods(labels, cast("str | None", namespace), allowed))


def _check_namespace(namespace: object, path: str, findings: list[Finding]) -> None:
    if isinstance(namespace, str):
        findings.extend(invalid(path, namespace, why) for why in syntax.dns_label(namespace))


def _read_dns(dns: Plain, findings: list[Finding]) -> Dns | None:
    if dns.get("enabled") is False:
        if others := sorted(dns.keys() - {"enabled"}):
            reason = "says where DNS is, which the policy does not allow"
            findings.append(forbidden(f"dns.{others[0]}", reason, "leave out `dns.enabled`"))
        return None
    namespace: str = dns.get("namespace", _DNS_NAMESPACE)
    labels: Mapping[str, str] = dns.get("pod_selector", _DNS_LABELS)
    ports: Sequence[int] = dns.get("ports", _DNS_PORTS)
    _check_namespace(namespace, "dns.namespace", findings)
    check_labels(labels, "dns.pod_selector", findings)
    if not ports:
        findings.append(required("dns.ports", remedy="leave it out for port 53"))
    for index, number in enumerate(ports):
        findings.extend(
            invalid(f"dns.ports[{index}]", number, why) for why in syntax.port_number(number)
        )
    allowed = [AllowedPort(protocol, number) for number in ports for protocol in ("TCP", "UDP")]
    return Dns(labels, namespace, _dns_cidrs(dns, findings), in_order(allowed))


def _dns_cidrs(dns: Plain, findings: list[Finding]) -> tuple[str, ...]:
    addresses: list[Network] = []
    for index, text in enumerate(dns.get("addresses", _NODE_LOCAL_DNS)):
        parsed = parse_ip(text)
        if isinstance(parsed, str):
            findings.append(invalid(f"dns.addresses[{index}]", text, parsed))
        else:
            addresses.append(ip_network(parsed.text))
    return tuple(cover(addresses))
