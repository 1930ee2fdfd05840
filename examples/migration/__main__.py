"""A database that moves from machines to Pods, while its Service keeps name and cluster IP.

Deploy once for each phase, and look at the preview before each:

    $ pulumi config set phase External && pulumi up
    $ pulumi config set phase Draining && pulumi up
    $ pulumi config set phase Cutover && pulumi up
    $ pulumi config set replicas 1 && pulumi up
    $ pulumi config set phase Internal && pulumi up

The machines serve until the first Pod is ready. Stop writing to them before you raise `replicas`:
once the Pod is ready, it gets every new connection.
"""

import pulumi
from pulumi_kubernetes.apps.v1 import Deployment

from k8s_endpoints import MigratingService, MigrationPhase

NAMESPACE = "shop"
LABELS = {"app": "orders-db"}

config = pulumi.Config()
phase = MigrationPhase(config.get("phase") or "External")

pods = Deployment(
    "orders-db",
    metadata={"name": "orders-db", "namespace": NAMESPACE, "labels": LABELS},
    spec={
        "replicas": config.get_int("replicas") or 0,
        "selector": {"match_labels": LABELS},
        "template": {
            "metadata": {"labels": LABELS},
            "spec": {
                "containers": [
                    {
                        "name": "postgres",
                        "image": "postgres:18",
                        "ports": [{"name": "postgres", "container_port": 5432}],
                        "readiness_probe": {"tcp_socket": {"port": "postgres"}},
                    }
                ]
            },
        },
    },
)

database = MigratingService(
    "orders-db",
    {
        "namespace": NAMESPACE,
        "phase": phase,
        "addresses": ["192.0.2.10", "192.0.2.11"],
        "selector": LABELS,
        "ports": [
            {"name": "postgres", "port": 5432, "target_port": 6432, "target_port_name": "postgres"}
        ],
    },
)

pulumi.export("host", database.host)
pulumi.export("external", database.endpoints)
