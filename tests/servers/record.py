"""Records what API servers say, for `tests/unit`: `make recordings`, or for some versions alone."""

import os

from testbed.agreement.compare import Comparer
from testbed.agreement.recorded import SEED, STORED, Recording, recorded_cases
from testbed.agreement.server import ApiServer
from testbed.agreement.store import Etcd, Store
from testbed.cluster import throw_away_cluster
from tools.console import step
from tools.parts import API_SERVERS

_NAMESPACE = "default"


def record(version: str) -> None:
    """Record the answers of the API server of one version."""
    part = API_SERVERS[version]
    with (
        throw_away_cluster(part, name="api-server", controllers=False) as cluster,
        ApiServer(cluster.kubeconfig) as server,
        Store(server, Etcd(cluster.directory), _NAMESPACE, SEED, STORED) as store,
    ):
        comparer = Comparer(server, _NAMESPACE, store, version)
        compared = comparer.compare_all(recorded_cases())
        Recording.of(server.version, store.objects, compared).write()


if __name__ == "__main__":
    for chosen in os.environ.get("AGREEMENT_VERSIONS", "").split() or API_SERVERS:
        with step(f"verdicts of kube-apiserver {API_SERVERS[chosen].version}"):
            record(chosen)
