"""10 000 EC2 instances: `aws.instances` against boto3's own listing of the same pages.

Run by `make bench`. moto renders one instance, which is repeated into pages with other ids and
addresses. Both read these bytes, so that the figures include neither network nor server. Fails if
`aws.instances` takes more than 1.2 times the CPU time, or keeps more memory than its backends.

    python -m bench.sources [COUNT]
"""

import os
import re
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import boto3
from botocore.awsrequest import AWSResponse
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber

from components.sources import aws

COUNT = 10_000
PAGE = 1000
RUNS = 3
MOST_CPU = 1.2
TAGS = {"role": "web"}
KEYS = {"aws_access_key_id": "bench", "aws_secret_access_key": "bench"}


class Raw:
    """The body of a response, as botocore reads it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self._content


def one_instance() -> tuple[str, str, str]:
    """Return moto's response for one instance, in three parts: before it, itself, after it."""
    answers: list[Any] = []
    original: Any = BotocoreStubber.__call__

    def recorded(*arguments: Any, **named: Any) -> Any:
        answers.append(original(*arguments, **named))
        return answers[-1]

    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
    with mock_aws():
        client = boto3.client("ec2", region_name="eu-west-1")
        pairs = [{"Key": key, "Value": value} for key, value in TAGS.items()]
        client.run_instances(
            ImageId="ami-12345678",
            MinCount=1,
            MaxCount=1,
            TagSpecifications=[{"ResourceType": "instance", "Tags": pairs}],
        )
        BotocoreStubber.__call__ = recorded  # type: ignore[method-assign]
        try:
            client.describe_instances()
        finally:
            BotocoreStubber.__call__ = original  # type: ignore[method-assign]
    text = answers[-1].content.decode()
    found = re.fullmatch(r"(.*<reservationSet>)(.*)(</reservationSet>.*)", text, re.DOTALL)
    if found is None:
        raise SystemExit("moto answers in another form")
    return found[1], found[2], found[3]


def pages(number: int, rendered: tuple[str, str, str]) -> dict[str, bytes]:
    """Return the pages of `number` instances, by the token that requests each."""
    head, item, tail = rendered
    (identity,) = set(re.findall(r"<instanceId>([^<]*)<", item))
    (address,) = set(re.findall(r"<privateIpAddress>([^<]*)<", item))
    items = [
        item.replace(identity, f"i-{n:017x}").replace(
            address, f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}"
        )
        for n in range(1, number + 1)
    ]
    end = "</DescribeInstancesResponse>"
    made: dict[str, bytes] = {}
    for begun in range(0, number, PAGE):
        token = str(begun + PAGE) if begun + PAGE < number else ""
        following = f"<nextToken>{token}</nextToken>" if token else ""
        body = "".join(items[begun : begun + PAGE])
        text = f"{head}{body}{tail.replace(end, following + end)}"
        made[str(begun) if begun else ""] = text.encode()
    return made


def replaying(answers: dict[str, bytes]) -> Any:
    """Return an EC2 client that gets these responses."""
    client: Any = boto3.session.Session(**KEYS).client("ec2", region_name="eu-west-1")

    def answer(request: Any, **_: object) -> AWSResponse:
        asked = request.body if isinstance(request.body, str) else request.body.decode()
        content = answers[parse_qs(asked).get("NextToken", [""])[0]]
        return AWSResponse(request.url, 200, {"content-type": "text/xml"}, Raw(content))

    client.meta.events.register("before-send.ec2.DescribeInstances", answer)
    return client


def listed(client: Any) -> list[Any]:
    """List instances as boto3's guide does, and keep the values of a backend."""
    found = []
    for page in client.get_paginator("describe_instances").paginate(
        PaginationConfig={"PageSize": PAGE}
    ):
        for reservation in page["Reservations"]:
            for instance in reservation["Instances"]:
                zone = instance["Placement"]["AvailabilityZone"]
                found.append((instance["InstanceId"], instance["PrivateIpAddress"], zone))
    return found


def cpu(call: Callable[[], list[Any]], number: int) -> float:
    begun = time.process_time()
    found = call()
    spent = time.process_time() - begun
    if len(found) != number:
        raise SystemExit(f"{len(found)} found, not {number}")
    return spent


def peak(call: Callable[[], list[Any]]) -> tuple[float, float]:
    """Return the peak memory during a call, and the memory of its result, in MiB."""
    tracemalloc.start()
    found = call()
    held, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return highest / 2**20, held / 2**20 if found else 0.0


def main(number: int) -> int:
    rendered = one_instance()
    client, small = (replaying(pages(count, rendered)) for count in (number, PAGE))
    calls: dict[str, Callable[[], list[Any]]] = {
        "boto3": lambda: listed(client),
        "aws.instances": lambda: aws.instances(TAGS, client=client),
    }
    for call in calls.values():
        call()
    turns = [{name: cpu(call, number) for name, call in calls.items()} for _ in range(RUNS)]
    ratio = statistics.median(turn["aws.instances"] / turn["boto3"] for turn in turns)
    print(f"{number} instances, {-(-number // PAGE)} pages; medians of {RUNS} turns")
    memory = {name: peak(call) for name, call in calls.items()}
    for name, (highest, held) in memory.items():
        seconds = statistics.median(turn[name] for turn in turns)
        print(f"{name:14} {seconds:6.2f} s CPU, peak {highest:6.1f} MiB, result {held:5.1f} MiB")
    one_page, _ = peak(lambda: aws.instances(TAGS, client=small))
    highest, held = memory["aws.instances"]
    print(f"ratio          {ratio:6.2f}")
    print(f"above result   {highest - held:6.1f} MiB; a single page in all {one_page:.1f} MiB")
    return 0 if ratio <= MOST_CPU and highest - held <= 2 * one_page else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))
