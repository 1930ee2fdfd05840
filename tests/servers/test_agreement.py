"""`validate` agrees with the API server of every version that can be built.

`make agreement-servers` runs it: `VERSIONS` says which versions, `SEEDS` which manifests
and `COUNT` how many of each seed.
"""

import os
from collections.abc import Callable

import pytest

from components.validation import RULES
from testbed.agreement.compare import Comparer
from testbed.agreement.generator import cases
from testbed.agreement.report import Tally
from testbed.agreement.schema import typed_manifests
from testbed.agreement.server import ApiServer
from testbed.agreement.store import Etcd, Store
from tools.cluster import Cluster
from tools.parts import API_SERVERS

SEEDS = [int(seed) for seed in os.environ.get("AGREEMENT_SEEDS", "1").split()]
COUNT = int(os.environ.get("AGREEMENT_COUNT", "20000"))
STORED = 30
PATHS = 0.99


def test_the_server_has_the_wanted_version(server: ApiServer, version: str) -> None:
    assert server.version == f"v{API_SERVERS[version].version}"


@pytest.mark.parametrize("seed", SEEDS)
def test_validation_agrees_with_the_server(
    cluster: Cluster,
    server: ApiServer,
    namespace: str,
    version: str,
    seed: int,
    record_property: Callable[[str, object], None],
) -> None:
    tally = Tally(RULES)
    with Store(server, Etcd(cluster.directory), namespace, seed, STORED) as store:
        comparer = Comparer(server, namespace, store, version)

        tally.add(comparer.compare_all(cases(seed, COUNT, STORED)))

        record_property("summary", f"{server.version}, seed {seed}: {tally.verdicts()}")
        assert not tally.wrong, tally.disagreements(comparer)
        assert tally.path_agreement >= PATHS, tally.disagreements(comparer)


def test_types_of_fields_agree_with_the_server(
    cluster: Cluster,
    server: ApiServer,
    namespace: str,
    version: str,
    record_property: Callable[[str, object], None],
) -> None:
    tally = Tally(RULES)
    with Store(server, Etcd(cluster.directory), namespace, seed=0, each=0) as store:
        comparer = Comparer(server, namespace, store, version)

        tally.add(comparer.compare_all(typed_manifests(server)))

        record_property("summary", f"{server.version}, types: {tally.verdicts()}")
        assert not tally.wrong, tally.disagreements(comparer)
