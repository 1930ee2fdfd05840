"""A server outside the cluster behind an Ingress.

`BOTH` is for programs that still read Endpoints: Pulumi itself, which waits a minute for an
Endpoints object before an Ingress is ready, and older controllers. docs/endpoints-readers.md lists
them.
"""

import pulumi
from pulumi_kubernetes import networking

from k8s_endpoints import EndpointApi, ExternalService

home = ExternalService(
    "home",
    {
        "namespace": "home",
        "addresses": ["192.0.2.40"],
        "ports": [{"name": "http", "port": 80, "target_port": 8123}],
        "endpoint_api": EndpointApi.BOTH,
    },
)

networking.v1.Ingress(
    "home",
    metadata={"name": "home", "namespace": "home"},
    spec={
        "ingress_class_name": "traefik",
        "rules": [
            {
                "host": "home.example.com",
                "http": {
                    "paths": [
                        {
                            "path": "/",
                            "path_type": "Prefix",
                            "backend": {
                                "service": {"name": home.service_name, "port": {"name": "http"}}
                            },
                        }
                    ]
                },
            }
        ],
    },
)

pulumi.export("host", home.host)
