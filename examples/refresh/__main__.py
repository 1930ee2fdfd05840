"""A database per stack, in a namespace of the stack's name."""

import inventory
import pulumi

from k8s_endpoints import ExternalService, Preset

stack = pulumi.get_stack()
database = ExternalService(
    "orders-db",
    {
        "backends": inventory.backends(stack),
        "namespace": pulumi.Config().get("namespace") or stack,
        "preset": Preset.POSTGRES,
    },
)

pulumi.export("orders-db", database.host)
