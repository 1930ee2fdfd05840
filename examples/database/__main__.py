"""Three PostgreSQL servers outside the cluster; the second is being taken out of service."""

import pulumi

from k8s_endpoints import BackendState, ExternalService, Preset

database = ExternalService(
    "orders-db",
    {
        "namespace": "shop",
        "preset": Preset.POSTGRES,
        "backends": [
            {"id": "db-1", "address": "192.0.2.10", "zone": "eu-1a"},
            {
                "id": "db-2",
                "address": "192.0.2.11",
                "zone": "eu-1b",
                "state": BackendState.DRAINING,
            },
            {"id": "db-3", "address": "192.0.2.12", "zone": "eu-1c"},
        ],
    },
)

pulumi.export("host", database.host)
