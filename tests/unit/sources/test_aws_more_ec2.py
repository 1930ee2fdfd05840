"""Families, zones, sessions and groups of EC2, against moto; throttling against a real server."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest

from components.core.found import query_of
from components.sources import SourceError, aws
from tests.support.aws import Region, addresses

POSTGRES = {"role": "postgres"}


def test_both_families_are_two_backends_of_one_instance(region: Region, warned: list[str]) -> None:
    a = region.run("192.0.2.10", v6="2001:db8::10", role="postgres")
    b = region.run("192.0.2.140", "eu-west-1b", role="postgres")
    region.allocate("203.0.113.10", a)
    rows = {one["id"]: one["address"] for one in aws.instances(POSTGRES, dual_stack=True)}
    assert rows == {a: "192.0.2.10", f"{a}/ipv6": "2001:db8::10", b: "192.0.2.140"}
    assert warned == [], "an instance of one family is not left out"
    rows = {
        one["id"]: one["address"] for one in aws.instances(POSTGRES, dual_stack=True, public=True)
    }
    assert rows == {a: "203.0.113.10", f"{a}/ipv6": "2001:db8::10"}
    subject = "aws.instances(role=postgres) in eu-west-1"
    assert warned == [f"{subject}: 1 left out, without public IPv4 or IPv6 address: {b}"]


def test_instances_without_an_address_are_left_out_with_a_warning(
    region: Region, warned: list[str]
) -> None:
    a = region.run("192.0.2.10", role="postgres")
    b = region.run("192.0.2.11", role="postgres")
    region.allocate("203.0.113.10", a)
    assert [one["id"] for one in aws.instances(POSTGRES, public=True)] == [a]
    subject = "aws.instances(role=postgres) in eu-west-1"
    assert warned == [f"{subject}: 1 left out, without public IPv4 address: {b}"]


def test_each_query_has_a_name_of_its_own(region: Region) -> None:
    region.allocate("203.0.113.10", region.run("192.0.2.10", v6="2001:db8::10", role="postgres"))
    subject = "aws.instances(role=postgres) in eu-west-1"
    for options, query in (
        ({}, subject),
        ({"public": True}, f"{subject}, public IPv4"),
        ({"ipv6": True}, f"{subject}, IPv6"),
        ({"dual_stack": True}, f"{subject}, private IPv4 or IPv6"),
    ):
        found = aws.instances(POSTGRES, **options)
        assert {query_of(one) for one in found} == {query}


def test_zones_are_named_by_id_on_request(region: Region) -> None:
    instance = region.run("192.0.2.140", "eu-west-1b", role="postgres")
    region.allocate("203.0.113.10", instance, role="nat")
    region.allocate("203.0.113.11", role="nat")
    (backend,) = aws.instances(POSTGRES, zone_ids=True)
    expected = region.zone_id("eu-west-1b")
    assert backend.get("zone") == expected
    assert expected != "eu-west-1b"
    zones = [one.get("zone") for one in aws.elastic_ips({"role": "nat"}, zone_ids=True)]
    assert sorted(zones, key=str) == [None, expected]


def test_a_session_sets_region_and_account(region: Region) -> None:
    region.run("192.0.2.10", role="postgres")
    elsewhere = boto3.Session(region_name="eu-central-1")
    Region(elsewhere.client("ec2"))
    for look_up in (aws.instances, aws.elastic_ips, aws.network_interfaces):
        with pytest.raises(SourceError, match=r"\(role=postgres\) in eu-central-1: "):
            look_up(POSTGRES, session=elsewhere)
    assert addresses(aws.instances(POSTGRES)) == {"192.0.2.10"}


def test_a_session_and_a_client_exclude_each_other(region: Region) -> None:
    with pytest.raises(SourceError) as caught:
        aws.instances(POSTGRES, session=boto3.Session(), client=region.client)
    assert str(caught.value) == (
        "aws.instances: client: Forbidden: may not be used together with `session`"
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda **more: aws.instances(POSTGRES, **more),
        lambda **more: aws.network_interfaces(POSTGRES, **more),
        lambda **more: aws.auto_scaling_group("web", **more),
        lambda **more: aws.ecs_tasks("shop", **more),
        lambda **more: aws.cloud_map("shop", "db", **more),
        lambda **more: aws.load_balancer("edge", **more),
    ],
)
def test_one_family_and_both_exclude_each_other(call: Any) -> None:
    with pytest.raises(SourceError, match="ipv6: Forbidden: may not be used together with `dual_s"):
        call(ipv6=True, dual_stack=True)


def test_network_interfaces_in_use_become_backends(region: Region, warned: list[str]) -> None:
    instance = region.run("192.0.2.140", "eu-west-1b")
    held = region.interface("192.0.2.150", "eu-west-1b", role="vip")
    region.interface("192.0.2.151", "eu-west-1b", role="vip")
    region.client.attach_network_interface(
        NetworkInterfaceId=held, InstanceId=instance, DeviceIndex=1
    )
    (backend,) = aws.network_interfaces({"role": "vip"})
    assert backend == {"id": held, "address": "192.0.2.150", "zone": "eu-west-1b"}
    with pytest.raises(SourceError) as caught:
        aws.network_interfaces({"role": "vip"}, public=True)
    assert "network interfaces in use: 1 found, no public IPv4 address" in str(caught.value)
    allocation = region.allocate("203.0.113.10")
    region.client.associate_address(AllocationId=allocation, NetworkInterfaceId=held)
    region.client.assign_ipv6_addresses(NetworkInterfaceId=held, Ipv6Addresses=["2001:db8::5"])
    assert addresses(aws.network_interfaces({"role": "vip"}, public=True)) == {"203.0.113.10"}
    both = aws.network_interfaces({"role": "vip"}, dual_stack=True)
    assert [(one["id"], one["address"]) for one in both] == [
        (held, "192.0.2.150"),
        (f"{held}/ipv6", "2001:db8::5"),
    ]
    assert warned == []


@pytest.fixture
def group(region: Region) -> Any:
    """An Auto Scaling group of three instances."""
    scaling = boto3.client("autoscaling")
    scaling.create_launch_configuration(
        LaunchConfigurationName="web", ImageId="ami-12345678", InstanceType="t3.micro"
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="web",
        LaunchConfigurationName="web",
        MinSize=0,
        MaxSize=3,
        DesiredCapacity=3,
        VPCZoneIdentifier=region.subnets["eu-west-1b"],
    )
    return scaling


def members(scaling: Any) -> list[str]:
    (found,) = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    return [member["InstanceId"] for member in found["Instances"]]


def test_a_group_yields_its_instances_in_service(region: Region, group: Any) -> None:
    ids = members(group)
    found = aws.auto_scaling_group("web")
    assert [one["id"] for one in found] == sorted(ids)
    assert {one.get("zone") for one in found} == {"eu-west-1b"}
    group.enter_standby(
        AutoScalingGroupName="web", InstanceIds=ids[:1], ShouldDecrementDesiredCapacity=True
    )
    region.client.stop_instances(InstanceIds=ids[1:2])
    assert [one["id"] for one in aws.auto_scaling_group("web")] == [ids[2]]


def test_a_group_that_is_missing_or_empty_is_an_error(group: Any) -> None:
    with pytest.raises(SourceError) as caught:
        aws.auto_scaling_group("wbe")
    assert str(caught.value) == (
        "aws.auto_scaling_group(wbe) in eu-west-1: there is no such group"
        " (correct its name or the region)"
    )
    group.update_auto_scaling_group(AutoScalingGroupName="web", MinSize=0, DesiredCapacity=0)
    with pytest.raises(SourceError) as caught:
        aws.auto_scaling_group("web")
    assert "instances in service: none found (correct the group or the region, or pass" in str(
        caught.value
    )
    assert aws.auto_scaling_group("web", allow_empty=True) == []


@pytest.mark.parametrize("name", [None, "", 7, ["web"]])
def test_a_name_that_is_not_a_string_is_refused(name: Any) -> None:
    with pytest.raises(SourceError) as caught:
        aws.auto_scaling_group(name or ("" if name == "" else [name]))
    assert str(caught.value) == (
        "aws.auto_scaling_group: group: Invalid value: must be a string, known when the program"
        " runs"
    )


THROTTLED = b"""<Response><Errors><Error><Code>RequestLimitExceeded</Code>
<Message>Request limit exceeded.</Message></Error></Errors><RequestID>1</RequestID></Response>"""
ANSWER = b"""<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
<requestId>1</requestId><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId>
<privateIpAddress>192.0.2.10</privateIpAddress></item></instancesSet></item></reservationSet>
</DescribeInstancesResponse>"""


@pytest.fixture
def throttling(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """EC2 on loopback that throttles the first two requests; yields the codes it answered with."""
    codes: list[int] = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            codes.append(503 if len(codes) < 2 else 200)
            body = ANSWER if codes[-1] == 200 else THROTTLED
            self.send_response(codes[-1])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cr3t")
    try:
        yield codes
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_throttled_requests_are_retried(
    monkeypatch: pytest.MonkeyPatch, throttling: list[int]
) -> None:
    monkeypatch.setattr("botocore.retries.standard.random.random", lambda: 0.0)
    assert aws.instances(POSTGRES) == [{"id": "i-1", "address": "192.0.2.10"}]
    assert throttling == [503, 503, 200]


def test_endless_throttling_is_one_line(
    monkeypatch: pytest.MonkeyPatch, throttling: list[int]
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(SourceError) as caught:
        aws.instances(POSTGRES)
    assert str(caught.value) == (
        "aws.instances(role=postgres) in eu-west-1: DescribeInstances: RequestLimitExceeded:"
        " Request limit exceeded."
    )
    assert throttling == [503]
