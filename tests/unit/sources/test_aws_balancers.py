"""Network Load Balancers and target groups.

moto knows no addresses of load balancers, no unhealthy and no draining targets: botocore's stub
stands in for these.
"""

from typing import Any

import boto3
import pytest

from components.sources import SourceError, aws
from tests.support.aws import Region
from tests.unit.sources.conftest import Stubs

ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/edge/0123456789abcdef"


def zone(name: str, *addresses: dict[str, str]) -> dict[str, Any]:
    return {"ZoneName": name, "SubnetId": f"subnet-{name}", "LoadBalancerAddresses": [*addresses]}


def answer(stubs: Stubs, *zones: Any, **more: Any) -> None:
    found = {
        "LoadBalancerArn": ARN,
        "LoadBalancerName": "edge",
        "Type": "network",
        "Scheme": "internet-facing",
        "AvailabilityZones": [*zones],
        **more,
    }
    expected = {"Names": ["edge"]}
    stubs.of("elbv2").add_response("describe_load_balancers", {"LoadBalancers": [found]}, expected)


PUBLIC_A = {"IpAddress": "203.0.113.10", "AllocationId": "eipalloc-a"}
PUBLIC_B = {"IpAddress": "203.0.113.11", "AllocationId": "eipalloc-b"}


def test_a_load_balancer_has_one_backend_for_each_zone(stubs: Stubs) -> None:
    answer(stubs, zone("eu-west-1b", PUBLIC_B), zone("eu-west-1a", PUBLIC_A))
    assert aws.load_balancer("edge", session=stubs) == [
        {"id": "edge/eu-west-1a", "address": "203.0.113.10", "zone": "eu-west-1a"},
        {"id": "edge/eu-west-1b", "address": "203.0.113.11", "zone": "eu-west-1b"},
    ]


def test_an_internal_load_balancer_has_its_private_addresses(stubs: Stubs) -> None:
    answer(stubs, zone("eu-west-1a", {"PrivateIPv4Address": "192.0.2.10"}), Scheme="internal")
    (backend,) = aws.load_balancer("edge", session=stubs)
    assert backend["address"] == "192.0.2.10"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"ipv6": True}, ["2001:db8::10"]),
        ({"dual_stack": True}, ["203.0.113.10", "2001:db8::10", "203.0.113.11"]),
    ],
)
def test_a_load_balancer_has_the_addresses_of_the_wanted_family(
    stubs: Stubs, warned: list[str], options: Any, expected: list[str]
) -> None:
    both = zone("eu-west-1a", PUBLIC_A, {"IPv6Address": "2001:db8::10"})
    answer(stubs, both, zone("eu-west-1b", PUBLIC_B))
    found = aws.load_balancer("edge", session=stubs, **options)
    assert [backend["address"] for backend in found] == expected
    assert len(warned) == ("ipv6" in options), "a zone without the family is left out, and named"


def test_a_zone_without_addresses_takes_those_of_its_interface(stubs: Stubs) -> None:
    answer(stubs, zone("eu-west-1a", PUBLIC_A), zone("eu-west-1b"))
    interfaces = [
        {
            "NetworkInterfaceId": f"eni-{name[-1]}",
            "AvailabilityZone": name,
            "PrivateIpAddress": "192.0.2.9",
            "Association": {"PublicIp": address},
        }
        for name, address in (("eu-west-1a", "203.0.113.98"), ("eu-west-1b", "203.0.113.99"))
    ]
    described = {"Name": "description", "Values": ["ELB net/edge/0123456789abcdef"]}
    stubs.of("ec2").add_response(
        "describe_network_interfaces",
        {"NetworkInterfaces": interfaces},
        {"Filters": [described], "MaxResults": 1000},
    )
    found = aws.load_balancer("edge", session=stubs)
    assert [(backend["id"], backend["address"]) for backend in found] == [
        ("edge/eu-west-1a", "203.0.113.10"),
        ("edge/eu-west-1b", "203.0.113.99"),
    ]


