"""Backends from DNS: a database, a directory, and a managed database that keeps its name."""

import pulumi
from k8s_endpoints.sources import dns

from k8s_endpoints import ExternalNameService, ExternalService, Preset

PIN = "answers.lock.yaml"
resolvers = pulumi.Config().get_object("resolvers") or []

database = ExternalService(
    "orders-db",
    {
        "backends": dns.addresses("orders-db.example.com", resolvers=resolvers, pin=PIN),
        "preset": Preset.POSTGRES,
    },
)

directory = ExternalService(
    "directory",
    {
        "backends": dns.services(
            "_ldap._tcp.example.com", port="ldap", resolvers=resolvers, pin=PIN
        ),
        "preset": Preset.LDAP,
    },
)

carts = ExternalNameService(
    "carts-db", {"external_name": "carts.abcdefgh.eu-west-1.rds.amazonaws.com"}
)

pulumi.export("orders-db", database.host)
pulumi.export("directory", directory.host)
pulumi.export("carts-db", carts.host)
