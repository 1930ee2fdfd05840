"""A control plane for the API server of each version, one after the other."""

import itertools
import os
from collections.abc import Iterator

import pytest

from testbed.agreement.server import ApiServer
from testbed.cluster import throw_away_cluster
from tools.cluster import Cluster
from tools.parts import API_SERVERS

VERSIONS = os.environ.get("AGREEMENT_VERSIONS", "").split() or list(API_SERVERS)

_numbers = itertools.count(1)


@pytest.fixture(scope="session", params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(scope="session")
def cluster(version: str) -> Iterator[Cluster]:
    with throw_away_cluster(API_SERVERS[version], name="api-server", controllers=False) as made:
        yield made


@pytest.fixture
def server(cluster: Cluster) -> Iterator[ApiServer]:
    with ApiServer(cluster.kubeconfig) as made:
        yield made


@pytest.fixture
def namespace(cluster: Cluster) -> str:
    """A namespace that only this test uses."""
    name = f"test-{next(_numbers)}"
    cluster.kubectl("create", "namespace", name)
    return name
