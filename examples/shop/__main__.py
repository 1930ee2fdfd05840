"""A small shop: Pods in the cluster, and the servers outside that they need."""

from pathlib import Path

import pulumi
from k8s_endpoints.sources import inventory
from pulumi_kubernetes import core

from k8s_endpoints import (
    DeployedService,
    EgressPolicy,
    ExternalNameService,
    ExternalService,
    HttpIngress,
    Preset,
    egress_destination,
    route_backend,
)

HERE = Path(__file__).parent
APP = {"app": "my-app"}

needs = inventory.load(HERE / "backends.yaml")
namespace = core.v1.Namespace("shop", metadata={"name": "shop"}).metadata.name

allowed = EgressPolicy(
    "my-app",
    {
        "namespace": namespace,
        "pod_selector": APP,
        "to": [
            *map(egress_destination, needs.services.values()),
            # The addresses of `payments` change, and a NetworkPolicy cannot allow names.
            {"cidrs": ["0.0.0.0/0", "::/0"], "preset": Preset.HTTPS},
        ],
    },
)
after = pulumi.ResourceOptions(depends_on=[allowed])

for name, args in needs.services.items():
    pulumi.export(name, ExternalService(name, {**args, "namespace": namespace}, after).host)

for name, alias in needs.external_names.items():
    pulumi.export(name, ExternalNameService(name, {**alias, "namespace": namespace}).host)

app = DeployedService(
    "my-app",
    {
        "namespace": namespace,
        "image": "registry.example/my-app:1",
        "replicas": 3,
        "labels": APP,
        "ports": [{"name": "http", "port": 80, "target_port": 8080}],
    },
    after,
)
pulumi.export("my-app", app.host)

HttpIngress(
    "shop",
    {
        "namespace": namespace,
        "rules": [{"host": "shop.example.com", "backend": route_backend(app)}],
        "tls": [{"secret_name": "shop-tls"}],
    },
)
