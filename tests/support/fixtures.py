"""Fixtures of the tiers that deploy to a control plane: a conftest takes them over by name."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from testbed.cluster import throw_away_cluster
from testbed.stack import Stack
from tests.support.following import Follow, Following, following
from tools.cluster import Cluster
from tools.install import ensure
from tools.parts import PROVIDERS, PULUMI
from tools.providers import PROGRAM, Provider, chosen

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A control plane of the tests' own, which `make up` knows nothing of."""
    with throw_away_cluster(name="k8s-endpoints-tests") as made:
        yield made


@pytest.fixture
def namespace(cluster: Cluster) -> str:
    """A namespace that only this test uses."""
    name = f"test-{next(_numbers)}"
    cluster.kubectl("create", "namespace", name)
    return name


@pytest.fixture(scope="session")
def provider(request: pytest.FixtureRequest) -> Provider:
    """The provider of this test's stacks; the marker `both_kinds` runs the test on each kind."""
    wanted = getattr(request, "param", chosen())
    name = wanted if wanted in PROVIDERS else str(Path(wanted).absolute())
    return Provider(name, ensure(PULUMI, name)[PROGRAM])


@pytest.fixture
def new_stack(cluster: Cluster, tmp_path: Path, provider: Provider) -> Callable[..., Stack]:
    """Makes stacks that deploy to the tests' cluster with the test's provider."""

    def make(**settings: object) -> Stack:
        folder = tmp_path / f"stack-{next(_numbers)}"
        return Stack(folder, provider.among(cluster.parts), cluster.kubeconfig, **settings)

    return make


@pytest.fixture
def stack(new_stack: Callable[..., Stack]) -> Stack:
    """One stack that deploys to the tests' cluster."""
    return new_stack()


@pytest.fixture
def follow(cluster: Cluster) -> Iterator[Follow]:
    """Follows Services of the tests' cluster until the test ends."""
    with ExitStack() as begun:

        def begin(namespace: str, service: str) -> Following:
            return begun.enter_context(following(cluster, namespace, service))

        yield begin
