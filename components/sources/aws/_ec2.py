"""EC2: instances, Auto Scaling groups, network interfaces and Elastic IPs."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Optional

from ...types import Backend
from ..errors import SourceError
from ._ask import PAGE, VALUES, Ask, Tags, asking, call_name, plain_texts, tag_filters
from ._finds import IPV6, PRIVATE, PUBLIC, Finds, wanted_kinds

if TYPE_CHECKING:
    from boto3 import Session
    from types_boto3_autoscaling import AutoScalingClient
    from types_boto3_ec2 import EC2Client
    from types_boto3_ec2.type_defs import (
        FilterTypeDef,
        InstanceIpv6AddressTypeDef,
        InstanceTypeDef,
        NetworkInterfaceIpv6AddressTypeDef,
        NetworkInterfaceTypeDef,
    )


def instances(
    tags: Optional[Tags] = None,
    *,
    session: "Optional[Session]" = None,
    client: "Optional[EC2Client]" = None,
    public: bool = False,
    ipv6: bool = False,
    dual_stack: bool = False,
    zone_ids: bool = False,
    everything: bool = False,
    allow_empty: bool = False,
) -> list[Backend]:
    """Return the EC2 instances that run and carry the tags.

    A backend's `id` is the instance's (`i-…`; `i-…/ipv6` for its IPv6 address), its `zone` the
    availability zone. Instances without an address of the wanted kind are left out, with a warning.

    Args:
        tags: The tags that an instance must carry. Required unless `everything`.
        session: The boto3 session. Defaults to boto3's own.
        client: The EC2 client, instead of a session. Defaults to one of the session.
        public: Whether to use public IPv4 addresses. Defaults to False: the primary private ones.
        ipv6: Whether to use the primary IPv6 address, or the first if none is primary. Defaults to
            False.
        dual_stack: Whether to use the addresses of both families. Defaults to False.
        zone_ids: Whether zones are ids (`euw1-az1`), which are the same in all accounts. Defaults
            to False: names (`eu-west-1a`), as in the labels of nodes.
        everything: Whether to return all instances of the region, with any tags. Defaults to False.
        allow_empty: Whether to return an empty list if nothing is found. Defaults to False: an
            error.

    Returns:
        The backends, sorted by id.

    Raises:
        SourceError: An argument is invalid, AWS returns an error, or nothing is found.
    """
    name = "aws.instances"
    kinds = wanted_kinds(name, public=public, ipv6=ipv6, dual_stack=dual_stack)
    filters = tag_filters(name, tags, everything=everything)
    with asking(call_name(name, filters), session, client) as ask:
        ec2: EC2Client = ask.client("ec2")
        finds = Finds(ask, kinds, zone_ids_of(ask, wanted=zone_ids))
        add_instances(finds, running(ec2, filters))
    return finds.all(allow_empty=allow_empty, of="running instances")


def auto_scaling_group(
    group: str,
    *,
    session: "Optional[Session]" = None,
    public: bool = False,
    ipv6: bool = False,
    dual_stack: bool = False,
    zone_ids: bool = False,
    allow_empty: bool = False,
) -> list[Backend]:
    """Return the instances of an Auto Scaling group that are in service.

    Instances that are launching, warming, on standby or terminating are left out. A backend's `id`
    is the instance's, so a replaced instance is another backend.

    Args:
        group: The group's name.
        session: The boto3 session. Defaults to boto3's own.
        public: Whether to use public IPv4 addresses. Defaults to False: the primary private ones.
        ipv6: Whether to use the primary IPv6 address, or the first if none is primary. Defaults to
            False.
        dual_stack: Whether to use the addresses of both families. Defaults to False.
        zone_ids: Whether zones are ids (`euw1-az1`). Defaults to False: names (`eu-west-1a`).
        allow_empty: Whether to return an empty list if no instance is in service. Defaults to
            False: an error.

    Returns:
        The backends, sorted by id.

    Raises:
        SourceError: There is no such group, AWS returns an error, or nothing is found.
    """
    name = "aws.auto_scaling_group"
    kinds = wanted_kinds(name, public=public, ipv6=ipv6, dual_stack=dual_stack)
    with asking(plain_texts(name, group=group), session) as ask:
        scaling: AutoScalingClient = ask.client("autoscaling")
        pages = scaling.get_paginator("describe_auto_scaling_groups").paginate(
            AutoScalingGroupNames=[group]
        )
        groups = [found for page in pages for found in page["AutoScalingGroups"]]
        if not groups:
            remedy = "correct its name or the region"
            raise SourceError(f"{ask.subject}: there is no such group ({remedy})")
        members = [
            member["InstanceId"]
            for found in groups
            for member in found.get("Instances", ())
            if member.get("LifecycleState") == "InService"
        ]
        ec2: EC2Client = ask.client("ec2")
        finds = Finds(ask, kinds, zone_ids_of(ask, wanted=zone_ids))
        add_instances(finds, running_of(ec2, members))
    remedy = "correct the group or the region, or pass allow_empty=True"
    return finds.all(allow_empty=allow_empty, of="instances in service", remedy=remedy)


def network_interfaces(
    tags: Optional[Tags] = None,
    *,
    session: "Optional[Session]" = None,
    public: bool = False,
    ipv6: bool = False,
    dual_stack: bool = False,
    zone_ids: bool = False,
    everything: bool = False,
    allow_empty: bool = False,
) -> list[Backend]:
    """Return the network interfaces that are in use and carry the tags.

    A backend's `id` is the interface's (`eni-…`): an interface that moves to another instance keeps
    its address and its slice.

    Args:
        tags: The tags that an interface must carry. Required unless `everything`.
        session: The boto3 session. Defaults to boto3's own.
        public: Whether to use public IPv4 addresses. Defaults to False: the primary private ones.
        ipv6: Whether to use the primary IPv6 address, or the first if none is primary. Defaults to
            False.
        dual_stack: Whether to use the addresses of both families. Defaults to False.
        zone_ids: Whether zones are ids (`euw1-az1`). Defaults to False: names (`eu-west-1a`).
        everything: Whether to return all interfaces of the region, with any tags. Defaults to
            False.
        allow_empty: Whether to return an empty list if nothing is found. Defaults to False: an
            error.

    Returns:
        The backends, sorted by id.

    Raises:
        SourceError: An argument is invalid, AWS returns an error, or nothing is found.
    """
    name = "aws.network_interfaces"
    kinds = wanted_kinds(name, public=public, ipv6=ipv6, dual_stack=dual_stack)
    filters = tag_filters(name, tags, everything=everything)
    with asking(call_name(name, filters), session) as ask:
        ec2: EC2Client = ask.client("ec2")
        finds = Finds(ask, kinds, zone_ids_of(ask, wanted=zone_ids))
        used: FilterTypeDef = {"Name": "status", "Values": ["in-use"]}
        for interface in interfaces(ec2, [*filters, used]):
            add_interface(finds, interface.get("NetworkInterfaceId", ""), interface)
    return finds.all(allow_empty=allow_empty, of="network interfaces in use")


def elastic_ips(
    tags: Optional[Tags] = None,
    *,
    session: "Optional[Session]" = None,
    client: "Optional[EC2Client]" = None,
    zone_ids: bool = False,
    everything: bool = False,
    allow_empty: bool = False,
) -> list[Backend]:
    """Return the Elastic IPs that carry the tags, including unused ones.

    A backend's `id` is the allocation's (`eipalloc-…`), its `zone` that of the instance, NAT
    gateway or load balancer with the address, or none if it is unused.

    Args:
        tags: The tags that an Elastic IP must carry. Required unless `everything`.
        session: The boto3 session. Defaults to boto3's own.
        client: The EC2 client, instead of a session. Defaults to one of the session.
        zone_ids: Whether zones are ids (`euw1-az1`). Defaults to False: names (`eu-west-1a`).
        everything: Whether to return all Elastic IPs of the region, with any tags. Defaults to
            False.
        allow_empty: Whether to return an empty list if nothing is found. Defaults to False: an
            error.

    Returns:
        The backends, sorted by id.

    Raises:
        SourceError: An argument is invalid, AWS returns an error, or nothing is found.
    """
    name = "aws.elastic_ips"
    filters = tag_filters(name, tags, everything=everything)
    with asking(call_name(name, filters), session, client) as ask:
        ec2: EC2Client = ask.client("ec2")
        finds = Finds(ask, (PUBLIC,), zone_ids_of(ask, wanted=zone_ids))
        found = ec2.describe_addresses(Filters=filters).get("Addresses", ())
        holders = [held for eip in found if (held := eip.get("NetworkInterfaceId"))]
        zones = {
            interface.get("NetworkInterfaceId", ""): interface.get("AvailabilityZone")
            for interface in interfaces_of(ec2, holders)
        }
        for eip in found:
            zone = zones.get(eip.get("NetworkInterfaceId", ""))
            finds.add(eip.get("AllocationId", ""), zone, {PUBLIC: eip.get("PublicIp")})
    return finds.all(allow_empty=allow_empty, nothing="no Elastic IP found")


def running(ec2: "EC2Client", filters: "Sequence[FilterTypeDef]") -> "Iterator[InstanceTypeDef]":
    """Yield the running instances that match, page by page."""
    state: FilterTypeDef = {"Name": "instance-state-name", "Values": ["running"]}
    search = ec2.get_paginator("describe_instances")
    pages = search.paginate(Filters=[*filters, state], PaginationConfig={"PageSize": PAGE})
    for page in pages:
        for reservation in page.get("Reservations", ()):
            yield from reservation.get("Instances", ())


def running_of(ec2: "EC2Client", ids: Sequence[str]) -> "Iterator[InstanceTypeDef]":
    """Yield those of the given instances that run."""
    for part in parts(ids):
        yield from running(ec2, [{"Name": "instance-id", "Values": part}])


def interfaces(
    ec2: "EC2Client", filters: "Sequence[FilterTypeDef]"
) -> "Iterator[NetworkInterfaceTypeDef]":
    """Yield the network interfaces that match, page by page."""
    search = ec2.get_paginator("describe_network_interfaces")
    pages = search.paginate(Filters=filters, PaginationConfig={"PageSize": PAGE})
    for page in pages:
        yield from page.get("NetworkInterfaces", ())


def interfaces_of(ec2: "EC2Client", ids: Sequence[str]) -> "Iterator[NetworkInterfaceTypeDef]":
    """Yield those of the given network interfaces that still exist."""
    for part in parts(ids):
        yield from interfaces(ec2, [{"Name": "network-interface-id", "Values": part}])


def parts(values: Sequence[str], size: int = VALUES) -> Iterator[Sequence[str]]:
    """Yield values in parts that fit in one request."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def zone_ids_of(ask: Ask, *, wanted: bool) -> Optional[dict[str, str]]:
    """Return the ids of the region's zones by name, or None if names are requested."""
    if not wanted:
        return None
    ec2: EC2Client = ask.client("ec2")
    return {
        zone.get("ZoneName", ""): zone.get("ZoneId", "")
        for zone in ec2.describe_availability_zones().get("AvailabilityZones", ())
    }


