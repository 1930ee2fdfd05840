"""Databases on EC2 instances and a mail relay behind Elastic IPs, as Services of the cluster."""

import pulumi
from k8s_endpoints.sources import aws

from k8s_endpoints import ExternalService, TrafficDistribution

databases = aws.instances(tags={"role": "postgres"})

database = ExternalService(
    "orders-db",
    {
        # Each serves clients of its own zone; clients of other zones use any.
        "backends": [one | {"for_zones": [str(one.get("zone"))]} for one in databases],
        "ports": [{"name": "postgres", "port": 5432}],
        "traffic_distribution": TrafficDistribution.PREFER_CLOSE,
    },
)

relay = ExternalService(
    "mail-relay",
    {
        "backends": aws.elastic_ips(tags={"role": "smtp"}),
        "ports": [{"name": "submission", "port": 587}],
    },
)

pulumi.export("orders-db", database.host)
pulumi.export("mail-relay", relay.host)
