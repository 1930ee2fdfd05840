"""A web server in the cluster: a Deployment, and the Service that selects its Pods by label."""

import pulumi
from pulumi_kubernetes import apps

from k8s_endpoints import SelectorService

LABELS = {"app": "web"}

apps.v1.Deployment(
    "web",
    metadata={"name": "web", "namespace": "shop"},
    spec={
        "replicas": 2,
        "selector": {"match_labels": LABELS},
        "template": {
            "metadata": {"labels": LABELS},
            "spec": {
                "containers": [
                    {
                        "name": "web",
                        "image": "registry.example/web:1",
                        "ports": [{"name": "http", "container_port": 8080}],
                    }
                ]
            },
        },
    },
)

web = SelectorService(
    "web",
    {
        "namespace": "shop",
        "selector": LABELS,
        "ports": [{"name": "http", "port": 80, "target_port_name": "http"}],
    },
)

pulumi.export("host", web.host)
