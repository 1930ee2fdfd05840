"""The databases of all teams in one component, from a file that an operator edits."""

from pathlib import Path

import pulumi

from components import ExternalServiceSet
from components.sources import inventory

needs = inventory.load(Path(__file__).parent / "backends.yaml")
databases = ExternalServiceSet("databases", {"services": needs.services})

pulumi.export("hosts", databases.hosts)
pulumi.export("orders-db", databases.services["orders-db"].host)
