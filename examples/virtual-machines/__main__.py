"""Virtual machines that another stack makes; their addresses are Outputs here.

That stack exports `databases`, a mapping of machine name to address, and `workers`, a list of
addresses.
"""

import pulumi

from k8s_endpoints import Backend, ExternalService, Preset

machines = pulumi.StackReference(pulumi.Config().require("machines"))

# The names are known when the program runs, so that each backend is placed by its own.
addresses = machines.require_output("databases")
backends: list[Backend] = [{"id": name, "address": addresses[name]} for name in ("db-1", "db-2")]
database = ExternalService(
    "orders-db", {"namespace": "shop", "preset": Preset.POSTGRES, "backends": backends}
)

# How many workers there are is not known; `slice_count` says how many slices to make for them.
workers = ExternalService(
    "workers",
    {
        "namespace": "shop",
        "preset": Preset.HTTP,
        "addresses": machines.require_output("workers"),
        "slice_count": 1,
    },
)

pulumi.export("orders-db", database.host)
pulumi.export("workers", workers.host)
