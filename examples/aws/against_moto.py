"""Run the program against moto, which simulates AWS on this machine: no account is needed.

    python against_moto.py

It deploys the program of this folder to the cluster of the kubeconfig, moves an Elastic IP to an
instance in another zone, and deploys again: one EndpointSlice is updated. `python against_moto.py
preview` runs another command of pulumi, without the move.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

HERE = Path(__file__).parent
REGION = "eu-west-1"
START = 60.0
UP = ("up", "--yes", "--skip-preview", "--stack", "moto")


@contextmanager
def moto(port: int) -> Iterator[dict[str, str]]:
    """Run moto's server on loopback, and yield the environment variables for it."""
    environment = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "play",
        "AWS_SECRET_ACCESS_KEY": "play",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    quiet = {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}
    server = subprocess.Popen(
        command, env={**os.environ, **quiet}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port, server)
        yield environment
    finally:
        server.terminate()
        server.wait()


def _wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("moto's server does not start: pip install 'moto[ec2,server]'")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def client(environment: dict[str, str]) -> Any:
    """Return an EC2 client of the server."""
    return boto3.client(
        "ec2",
        region_name=REGION,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )


def fill(ec2: Any) -> tuple[str, Sequence[str]]:
    """Create two databases, two mail servers, and an Elastic IP for the first mail server.

    Returns:
        The Elastic IP's allocation, and the mail servers.
    """
    vpc = ec2.create_vpc(CidrBlock="192.0.2.0/24")["Vpc"]["VpcId"]
    blocks = {"a": "192.0.2.0/25", "b": "192.0.2.128/25"}
    subnets = {
        zone: ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=f"{REGION}{zone}")
        for zone, block in blocks.items()
    }

    def run(role: str, zone: str) -> str:
        made = ec2.run_instances(
            ImageId="ami-12345678",
            MinCount=1,
            MaxCount=1,
            SubnetId=subnets[zone]["Subnet"]["SubnetId"],
            TagSpecifications=tagged("instance", role),
        )
        return str(made["Instances"][0]["InstanceId"])

    for zone in subnets:
        run("postgres", zone)
    servers = [run("mail", zone) for zone in subnets]
    allocation = ec2.allocate_address(
        Domain="vpc", Address="203.0.113.10", TagSpecifications=tagged("elastic-ip", "smtp")
    )
    identity = str(allocation["AllocationId"])
    ec2.associate_address(AllocationId=identity, InstanceId=servers[0])
    return identity, servers


def tagged(kind: str, role: str) -> list[Any]:
    return [{"ResourceType": kind, "Tags": [{"Key": "role", "Value": role}]}]


def move(ec2: Any, allocation: str, instance: str) -> None:
    """Move the Elastic IP to another instance."""
    ec2.associate_address(AllocationId=allocation, InstanceId=instance, AllowReassociation=True)


def main(arguments: Sequence[str]) -> int:
    with moto(free_port()) as environment:
        ec2 = client(environment)
        allocation, servers = fill(ec2)

        def pulumi(*command: str) -> int:
            return subprocess.run(
                ["pulumi", *command], cwd=HERE, env={**os.environ, **environment}, check=False
            ).returncode

        if arguments:
            return pulumi(*arguments)
        if code := pulumi("stack", "select", "--create", "moto") or pulumi(*UP):
            return code
        print("The Elastic IP moves to an instance in another zone.", flush=True)
        move(ec2, allocation, servers[1])
        return pulumi(*UP)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
