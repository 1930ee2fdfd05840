"""Elastic Load Balancing: the addresses of Network Load Balancers, and targets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Optional

from ...types import Backend, BackendState
from ..errors import SourceError
from ._ask import Ask, asking, plain_texts
from ._ec2 import add_interface, instance_addresses, interfaces, running_of, zone_ids_of
from ._finds import IPV6, PRIVATE, PUBLIC, Finds, unless_all, wanted_kinds

if TYPE_CHECKING:
    from boto3 import Session
    from types_boto3_ec2.type_defs import FilterTypeDef
    from types_boto3_elbv2 import ElasticLoadBalancingv2Client
    from types_boto3_elbv2.type_defs import (
        LoadBalancerAddressTypeDef,
        LoadBalancerTypeDef,
        TargetGroupTypeDef,
    )

_REMEDY = "correct the name or the region, or pass allow_empty=True"


def load_balancer(
    balancer: str,
    *,
    session: "Optional[Session]" = None,
    ipv6: bool = False,
    dual_stack: bool = False,
    zone_ids: bool = False,
) -> list[Backend]:
    """Return the addresses of a Network Load Balancer, one for each zone.

    The addresses stay as long as the load balancer exists: public ones if it faces the internet,
        private ones if it is internal. A backend's `id` is `<load balancer>/<zone>`. Application
        Load Balancers are refused, because their addresses change.

    Args:
        balancer: The load balancer's name.
        session: The boto3 session. Defaults to boto3's own.
        ipv6: Whether to use IPv6 addresses. Defaults to False: IPv4.
        dual_stack: Whether to use the addresses of both families. Defaults to False.
        zone_ids: Whether zones are ids (`euw1-az1`). Defaults to False: names (`eu-west-1a`).

    Returns:
        The backends, sorted by id.

    Raises:
        SourceError: It is not a Network Load Balancer, AWS returns an error, or it has no address
            of the requested family.
    """
    name = "aws.load_balancer"
    wanted_kinds(name, public=False, ipv6=ipv6, dual_stack=dual_stack)
    with asking(plain_texts(name, balancer=balancer), session) as ask:
        elb: ElasticLoadBalancingv2Client = ask.client("elbv2")
        (found,) = elb.describe_load_balancers(Names=[balancer])["LoadBalancers"]
        _require_network(ask, found)
        public = found.get("Scheme") == "internet-facing"
        kinds = wanted_kinds(name, public=public and not ipv6, ipv6=ipv6, dual_stack=dual_stack)
        finds = Finds(ask, kinds, zone_ids_of(ask, wanted=zone_ids))
        _add_zones(ask, finds, balancer, found)
    remedy = "correct the name, the region or the family"
    return finds.all(allow_empty=False, of="zones of the load balancer", remedy=remedy)


def _require_network(ask: Ask, found: "LoadBalancerTypeDef") -> None:
    kind = found.get("Type", "")
    if kind != "network":
        remedy = f'use ExternalNameService with "{found.get("DNSName")}"'
        reason = f"the load balancer's type is {kind}, and its addresses change"
        raise SourceError(f"{ask.subject}: {reason} ({remedy})")


def _add_zones(ask: Ask, finds: Finds, name: str, found: "LoadBalancerTypeDef") -> None:
    """Add each zone: the balancer's own addresses, or else those of its interface there."""
    silent: set[str] = set()
    for zone in found.get("AvailabilityZones", ()):
        zone_name = zone.get("ZoneName", "")
        if addresses := zone.get("LoadBalancerAddresses", ()):
            finds.add(f"{name}/{zone_name}", zone_name, _by_kind(addresses))
        else:
            silent.add(zone_name)
    if silent:
        described = f"ELB {found.get('LoadBalancerArn', '').partition(':loadbalancer/')[2]}"
        wanted: FilterTypeDef = {"Name": "description", "Values": [described]}
        for interface in interfaces(ask.client("ec2"), [wanted]):
            zone_name = interface.get("AvailabilityZone", "")
            if zone_name in silent:
                add_interface(finds, f"{name}/{zone_name}", interface)


def _by_kind(addresses: "Sequence[LoadBalancerAddressTypeDef]") -> dict[str, Optional[str]]:
    merged: LoadBalancerAddressTypeDef = {}
    for one in addresses:
        merged.update(one)
    return {
        PRIVATE: merged.get("PrivateIPv4Address"),
        PUBLIC: merged.get("IpAddress"),
        IPV6: merged.get("IPv6Address"),
    }


