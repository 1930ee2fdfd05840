"""An AWS region of a test's own, played by moto."""

from collections.abc import Mapping
from typing import Any

import boto3

ZONES = {"eu-west-1a": "192.0.2.0/25", "eu-west-1b": "192.0.2.128/25"}


def tagged(kind: str, tags: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the specification of tags for what a request creates."""
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    return [{"ResourceType": kind, "Tags": pairs}] if pairs else []


def addresses(backends: list[Any]) -> set[str]:
    return {backend["address"] for backend in backends}


class Region:
    """A region with a subnet in each of two zones."""

    def __init__(self, client: Any = None) -> None:
        self.client = client or boto3.client("ec2")
        self.vpc = self.client.create_vpc(CidrBlock="192.0.2.0/24")["Vpc"]["VpcId"]
        self.subnets = {
            zone: self.client.create_subnet(
                VpcId=self.vpc,
                CidrBlock=block,
                Ipv6CidrBlock="2001:db8::/64",
                AvailabilityZone=zone,
            )["Subnet"]["SubnetId"]
            for zone, block in ZONES.items()
        }

    def run(self, address: str, zone: str = "eu-west-1a", *, v6: str = "", **tags: str) -> str:
        """Run an instance and return its id."""
        instance = self.client.run_instances(
            ImageId="ami-12345678",
            MinCount=1,
            MaxCount=1,
            SubnetId=self.subnets[zone],
            PrivateIpAddress=address,
            TagSpecifications=tagged("instance", tags),
        )["Instances"][0]
        if v6:
            interface = instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
            self.client.assign_ipv6_addresses(NetworkInterfaceId=interface, Ipv6Addresses=[v6])
        return str(instance["InstanceId"])

    def allocate(self, address: str, instance: str = "", **tags: str) -> str:
        """Allocate an Elastic IP, give it to an instance, and return the allocation's id."""
        specifications = tagged("elastic-ip", tags)
        allocation = self.client.allocate_address(
            Domain="vpc", Address=address, TagSpecifications=specifications
        )["AllocationId"]
        if instance:
            self.client.associate_address(AllocationId=allocation, InstanceId=instance)
        return str(allocation)

    def interface(self, address: str, zone: str = "eu-west-1a", **tags: str) -> str:
        """Create a network interface that nothing uses, and return its id."""
        made = self.client.create_network_interface(
            SubnetId=self.subnets[zone],
            PrivateIpAddress=address,
            TagSpecifications=tagged("network-interface", tags),
        )
        return str(made["NetworkInterface"]["NetworkInterfaceId"])

    def zone_id(self, name: str) -> str:
        """Return the id of a zone."""
        zones = self.client.describe_availability_zones()["AvailabilityZones"]
        return {str(zone["ZoneName"]): str(zone["ZoneId"]) for zone in zones}[name]
