"""`examples/aws` from end to end: moto's server, the real engine, a real control plane."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from testbed.cluster import get, versions
from testbed.stack import Stack
from tools.cluster import Cluster
from tools.paths import ROOT

EXAMPLE = ROOT / "examples" / "aws"
KEY = "s3cr3t-of-the-account"
KINDS = "services,endpointslices"


def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("against_moto", EXAMPLE / "against_moto.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Account:
    """An account at moto's server."""

    def __init__(self, run: ModuleType, environment: dict[str, str]) -> None:
        self.environment = environment
        self.ec2 = run.client(environment)
        self.allocation, self.servers = run.fill(self.ec2)
        self.move = run.move


@pytest.fixture
def account() -> Iterator[Account]:
    run = example()
    with run.moto(run.free_port()) as environment:
        yield Account(run, environment)


@pytest.fixture
def program(stack: Stack, namespace: str, account: Account) -> Stack:
    """The program of the example, in the test's namespace."""
    text = (EXAMPLE / "__main__.py").read_text()
    stack.environment = {**account.environment, "PYTHONPATH": str(ROOT)}
    return stack.write(text.replace('"ports":', f'"namespace": "{namespace}", "ports":'))


def test_an_elastic_ip_that_moves_writes_one_slice(
    cluster: Cluster, program: Stack, account: Account, namespace: str
) -> None:
    program.up()
    before = versions(cluster, KINDS, namespace)
    assert sorted(before) == ["mail-relay", "mail-relay-ipv4", "orders-db", "orders-db-ipv4"]
    (endpoint,) = get(cluster, "endpointslice", namespace, "mail-relay-ipv4")["endpoints"]
    assert endpoint["zone"] == "eu-west-1a"
    assert set(program.up()) == {"unchanged"}

    account.move(account.ec2, account.allocation, account.servers[1])
    counts = program.up()

    assert counts["updated"] == 1, counts
    assert counts.keys() == {"updated", "unchanged"}
    after = versions(cluster, KINDS, namespace)
    assert [name for name in after if after[name] != before[name]] == ["mail-relay-ipv4"]
    (moved,) = get(cluster, "endpointslice", namespace, "mail-relay-ipv4")["endpoints"]
    assert (moved["zone"], moved["addresses"]) == ("eu-west-1b", endpoint["addresses"])


def test_a_loss_of_most_instances_writes_nothing(
    cluster: Cluster, program: Stack, account: Account, namespace: str
) -> None:
    def instances(role: str) -> list[str]:
        found = account.ec2.describe_instances(Filters=[{"Name": "tag:role", "Values": [role]}])
        return [one["InstanceId"] for group in found["Reservations"] for one in group["Instances"]]

    account.ec2.create_tags(Resources=account.servers, Tags=[{"Key": "role", "Value": "postgres"}])
    program.up()
    before = versions(cluster, KINDS, namespace)
    account.ec2.stop_instances(InstanceIds=instances("postgres")[1:])

    query = "aws.instances(role=postgres) in eu-west-1"
    for command in (["preview"], ["up", "--yes", "--skip-preview"]):
        done = program.run(*command)
        assert done.returncode != 0
        assert f"{query}: 1 found, 4 at the last deployment; gone: i-" in done.stdout
        assert versions(cluster, KINDS, namespace) == before
    account.ec2.stop_instances(InstanceIds=instances("postgres"))
    done = program.run("preview")
    assert f"{query}: running instances: none found (correct the tags" in done.stdout
    assert "Traceback" not in done.stdout


def test_neither_credentials_nor_account_reach_state_or_output(program: Stack) -> None:
    program.environment["AWS_SECRET_ACCESS_KEY"] = KEY
    program.environment["AWS_ACCESS_KEY_ID"] = "AKIAIOSFODNN7EXAMPLE"
    done = program.run("up", "--yes", "--skip-preview", "--logtostderr", "-v=9")
    assert done.returncode == 0, done.stdout
    exported = program.run("stack", "export").stdout
    state = program.folder / "state"
    files = "".join(file.read_text() for file in state.rglob("*.json"))
    for text in (done.stdout, exported, files):
        for secret in (KEY, "AKIAIOSFODNN7EXAMPLE", "123456789012"):
            assert secret not in text


def test_the_command_of_the_readme_previews(program: Stack) -> None:
    """It starts a server of its own and fills it."""
    environment: dict[str, Any] = {**os.environ, **program.variables()}
    for name in [name for name in environment if name.startswith("AWS_")]:
        del environment[name]
    command = [sys.executable, str(EXAMPLE / "against_moto.py"), "preview", "--stack", "test"]
    done = subprocess.run(
        [*command, "--non-interactive", "--cwd", str(program.folder)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    assert "orders-db-ipv4" in done.stdout