def add_instances(finds: Finds, found: "Iterator[InstanceTypeDef]") -> None:
    """Add instances, each under its own id."""
    for instance in found:
        finds.add(
            instance.get("InstanceId", ""),
            instance.get("Placement", {}).get("AvailabilityZone"),
            instance_addresses(instance),
        )


def instance_addresses(instance: "InstanceTypeDef") -> dict[str, Optional[str]]:
    """Return an instance's addresses by kind."""
    attached = sorted(
        instance.get("NetworkInterfaces", ()),
        key=lambda each: each.get("Attachment", {}).get("DeviceIndex", 0),
    )
    ipv6 = [address for each in attached for address in each.get("Ipv6Addresses", ())]
    return {
        PRIVATE: instance.get("PrivateIpAddress"),
        PUBLIC: instance.get("PublicIpAddress"),
        IPV6: _primary(ipv6),
    }


def add_interface(finds: Finds, identity: str, interface: "NetworkInterfaceTypeDef") -> None:
    """Add a network interface under an id."""
    addresses = {
        PRIVATE: interface.get("PrivateIpAddress"),
        PUBLIC: interface.get("Association", {}).get("PublicIp"),
        IPV6: _primary(interface.get("Ipv6Addresses", ())),
    }
    finds.add(identity, interface.get("AvailabilityZone"), addresses)


def _primary(
    addresses: "Sequence[InstanceIpv6AddressTypeDef | NetworkInterfaceIpv6AddressTypeDef]",
) -> Optional[str]:
    best = sorted(addresses, key=lambda each: not each.get("IsPrimaryIpv6"))
    return best[0].get("Ipv6Address") if best else None