def test_an_application_load_balancer_is_refused_with_its_name(stubs: Stubs) -> None:
    name = "edge-1234.eu-west-1.elb.amazonaws.com"
    answer(stubs, zone("eu-west-1a"), Type="application", DNSName=name)
    with pytest.raises(SourceError) as caught:
        aws.load_balancer("edge", session=stubs)
    assert str(caught.value) == (
        "aws.load_balancer(edge) in eu-west-1: the load balancer's type is application, and its"
        f' addresses change (use ExternalNameService with "{name}")'
    )


def test_zones_of_a_load_balancer_are_named_by_id(stubs: Stubs) -> None:
    answer(stubs, zone("eu-west-1a", PUBLIC_A))
    zones = [{"ZoneName": "eu-west-1a", "ZoneId": "euw1-az3"}]
    stubs.of("ec2").add_response("describe_availability_zones", {"AvailabilityZones": zones})
    (backend,) = aws.load_balancer("edge", session=stubs, zone_ids=True)
    assert (backend["id"], backend.get("zone")) == ("edge/eu-west-1a", "euw1-az3")


def test_a_load_balancer_that_is_missing_or_silent_is_an_error(region: Region) -> None:
    with pytest.raises(SourceError, match=r"load_balancer\(edge\) in eu-west-1: DescribeLoadBal"):
        aws.load_balancer("edge")
    boto3.client("elbv2").create_load_balancer(
        Name="edge", Type="network", Subnets=[region.subnets["eu-west-1a"]]
    )
    with pytest.raises(SourceError, match="zones of the load balancer: none found"):
        aws.load_balancer("edge")


class Targets:
    """A target group of moto's."""

    def __init__(self, region: Region, kind: str) -> None:
        self._client = boto3.client("elbv2")
        made = self._client.create_target_group(
            Name="web", Protocol="TCP", Port=80, VpcId=region.vpc, TargetType=kind
        )
        self._arn = made["TargetGroups"][0]["TargetGroupArn"]

    def register(self, *targets: Any) -> None:
        self._client.register_targets(TargetGroupArn=self._arn, Targets=[*targets])


def test_instances_of_a_target_group_keep_their_ports(region: Region) -> None:
    targets = Targets(region, "instance")
    a = region.run("192.0.2.10")
    b = region.run("192.0.2.140", "eu-west-1b")
    stopped = region.run("192.0.2.12")
    targets.register({"Id": a, "Port": 8080}, {"Id": b}, {"Id": stopped})
    region.client.stop_instances(InstanceIds=[stopped])
    assert aws.target_group("web", port="http") == sorted(
        (
            {
                "id": f"{a}:8080",
                "address": "192.0.2.10",
                "zone": "eu-west-1a",
                "ports": {"http": 8080},
            },
            {
                "id": f"{b}:80",
                "address": "192.0.2.140",
                "zone": "eu-west-1b",
                "ports": {"http": 80},
            },
        ),
        key=lambda backend: str(backend["id"]),
    )


def test_targets_of_a_group_by_address_become_backends(region: Region) -> None:
    Targets(region, "ip").register({"Id": "192.0.2.10", "Port": 8080})
    assert aws.target_group("web", port="http") == [
        {"id": "192.0.2.10:8080", "address": "192.0.2.10", "ports": {"http": 8080}}
    ]


def test_a_target_group_that_is_missing_or_empty_is_an_error(region: Region) -> None:
    with pytest.raises(SourceError, match=r"target_group\(web\) in eu-west-1: DescribeTargetGr"):
        aws.target_group("web", port="http")
    Targets(region, "ip")
    with pytest.raises(SourceError, match="targets: none found"):
        aws.target_group("web", port="http")
    assert aws.target_group("web", port="http", allow_empty=True) == []


