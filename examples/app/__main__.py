"""A workload and its Service, with probes, a budget and an autoscaler."""

import pulumi

from k8s_endpoints import DeployedService, ServiceType

app = DeployedService(
    "my-app",
    {
        "namespace": "shop",
        "image": "registry.example/my-app:1",
        "ports": [{"name": "http", "port": 80, "target_port": 8080}],
        "type": ServiceType.LOAD_BALANCER,
        "env_values": [{"name": "DB_PASSWORD", "secret": "orders-db", "key": "password"}],
        "resources": {
            "requests": {"cpu": "100m", "memory": "128Mi"},
            "limits": {"memory": "128Mi"},
        },
        "readiness": {"http": {"path": "/healthz"}},
        "volumes": [{"name": "cache", "mount_path": "/cache", "empty_dir": {"size_limit": "1Gi"}}],
        "autoscaling": {"min_replicas": 3, "max_replicas": 10},
        "min_available": 2,
    },
)

pulumi.export("host", app.host)
