"""Servers at home, each behind a host name: by a Gateway, and by an Ingress beside it."""

import pulumi

from k8s_endpoints import (
    ExternalService,
    GatewayRef,
    HttpHost,
    HttpIngress,
    RouteApi,
    TcpRoute,
    route_backend,
)

NAMESPACE = "home-lab"

home_assistant = ExternalService(
    "home-assistant",
    {
        "namespace": NAMESPACE,
        "addresses": ["192.0.2.40"],
        "ports": [{"name": "http", "port": 80, "target_port": 8123}],
    },
)
broker = ExternalService(
    "mqtt",
    {
        "namespace": NAMESPACE,
        "addresses": ["192.0.2.40"],
        "ports": [{"name": "mqtt", "port": 1883}],
    },
)


def gateway(listener: str) -> GatewayRef:
    """Return the listener of the Gateway, which has the certificates of all hosts."""
    return {"name": "home", "namespace": "gateways", "section_name": listener}


rules: list[HttpHost] = [{"host": "home.example.com", "backend": route_backend(home_assistant)}]
routes = HttpIngress(
    "home-lab",
    {
        "api": RouteApi.GATEWAY,
        "namespace": NAMESPACE,
        "gateways": [gateway("https")],
        "rules": rules,
    },
)
TcpRoute(
    "mqtt",
    {
        "namespace": NAMESPACE,
        "gateways": [gateway("mqtt")],
        "backend": route_backend(broker),
    },
)

# While clients move to the Gateway, the Ingress goes on to answer.
HttpIngress(
    "home-lab-ingress",
    {
        "namespace": NAMESPACE,
        "class_name": "traefik",
        "cluster_issuer": "letsencrypt",
        "rules": rules,
    },
)

pulumi.export("route", routes.ingress_name)
