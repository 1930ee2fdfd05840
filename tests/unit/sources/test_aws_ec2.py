"""`components.sources.aws` against moto's EC2, and botocore's stub where moto is too kind."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pulumi
import pytest
from botocore.stub import Stubber

from components.sources import aws
from components.sources.aws import _ec2
from components.sources.errors import SourceError
from components.sources.inventory import InventoryError
from tests.support.aws import Region, addresses

POSTGRES = {"role": "postgres"}
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "s3cr3t"}
HELPER = "[default]\ncredential_process = sh -c 'echo s3cr3t >&2; exit 1'\n"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"role": "postgres"}, {"192.0.2.10", "192.0.2.11"}),
        ({"role": ["postgres"]}, {"192.0.2.10", "192.0.2.11"}),
        ({"role": ["postgres", "redis"]}, {"192.0.2.10", "192.0.2.11", "192.0.2.12"}),
        ({"role": ("postgres", "redis"), "env": "test"}, {"192.0.2.11", "192.0.2.12"}),
        ({"role": "post*"}, {"192.0.2.10", "192.0.2.11"}),
        ({"role": "*"}, {"192.0.2.10", "192.0.2.11", "192.0.2.12"}),
        ({"role": "postgres", "env": "staging"}, set()),
        ({"Role": "postgres"}, set()),
    ],
)
def test_tags_choose_instances_and_elastic_ips(
    region: Region, tags: aws.Tags, expected: set[str]
) -> None:
    for address, carried in {
        "192.0.2.10": {"role": "postgres", "env": "prod"},
        "192.0.2.11": {"role": "postgres", "env": "test"},
        "192.0.2.12": {"role": "redis", "env": "test"},
        "192.0.2.13": {},
    }.items():
        region.run(address, **carried)
        region.allocate(address, **carried)
    assert addresses(aws.instances(tags, allow_empty=True)) == expected
    assert addresses(aws.elastic_ips(tags, allow_empty=True)) == expected


def test_an_instance_becomes_a_backend_of_the_wanted_address(region: Region) -> None:
    a = region.run("192.0.2.10", v6="2001:db8::10", role="postgres")
    region.allocate("203.0.113.10", a)
    b = region.run("192.0.2.140", "eu-west-1b", role="postgres")
    assert aws.instances(POSTGRES) == sorted(
        (
            {"id": a, "address": "192.0.2.10", "zone": "eu-west-1a"},
            {"id": b, "address": "192.0.2.140", "zone": "eu-west-1b"},
        ),
        key=lambda backend: backend["id"],
    )
    assert aws.instances(POSTGRES, public=True) == [
        {"id": a, "address": "203.0.113.10", "zone": "eu-west-1a"}
    ]
    assert aws.instances(POSTGRES, ipv6=True) == [
        {"id": f"{a}/ipv6", "address": "2001:db8::10", "zone": "eu-west-1a"}
    ]


def test_only_running_instances_count(region: Region) -> None:
    region.run("192.0.2.10", role="postgres")
    region.client.stop_instances(InstanceIds=[region.run("192.0.2.11", role="postgres")])
    region.client.terminate_instances(InstanceIds=[region.run("192.0.2.12", role="postgres")])
    assert addresses(aws.instances(POSTGRES)) == {"192.0.2.10"}


def test_an_elastic_ip_has_the_zone_of_what_holds_it(region: Region) -> None:
    held = region.allocate("203.0.113.10", region.run("192.0.2.140", "eu-west-1b"), role="nat")
    free = region.allocate("203.0.113.11", role="nat")
    assert {backend["id"]: backend for backend in aws.elastic_ips({"role": "nat"})} == {
        held: {"id": held, "address": "203.0.113.10", "zone": "eu-west-1b"},
        free: {"id": free, "address": "203.0.113.11"},
    }


def test_all_pages_are_read_and_sorted(region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    requests: list[object] = []
    event = "before-call.ec2.DescribeInstances"
    region.client.meta.events.register(event, lambda **call: requests.append(call))
    ids = [region.run(f"192.0.2.{10 + number}", role="postgres") for number in range(12)]
    monkeypatch.setattr(_ec2, "PAGE", 5)
    backends = aws.instances(POSTGRES, client=region.client)
    assert [backend["id"] for backend in backends] == sorted(ids)
    assert len(requests) == 3


def test_untagged_resources_are_found_on_request(region: Region) -> None:
    region.allocate("203.0.113.10", region.run("192.0.2.10"))
    assert addresses(aws.instances(everything=True)) == {"192.0.2.10"}
    assert addresses(aws.elastic_ips(everything=True)) == {"203.0.113.10"}


def test_a_client_sets_the_region(region: Region) -> None:
    region.run("192.0.2.10", role="postgres")
    elsewhere = boto3.client("ec2", region_name="eu-central-1")
    assert aws.instances(POSTGRES, client=elsewhere, allow_empty=True) == []
    with pytest.raises(SourceError, match=r"^aws\.elastic_ips\(everything\) in eu-central-1: "):
        aws.elastic_ips(everything=True, client=elsewhere)


@pytest.mark.parametrize(
    ("tags", "options", "text"),
    [
        ({"role": "redis"}, {}, "aws.instances(role=redis) in eu-west-1: running instances: none"),
        ({"role": ["a", "b"], "env": "x"}, {}, "aws.instances(role=a|b, env=x) in eu-west-1: "),
        (POSTGRES, {"public": True}, "running instances: 1 found, no public IPv4 address"),
        (POSTGRES, {"ipv6": True}, "running instances: 1 found, no IPv6 address"),
        (POSTGRES, {"ipv6": True}, "(correct the tags or the region, or pass allow_empty=True)"),
    ],
)
def test_an_empty_result_is_an_error_unless_allowed(
    region: Region, tags: aws.Tags, options: dict[str, bool], text: str
) -> None:
    region.run("192.0.2.10", role="postgres")
    with pytest.raises(SourceError) as caught:
        aws.instances(tags, **options)
    assert text in str(caught.value)
    assert aws.instances(tags, **options, allow_empty=True) == []


@pytest.mark.parametrize("look_up", [aws.instances, aws.elastic_ips])
@pytest.mark.parametrize(
    ("tags", "text"),
    [
        (None, "tags: Required value: at least one tag to look for"),
        ({}, "tags: Required value: at least one tag to look for (pass everything=True for all"),
        ("role=x", "tags: Invalid value: must be a mapping of name to value"),
        ({"": "x"}, "tags: Invalid value: the name of a tag must be a string"),
        ({1: "x", 2: "x"}, "tags: Invalid value: the name of a tag must be a string\naws."),
        (
            {"role": []},
            "tags.role: Invalid value: must be a string or a list of strings, known when",
        ),
        ({"role": None}, "tags.role: Invalid value: must be a string or a list of strings"),
        ({"role": ["x", 1]}, "tags.role: Invalid value: must be a string or a list of strings"),
    ],
)
def test_invalid_tags_are_refused(look_up: Any, tags: object, text: str) -> None:
    with pytest.raises(SourceError) as caught:
        look_up(tags)
    assert str(caught.value).startswith(f"aws.{look_up.__name__}: {text}")


@pytest.mark.usefixtures("sdk_loop")
@pytest.mark.parametrize("look_up", [aws.instances, aws.elastic_ips])
def test_tags_that_are_outputs_are_refused(look_up: Any) -> None:
    with pytest.raises(SourceError, match="tags: Invalid value: must be a mapping"):
        look_up(pulumi.Output.from_input({"role": "x"}))
    with pytest.raises(SourceError, match=r"tags\.role: Invalid value: must be a string or a list"):
        look_up({"role": pulumi.Output.secret("x")})


def test_mutually_exclusive_arguments_are_refused() -> None:
    with pytest.raises(SourceError, match="public: Forbidden: may not be used together with `ipv6"):
        aws.instances(POSTGRES, public=True, ipv6=True)
    with pytest.raises(SourceError, match="tags: Forbidden: may not be used together with `every"):
        aws.elastic_ips(POSTGRES, everything=True)


def test_the_primary_ipv6_address_of_the_first_interface_wins(stub: Stubber) -> None:
    def instance(name: str, *interfaces: tuple[int, dict[str, bool]]) -> dict[str, Any]:
        described = [
            {
                "Attachment": {"DeviceIndex": index},
                "Ipv6Addresses": [
                    {"Ipv6Address": address, "IsPrimaryIpv6": primary}
                    for address, primary in choices.items()
                ],
            }
            for index, choices in interfaces
        ]
        return {"InstanceId": name, "NetworkInterfaces": described}

    found = [
        instance("i-1", (1, {"2001:db8::11": False}), (0, {"2001:db8::10": False})),
        instance("i-2", (0, {"2001:db8::20": False, "2001:db8::21": True})),
        instance("i-3", (0, {}), (1, {"2001:db8::30": False})),
        instance("i-4", (0, {})),
    ]
    stub.add_response("describe_instances", {"Reservations": [{"Instances": found}]})
    assert aws.instances(POSTGRES, client=stub.client, ipv6=True) == [
        {"id": "i-1/ipv6", "address": "2001:db8::10"},
        {"id": "i-2/ipv6", "address": "2001:db8::21"},
        {"id": "i-3/ipv6", "address": "2001:db8::30"},
    ]


def test_zones_of_many_elastic_ips_are_queried_in_batches(stub: Stubber) -> None:
    names = [f"eni-{number:03}" for number in range(250)]
    found = [
        {"AllocationId": f"of-{name}", "PublicIp": "203.0.113.1", "NetworkInterfaceId": name}
        for name in names
    ]
    carrier = {"AllocationId": "without-public-address", "CarrierIp": "198.51.100.1"}
    stub.add_response("describe_addresses", {"Addresses": [*found, carrier]})
    for asked, given, page, following in (
        (names[:200], names[:100], {}, {"NextToken": "next"}),
        (names[:200], names[100:200], {"NextToken": "next"}, {}),
        (names[200:], names[200:249], {}, {}),
    ):
        wanted = {"Name": "network-interface-id", "Values": asked}
        held = [{"NetworkInterfaceId": name, "AvailabilityZone": "eu-west-1a"} for name in given]
        stub.add_response(
            "describe_network_interfaces",
            {"NetworkInterfaces": held, **following},
            {"Filters": [wanted], "MaxResults": 1000, **page},
        )
    backends = aws.elastic_ips({"role": "nat"}, client=stub.client)
    assert [backend.get("zone") for backend in backends] == ["eu-west-1a"] * 249 + [None]


@pytest.mark.parametrize(
    ("code", "message", "text"),
    [
        (
            "UnauthorizedOperation",
            "You may not.\nNo policy allows it. Encoded authorization failure message: s3cr3t",
            "DescribeInstances: UnauthorizedOperation: You may not. No policy allows it. (grant",
        ),
        (
            "SignatureDoesNotMatch",
            "The Canonical String should have been 'x-amz-security-token:s3cr3t'",
            "AWS rejects the credentials: SignatureDoesNotMatch (sign in again; a region ",
        ),
        ("FilterLimitExceeded", "Too many.", "DescribeInstances: FilterLimitExceeded: Too many."),
    ],
)
def test_an_error_of_aws_is_one_line_without_secrets(
    stub: Stubber, code: str, message: str, text: str
) -> None:
    stub.add_client_error("describe_instances", code, message)
    with pytest.raises(SourceError) as caught:
        aws.instances(POSTGRES, client=stub.client)
    assert_is_one_line(caught.value, f" in eu-west-1: {text}")


@pytest.mark.parametrize(
    ("environment", "config", "text"),
    [
        ({}, "", " in eu-west-1: no credentials (set AWS_PROFILE, or sign in with "),
        ({}, HELPER, ": no credentials (`aws sts get-caller-identity` says why)"),
        ({"AWS_DEFAULT_REGION": "", "AWS_ENDPOINT_URL": ""}, "", ": no region (set AWS_"),
        ({"AWS_PROFILE": "shop"}, "", ": The config profile (shop) could not be found"),
        (KEYS, "", " in eu-west-1: EC2 cannot be reached (check the region's name and the "),
        ({**KEYS, "AWS_SESSION_TOKEN": "s3cr3t\n"}, "", ": the request cannot be sent (is "),
        ({"AWS_ENDPOINT_URL": "http://me:s3cr3t@"}, "", ": Invalid endpoint: http://***@"),
    ],
)
def test_a_failed_request_is_one_line_without_secrets(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], config: str, text: str
) -> None:
    settings = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1", **environment}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
        if not value:
            monkeypatch.delenv(name)
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(config, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        aws.instances(POSTGRES)
    assert_is_one_line(caught.value, text)


def assert_is_one_line(error: SourceError, text: str) -> None:
    assert str(error).startswith("aws.instances(role=postgres)")
    assert text in str(error)
    assert "s3cr3t" not in str(error)
    assert "\n" not in str(error)
    assert error.__suppress_context__


@pytest.mark.parametrize("look_up", [aws.instances, aws.elastic_ips])
def test_a_missing_boto3_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, look_up: Any
) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(SourceError, match=r"needs boto3 \(pip install 'k8s-endpoints\[aws\]'\)$"):
        look_up(POSTGRES)


def test_boto3_is_imported_when_a_function_is_called() -> None:
    program = "import sys, components.sources.aws; sys.exit('boto3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_errors_of_all_sources_end_a_program_without_a_traceback() -> None:
    assert issubclass(InventoryError, SourceError)
    assert issubclass(SourceError, pulumi.RunError)
