"""The databases of all teams in one component, from a file that an operator edits."""

from pathlib import Path

import pulumi
from k8s_endpoints.sources import inventory

from k8s_endpoints import ExternalServiceSet

needs = inventory.load(Path(__file__).parent / "backends.yaml")
databases = ExternalServiceSet("databases", {"services": needs.services})

pulumi.export("hosts", databases.hosts)
pulumi.export("orders-db", databases.services["orders-db"].host)
