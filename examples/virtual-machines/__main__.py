"""Virtual machines of another stack, whose addresses are Outputs here.

That stack exports `databases`, a mapping of machine name to address, and `workers`, a list of
addresses.
"""

import pulumi

from k8s_endpoints import Backend, ExternalService, Preset

machines = pulumi.StackReference(pulumi.Config().require("machines"))

# The names are known when the program runs, so each backend is placed by its name.
addresses = machines.require_output("databases")
backends: list[Backend] = [{"id": name, "address": addresses[name]} for name in ("db-1", "db-2")]
database = ExternalService(
    "orders-db", {"namespace": "shop", "preset": Preset.POSTGRES, "backends": backends}
)

# The number of workers is not known; `slice_count` sets the number of slices for them.
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
