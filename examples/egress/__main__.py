"""Pods that may reach the backends of two Services, and nothing else.

The policy is made from the arguments of the Services, which depend on it: an address added to
`DATABASE` is allowed before it is served, and a removed one is denied only afterwards.
"""

import pulumi

from k8s_endpoints import (
    EgressPolicy,
    ExternalService,
    ExternalServiceArgs,
    Preset,
    egress_destination,
)

SHOP = "shop"
DATABASE: ExternalServiceArgs = {
    "namespace": SHOP,
    "addresses": ["192.0.2.10", "192.0.2.11", "2001:db8::10"],
    "preset": Preset.POSTGRES,
}
SESSIONS: ExternalServiceArgs = {
    "namespace": SHOP,
    "backends": [{"address": "198.51.100.20", "ports": {"redis": 6380}}],
    "preset": Preset.REDIS,
}

allowed = EgressPolicy(
    "web",
    {
        "namespace": SHOP,
        "pod_selector": {"app": "web"},
        "to": [egress_destination(DATABASE), egress_destination(SESSIONS)],
    },
)

after = pulumi.ResourceOptions(depends_on=[allowed])
database = ExternalService("orders-db", DATABASE, after)
sessions = ExternalService("sessions", SESSIONS, after)

pulumi.export("policy", allowed.policy_name)
pulumi.export("database", database.host)
pulumi.export("sessions", sessions.host)
