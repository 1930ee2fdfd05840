"""AWS as the tests of sources have it: nothing of this machine's set-up, and moto."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import dns.resolver
import pulumi
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from tests.support.aws import Region
from tests.support.zones import Zones

_NAMES = ("PROFILE", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "ENDPOINT_URL")


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Leave nothing of this machine's own AWS set-up to be found."""
    for name in _NAMES:
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # they are slow to load
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """Return what is slow to make: boto's models of the services."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AWS_PROFILE", raising=False)
        return boto3.Session()


@pytest.fixture
def region(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Region]:
    with mock_aws():
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
        yield Region()


@pytest.fixture
def zones(monkeypatch: pytest.MonkeyPatch) -> Zones:
    made = Zones()

    def resolve(resolver: Any, *arguments: Any, **options: Any) -> Any:
        return made.resolve(resolver, *arguments, **options)

    monkeypatch.setattr(dns.resolver.Resolver, "resolve", resolve)
    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", lambda *_: None)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    return made


class Stubs(boto3.Session):
    """A session whose clients answer what a test says, and nothing else."""

    def __init__(self, session: boto3.Session) -> None:
        self._real = session
        self.stubbers: dict[str, Stubber] = {}

    def of(self, service: str) -> Stubber:
        """Return the stub of a service, to which a test adds answers."""
        if service not in self.stubbers:
            make: Any = self._real.client
            keys: dict[str, Any] = {"aws_access_key_id": "key", "aws_secret_access_key": "s3cr3t"}
            client = make(service, region_name="eu-west-1", **keys)
            self.stubbers[service] = Stubber(client)
            self.stubbers[service].activate()
        return self.stubbers[service]

    def client(self, service: str, **_: object) -> Any:  # type: ignore[override]
        return self.of(service).client


@pytest.fixture
def stubs(session: boto3.Session) -> Iterator[Stubs]:
    made = Stubs(session)
    yield made
    for stubber in made.stubbers.values():
        stubber.assert_no_pending_responses()


@pytest.fixture
def stub(stubs: Stubs) -> Stubber:
    """The stub of EC2."""
    return stubs.of("ec2")


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is warned of."""
    texts: list[str] = []

    def warn(text: str, **_: object) -> None:
        texts.append(text)

    monkeypatch.setattr(pulumi.log, "warn", warn)
    return texts