def target_group(
    group: str,
    *,
    port: str,
    health: bool = False,
    session: "Optional[Session]" = None,
    zone_ids: bool = False,
    allow_empty: bool = False,
) -> list[Backend]:
    """Return the targets of a target group, each with the port that it is registered with.

    Targets are instances, by their primary private address (their IPv6 address in a group of IPv6
    targets), or addresses. A backend's `id` is `<target>:<port>`. Targets that are being
    deregistered are `DRAINING`.

    Args:
        group: The target group's name.
        port: The name of the Service's port that the targets serve.
        health: Whether unhealthy targets are `DISABLED`, unless all are unhealthy. Defaults to
            False: health is ignored.
        session: The boto3 session. Defaults to boto3's own.
        zone_ids: Whether zones are ids (`euw1-az1`). Defaults to False: names (`eu-west-1a`).
        allow_empty: Whether to return an empty list if there is no target. Defaults to False: an
            error.

    Returns:
        The backends, sorted by id.

    Raises:
        SourceError: The targets are load balancers or functions, AWS returns an error, or nothing
            is found.
    """
    name = "aws.target_group"
    plain_texts(name, port=port)
    with asking(plain_texts(name, group=group), session) as ask:
        elb: ElasticLoadBalancingv2Client = ask.client("elbv2")
        (found,) = elb.describe_target_groups(Names=[group])["TargetGroups"]
        kind = _require_addresses(ask, found)
        targets = _targets(elb, found)
        settled = [target for target in targets if target.state != "draining"]
        unhealthy = {one.key for one in settled if health and one.state == "unhealthy"}
        unhealthy = unless_all(ask.subject, unhealthy, len(settled))
        finds = Finds(ask, (kind,), zone_ids_of(ask, wanted=zone_ids))
        if found.get("TargetType") == "instance":
            located = dict(_located(ask, targets, kind))
        else:
            located = {target.id: (target.id, target.zone) for target in targets}
        for target in targets:
            if target.id in located:  # others no longer run
                address, zone = located[target.id]
                ports = {port: target.port}
                state = _backend_state(target, unhealthy)
                finds.add(target.key, zone, {kind: address}, ports, state)
    return finds.all(allow_empty=allow_empty, of="targets", remedy=_REMEDY)


def _require_addresses(ask: Ask, found: "TargetGroupTypeDef") -> str:
    """Return the kind of address that the targets have."""
    kind = found.get("TargetType", "")
    if kind not in ("instance", "ip"):
        remedy = "give the addresses behind them from another source"
        raise SourceError(f"{ask.subject}: its targets are of type {kind} ({remedy})")
    return IPV6 if found.get("IpAddressType") == "ipv6" else PRIVATE


@dataclass(frozen=True, slots=True)
class _Target:
    """One registration of a target."""

    id: str
    """The instance's id, or the address."""
    port: int
    zone: Optional[str]
    state: str

    @property
    def key(self) -> str:
        return f"{self.id}:{self.port}"


def _targets(elb: "ElasticLoadBalancingv2Client", found: "TargetGroupTypeDef") -> list[_Target]:
    answer = elb.describe_target_health(TargetGroupArn=found.get("TargetGroupArn", ""))
    targets: list[_Target] = []
    for described in answer["TargetHealthDescriptions"]:
        target = described.get("Target")
        if target is None:
            continue
        port = target.get("Port") or found.get("Port", 0)
        zone = target.get("AvailabilityZone")
        state = described.get("TargetHealth", {}).get("State", "")
        targets.append(_Target(target["Id"], port, None if zone == "all" else zone, state))
    return targets


def _located(
    ask: Ask, targets: list[_Target], kind: str
) -> Iterator[tuple[str, tuple[Optional[str], Optional[str]]]]:
    """Yield the address and the zone of each instance that runs, by its id."""
    ids = sorted({target.id for target in targets})
    for instance in running_of(ask.client("ec2"), ids):
        zone = instance.get("Placement", {}).get("AvailabilityZone")
        yield instance.get("InstanceId", ""), (instance_addresses(instance)[kind], zone)


def _backend_state(target: _Target, unhealthy: set[str]) -> Optional[BackendState]:
    if target.state == "draining":
        return BackendState.DRAINING
    return BackendState.DISABLED if target.key in unhealthy else None