def group(stubs: Stubs, states: dict[str, str], **more: Any) -> None:
    arn = f"{ARN.partition(':loadbalancer')[0]}:targetgroup/web/1"
    found = {"TargetGroupArn": arn, "TargetType": "ip", "Port": 80, **more}
    stubs.of("elbv2").add_response("describe_target_groups", {"TargetGroups": [found]})
    if found["TargetType"] in ("ip", "instance"):
        described = [
            {
                "Target": {"Id": address, "Port": 80, "AvailabilityZone": "all"},
                "TargetHealth": {"State": state},
            }
            for address, state in states.items()
        ]
        answered = {"TargetHealthDescriptions": described}
        stubs.of("elbv2").add_response("describe_target_health", answered)


def states(backends: list[Any]) -> dict[str, str]:
    return {backend["address"]: str(backend.get("state", "Active")) for backend in backends}


MIXED = {"192.0.2.1": "healthy", "192.0.2.2": "unhealthy", "192.0.2.3": "draining"}


@pytest.mark.parametrize(
    ("health", "second"), [(True, "Disabled"), (False, "Active")], ids=["asked", "not asked"]
)
def test_health_of_targets_counts_on_request(stubs: Stubs, health: bool, second: str) -> None:
    group(stubs, MIXED)
    found = aws.target_group("web", port="http", health=health, session=stubs)
    assert states(found) == {
        "192.0.2.1": "Active",
        "192.0.2.2": second,
        "192.0.2.3": "Draining",
    }
    assert all("zone" not in backend for backend in found)


def test_nothing_is_disabled_where_everything_is_unhealthy(stubs: Stubs, warned: list[str]) -> None:
    group(stubs, {"192.0.2.1": "unhealthy", "192.0.2.2": "unhealthy", "192.0.2.3": "draining"})
    found = aws.target_group("web", port="http", health=True, session=stubs)
    assert states(found) == {
        "192.0.2.1": "Active",
        "192.0.2.2": "Active",
        "192.0.2.3": "Draining",
    }
    assert warned == ["aws.target_group(web) in eu-west-1: all 2 are unhealthy; none is disabled"]


@pytest.mark.parametrize("kind", ["lambda", "alb"])
def test_targets_without_addresses_are_refused(stubs: Stubs, kind: str) -> None:
    group(stubs, {}, TargetType=kind)
    with pytest.raises(SourceError, match=f"its targets are of type {kind} "):
        aws.target_group("web", port="http", session=stubs)


def test_targets_of_ipv6_are_found_by_that_address(stubs: Stubs) -> None:
    group(stubs, {"i-1": "healthy"}, TargetType="instance", IpAddressType="ipv6")
    interface = {"Ipv6Addresses": [{"Ipv6Address": "2001:db8::1"}]}
    instance = {
        "InstanceId": "i-1",
        "PrivateIpAddress": "192.0.2.1",
        "NetworkInterfaces": [interface],
    }
    found = {"Reservations": [{"Instances": [instance]}]}
    stubs.of("ec2").add_response("describe_instances", found)
    (backend,) = aws.target_group("web", port="http", session=stubs)
    assert backend["address"] == "2001:db8::1"


def test_the_ports_of_targets_are_a_string() -> None:
    port: Any = 80
    with pytest.raises(
        SourceError, match=r"aws\.target_group: port: Invalid value: must be a string"
    ):
        aws.target_group("web", port=port)


def test_account_numbers_stay_out_of_errors(stubs: Stubs) -> None:
    message = f"User: arn:aws:iam::123456789012:user/jane may not describe {ARN}"
    stubs.of("elbv2").add_client_error("describe_target_groups", "AccessDenied", message)
    with pytest.raises(SourceError) as caught:
        aws.target_group("web", port="http", session=stubs)
    assert "123456789012" not in str(caught.value)
    assert "User: arn:aws:iam::***:user/jane may not describe" in str(caught.value)
