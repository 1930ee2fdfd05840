"""Destinations of egress: what a policy's arguments allow, read and checked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from ipaddress import ip_network
from typing import cast

from . import syntax
from .addresses import Family, parse_ip
from .arguments import CommonArgs, DestinationArgs, DnsArgs, EgressPolicyArgs
from .backends import BackendSpec, read_backends
from .checks import check_objects
from .cidrs import Network, parse_cidr
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
from .findings import Finding, forbidden, invalid, is_within, required
from .objects.cilium_network_policy import CILIUM
from .objects.cluster_network_policy import CLUSTER
from .objects.endpoint_manifests import PlacedSlice, render_slice
from .objects.manifest_metadata import refuse_empty_namespace
from .objects.rendering import Rendering
from .objects.service_manifest import render_service
from .ports import Port, read_ports
from .presets import ports_by_path
from .slicing import MAX_LIMIT
from .unknown import Unknown, is_known
from .versions import Rules as Versions

__all__ = ["Reach", "read_reach"]

_DNS_NAMESPACE = "kube-system"
_DNS_LABELS = {"k8s-app": "kube-dns"}
_DNS_PORTS = (53,)
_NODE_LOCAL_DNS = ("169.254.20.10",)
"""The address of NodeLocal DNSCache on every node, unless it was installed with another one."""

_BACKENDS = ("addresses", "backends")
_PODS = ("pod_selector",)
_CIDRS = ("cidrs",)
_NAME = ("external_name",)


@dataclass(slots=True)
class Reach:
    """Everything that the arguments allow."""

    backends: list[BackendSpec] = field(default_factory=list[BackendSpec])
    pairs: list[tuple[str, AllowedPort]] = field(default_factory=list[tuple[str, AllowedPort]])
    """Each address with each port that it listens on."""
    blocks: list[Blocks] = field(default_factory=list[Blocks])
    """Blocks that are allowed exactly as given."""
    pods: list[AllowedPods] = field(default_factory=list[AllowedPods])
    names: list[AllowedName] = field(default_factory=list[AllowedName])
    dns: Dns | None = None
    is_known: bool = True
    """Whether all of it is known."""

    def rules(self) -> Rules:
        """Return the rules that allow exactly this."""
        blocks = [*exact_blocks(self.pairs), *self.blocks]
        return Rules(blocks, self.pods, self.dns, self.names)


def read_reach(args: EgressPolicyArgs, versions: Versions, findings: list[Finding]) -> Reach:
    """Read all destinations, and where the Pods find DNS.

    Args:
        args: The policy's arguments.
        versions: The rules of Kubernetes.
        findings: Collects the errors.
    """
    reach = Reach()
    for path, destination in _destinations(args, findings):
        unread = [_within(one, path) for one in findings if is_within(one.path, path) or not path]
        found: list[Finding] = []
        _read(destination, reach, found, versions, unread, args.api)
        findings.extend(finding.under(path) for finding in found)
    reach.dns = _read_dns(args.dns, versions, findings)
    if reach.dns is None and reach.names:
        reason = "the addresses of names are learnt from the answers of DNS"
        findings.append(forbidden("dns.enabled", reason, "leave it out"))
    return reach


def _within(finding: Finding, path: str) -> Finding:
    return replace(finding, path=finding.path[len(path) :].lstrip("."))


def _destinations(
    args: EgressPolicyArgs, findings: list[Finding]
) -> Iterator[tuple[str, DestinationArgs]]:
    own = DestinationArgs(
        addresses=args.addresses,
        backends=args.backends,
        ports=args.ports,
        preset=args.preset,
        allow_empty=args.allow_empty,
    )
    if own != DestinationArgs():
        yield "", own
    elif not args.to and not any(finding.path.startswith("to") for finding in findings):
        reason = "a policy without a destination denies all but DNS"
        remedy = "give `to`, or `addresses` or `backends` with `ports`"
        findings.append(required("to", reason, remedy))
    for index, destination in enumerate(args.to):
        yield f"to[{index}]", destination


def _read(
    destination: DestinationArgs,
    reach: Reach,
    findings: list[Finding],
    versions: Versions,
    unread: Sequence[Finding],
    api: str | None,
) -> None:
    kinds = [
        [name for name in names if getattr(destination, name) is not None]
        for names in (_BACKENDS, _PODS, _CIDRS, _NAME)
    ]
    given = [names[0] for names in kinds if names]
    for other in given[1:]:
        reason = f"may not be given with `{given[0]}`"
        findings.append(forbidden(other, reason, "give each as a destination of its own"))
    _, pods, cidrs, name = kinds
    if len(given) > 1:
        return
    if destination.namespace is not None and not pods:
        reason = "may be given with `pod_selector` alone: backends are in no namespace"
        findings.append(forbidden("namespace", reason))
    if name and api not in (CILIUM, CLUSTER):
        _refuse_name(findings)
        return
    given_ports = ports_by_path(destination.ports, destination.preset)
    ports = read_ports(given_ports, findings, kind="NodePort", selectorless=not pods)
    if not ports and not any(one.path in ("ports", "preset") for one in (*findings, *unread)):
        findings.append(required("ports", remedy="give at least one port, or a `preset`"))
    backends: list[BackendSpec] = []
    if pods:
        _read_pods(destination, ports, reach)
        selected = _selected(destination.pod_selector or {}, destination.namespace, "", findings)
        check_objects([selected], versions, findings, unread)
    elif name:
        _read_name(destination, ports, reach, findings, api)
    elif cidrs:
        _read_cidrs(destination, ports, reach, findings)
    else:
        backends = _read_backends(destination, ports, reach, findings, unread)
    if ports:
        _check_as_service(backends, ports, findings, versions, unread)


def _check_as_service(
    backends: Sequence[BackendSpec],
    ports: Sequence[Port],
    findings: list[Finding],
    versions: Versions,
    unread: Sequence[Finding],
) -> None:
    """Check ports and backends by the rules of the objects that a Service would render."""
    service = render_service(CommonArgs(), "destination", "NodePort", ports, findings)
    groups: dict[tuple[Family, tuple[tuple[str, int], ...]], list[BackendSpec]] = {}
    for backend in backends:
        groups.setdefault((backend.family, backend.ports), []).append(backend)
    slices = [
        render_slice(
            service.manifest,
            PlacedSlice("destination", family, members[at : at + MAX_LIMIT]),
            ports,
            None,
            headless=False,
        )
        for (family, _), members in groups.items()
        for at in range(0, len(members), MAX_LIMIT)
    ]
    check_objects([service, *slices], versions, findings, unread)


def _refuse_name(findings: list[Finding]) -> None:
    reason = "a NetworkPolicy knows addresses and Pods, and no DNS names"
    remedy = (
        "set `api` to `EgressApi.CILIUM` or `EgressApi.CLUSTER` where the cluster has it; else give"
        " the `addresses` of the name"
    )
    findings.append(forbidden("external_name", reason, remedy))


def _read_name(
    destination: DestinationArgs,
    ports: Sequence[Port],
    reach: Reach,
    findings: list[Finding],
    api: str | None,
) -> None:
    given = destination.external_name
    allowed = _numbered(ports)
    if isinstance(given, str):
        name = given.removesuffix(".")
        findings.extend(invalid("external_name", given, why) for why in syntax.dns_subdomain(name))
        if api == CLUSTER and "." not in name and not list(syntax.dns_subdomain(name)):
            reason = "a ClusterNetworkPolicy takes no name without a dot"
            findings.append(invalid("external_name", given, reason))
        if allowed is not None:
            reach.names.append(AllowedName(name, allowed))
            return
    reach.is_known = False


def _read_backends(
    destination: DestinationArgs,
    ports: Sequence[Port],
    reach: Reach,
    findings: list[Finding],
    unread: Sequence[Finding],
) -> list[BackendSpec]:
    backends = read_backends(destination, ports, findings)
    is_unknown = isinstance(destination.addresses, Unknown)
    may_be_empty = is_unknown or destination.allow_empty
    is_reported = any(one.path.startswith(_BACKENDS) for one in (*findings, *unread))
    if not backends and not may_be_empty and not is_reported:
        reason = "a destination without backends allows nothing"
        remedy = "give `addresses`, `backends` or `pod_selector`, or set `allow_empty`"
        findings.append(required("addresses", reason, remedy))
    reach.backends += backends
    reach.is_known &= not is_unknown
    for backend in backends:
        numbers: dict[str, int] = dict(backend.ports)
        for port in ports:
            number = numbers.get(port.name, port.target)
            if isinstance(backend.address, Unknown) or isinstance(number, Unknown):
                reach.is_known = False
            else:
                reach.pairs.append((backend.address, AllowedPort(port.protocol, number)))
    return backends


def _read_cidrs(
    destination: DestinationArgs, ports: Sequence[Port], reach: Reach, findings: list[Finding]
) -> None:
    given = destination.cidrs or ()
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
    """Return where the ports listen, or None while a number is unknown."""
    if not all(is_known(port.target) for port in ports):
        return None
    return in_order(AllowedPort(port.protocol, cast("int | str", port.target)) for port in ports)


def _read_pods(destination: DestinationArgs, ports: Sequence[Port], reach: Reach) -> None:
    labels = cast("Mapping[str, str]", destination.pod_selector)
    namespace = destination.namespace
    allowed = _numbered(ports)
    is_unknown = isinstance(namespace, Unknown) or not all(map(is_known, labels.values()))
    if allowed is None or is_unknown:
        reach.is_known = False
    else:
        reach.pods.append(AllowedPods(labels, cast("str | None", namespace), allowed))


def _selected(
    labels: Mapping[str, object], namespace: object, path: str, findings: list[Finding]
) -> Rendering:
    """Render a policy that selects these Pods, whose rules check their labels and namespace."""
    refuse_empty_namespace(namespace, f"{path}namespace", findings)
    policy = Rendering("networking.k8s.io/v1", "NetworkPolicy")
    policy.put("metadata.name", "destination")
    policy.put("metadata.namespace", namespace, f"{path}namespace")
    policy.put("spec.podSelector.matchLabels", dict(labels), f"{path}pod_selector")
    return policy


def _read_dns(dns: DnsArgs, versions: Versions, findings: list[Finding]) -> Dns | None:
    if dns.enabled is False:
        given = [one.name for one in fields(dns) if getattr(dns, one.name) is not None]
        if others := sorted({*given} - {"enabled"}):
            reason = "says where DNS is, which the policy does not allow"
            findings.append(forbidden(f"dns.{others[0]}", reason, "leave out `dns.enabled`"))
        return None
    namespace = _DNS_NAMESPACE if dns.namespace is None else dns.namespace
    labels = _DNS_LABELS if dns.pod_selector is None else dns.pod_selector
    ports = _DNS_PORTS if dns.ports is None else dns.ports
    unread = [one for one in findings if is_within(one.path, "dns")]
    if not ports:
        findings.append(required("dns.ports", remedy="leave it out for port 53"))
    policy = _selected(labels, namespace, "dns.", findings)
    policy.put("spec.egress", [{"ports": [{"port": number} for number in ports]}])
    for index in range(len(ports)):
        policy.note(f"spec.egress[0].ports[{index}].port", f"dns.ports[{index}]")
    check_objects([policy], versions, findings, unread)
    allowed = [AllowedPort(protocol, number) for number in ports for protocol in ("TCP", "UDP")]
    return Dns(labels, namespace, _dns_cidrs(dns, findings), in_order(allowed))


def _dns_cidrs(dns: DnsArgs, findings: list[Finding]) -> tuple[str, ...]:
    addresses: list[Network] = []
    for index, text in enumerate(_NODE_LOCAL_DNS if dns.addresses is None else dns.addresses):
        parsed = parse_ip(text)
        if isinstance(parsed, str):
            findings.append(invalid(f"dns.addresses[{index}]", text, parsed))
        else:
            addresses.append(ip_network(parsed.text))
    return tuple(cover(addresses))
