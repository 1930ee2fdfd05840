"""Hosts and paths for Services inside and outside the cluster, behind one Ingress."""

import pulumi

from k8s_endpoints import DeployedService, ExternalService, HttpIngress, PathType, route_backend

home = ExternalService(
    "home",
    {
        "namespace": "sites",
        "addresses": ["192.0.2.40"],
        "ports": [{"name": "http", "port": 80, "target_port": 8123}],
    },
)
blog = DeployedService(
    "blog",
    {
        "namespace": "sites",
        "image": "registry.example/blog:1",
        "ports": [{"name": "http", "port": 80, "target_port": 8080}],
    },
)

sites = HttpIngress(
    "sites",
    {
        "namespace": "sites",
        "class_name": "traefik",
        "cluster_issuer": "letsencrypt",
        "rules": [
            {"host": "home.example.com", "backend": route_backend(home)},
            {
                "host": "blog.example.com",
                "backend": route_backend(blog, "http"),
                "paths": [
                    {
                        "path": "/feed",
                        "type": PathType.EXACT,
                        "backend": {"service_name": "feeds", "port": 8000},
                    }
                ],
            },
        ],
    },
)

pulumi.export("ingress", sites.ingress_name)
