"""`examples/aws`: the program as it stands, against moto's EC2."""

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from components import ExternalService
from components.sources import aws
from components.sources.errors import SourceError
from components.testing import render

PROGRAM = Path(__file__).parents[3] / "examples" / "aws" / "__main__.py"
POSTGRES = {"role": "postgres"}


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return an empty account, and nothing of this machine's own set-up."""
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # they are slow to load
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with mock_aws():
        yield boto3.client("ec2")


def tags(kind: str, role: str) -> list[Any]:
    return [{"ResourceType": kind, "Tags": [{"Key": "role", "Value": role}]}]


def run(ec2: Any, role: str, block: str, zone: str, address: str, v6: str) -> None:
    vpc = ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(
        VpcId=vpc, CidrBlock=block, Ipv6CidrBlock="2001:db8::/64", AvailabilityZone=zone
    )["Subnet"]["SubnetId"]
    instance = ec2.run_instances(
        ImageId="ami-12345678",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet,
        PrivateIpAddress=address,
        TagSpecifications=tags("instance", role),
    )["Instances"][0]
    interface = instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
    ec2.assign_ipv6_addresses(NetworkInterfaceId=interface, Ipv6Addresses=[v6])


def fill(ec2: Any) -> None:
    run(ec2, "postgres", "192.0.2.0/25", "eu-west-1a", "192.0.2.10", "2001:db8::10")
    run(ec2, "postgres", "192.0.2.128/25", "eu-west-1b", "192.0.2.140", "2001:db8::140")
    run(ec2, "redis", "198.51.100.0/24", "eu-west-1a", "198.51.100.10", "2001:db8::1")
    for address, role in (("203.0.113.10", "smtp"), ("203.0.113.11", "nat")):
        specifications = tags("elastic-ip", role)
        ec2.allocate_address(Domain="vpc", Address=address, TagSpecifications=specifications)


def service(name: str, port: str, number: int, **spec: str) -> dict[str, Any]:
    ports = [{"name": port, "port": number, "protocol": "TCP", "targetPort": number}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"ports": ports, "type": "ClusterIP", **spec},
    }


def endpoint_slice(service_name: str, port: str, number: int, *endpoints: Any) -> dict[str, Any]:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{service_name}-ipv4",
            "namespace": "default",
            "labels": {
                "endpointslice.kubernetes.io/managed-by": "k8s-endpoints.pulumi",
                "kubernetes.io/service-name": service_name,
            },
        },
        "addressType": "IPv4",
        "endpoints": list(endpoints),
        "ports": [{"name": port, "port": number, "protocol": "TCP"}],
    }


def near(address: str, zone: str) -> dict[str, Any]:
    """Return an endpoint that serves the clients of its zone."""
    return endpoint(address, zone=zone, hints={"forZones": [{"name": zone}]})


def endpoint(address: str, **more: Any) -> dict[str, Any]:
    conditions = {"ready": True, "serving": True, "terminating": False}
    return {"addresses": [address], "conditions": conditions, **more}


@pytest.mark.parametrize("preview", [False, True])
def test_the_program_declares_what_is_found(account: Any, preview: bool) -> None:
    fill(account)
    manifests = render(lambda: runpy.run_path(str(PROGRAM)), preview=preview)
    for manifest in manifests:
        del manifest["metadata"]["annotations"]
        manifest.get("endpoints", []).sort(key=lambda each: each["addresses"])
    assert sorted(manifests, key=lambda each: each["metadata"]["name"]) == [
        service("mail-relay", "submission", 587),
        endpoint_slice("mail-relay", "submission", 587, endpoint("203.0.113.10")),
        service("orders-db", "postgres", 5432, trafficDistribution="PreferClose"),
        endpoint_slice(
            "orders-db",
            "postgres",
            5432,
            near("192.0.2.10", "eu-west-1a"),
            near("192.0.2.140", "eu-west-1b"),
        ),
    ]


def test_the_program_fails_when_nothing_is_found() -> None:
    with pytest.raises(SourceError, match=r"^aws\.instances\(role=postgres\) in eu-west-1: "):
        render(lambda: runpy.run_path(str(PROGRAM)))


def test_both_families_go_behind_one_service(account: Any) -> None:
    fill(account)

    def program() -> None:
        backends = aws.instances(POSTGRES) + aws.instances(POSTGRES, ipv6=True)
        ports: Any = [{"name": "postgres", "port": 5432}]
        ExternalService("orders-db", {"backends": backends, "ports": ports})

    slices = [each for each in render(program) if each["kind"] == "EndpointSlice"]
    assert {
        (each["addressType"], endpoint["addresses"][0], endpoint["zone"])
        for each in slices
        for endpoint in each["endpoints"]
    } == {
        ("IPv4", "192.0.2.10", "eu-west-1a"),
        ("IPv4", "192.0.2.140", "eu-west-1b"),
        ("IPv6", "2001:db8::10", "eu-west-1a"),
        ("IPv6", "2001:db8::140", "eu-west-1b"),
    }
