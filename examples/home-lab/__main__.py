"""Servers at home, each with a host name, behind a Gateway and an Ingress.

Proxmox and the NAS serve HTTPS with their own certificates. The ConfigMaps `proxmox-ca` and
`nas-ca` contain these as `ca.crt`.
"""

import pulumi

from k8s_endpoints import (
    BackendTls,
    ExternalService,
    GatewayRef,
    HttpHost,
    HttpIngress,
    RouteApi,
    TcpRoute,
    route_backend,
    traefik_annotations,
)

NAMESPACE = "home-lab"


def https_server(name: str, address: str, port: int) -> ExternalService:
    """Declare a server with its own certificate. Traefik reads the annotations."""
    return ExternalService(
        name,
        {
            "namespace": NAMESPACE,
            "addresses": [address],
            "ports": [{"name": "https", "port": 443, "target_port": port}],
            "annotations": traefik_annotations(name, NAMESPACE),
        },
    )


home_assistant = ExternalService(
    "home-assistant",
    {
        "namespace": NAMESPACE,
        "addresses": ["192.0.2.40"],
        "ports": [{"name": "http", "port": 80, "target_port": 8123}],
    },
)
proxmox = https_server("proxmox", "192.0.2.41", 8006)
nas = https_server("nas", "192.0.2.42", 5001)
broker = ExternalService(
    "mqtt",
    {
        "namespace": NAMESPACE,
        "addresses": ["192.0.2.40"],
        "ports": [{"name": "mqtt", "port": 1883}],
    },
)


def gateway(listener: str) -> GatewayRef:
    """Return a listener of the Gateway, which has the certificates of all hosts."""
    return {"name": "home", "namespace": "gateways", "section_name": listener}


def certificate(name: str) -> BackendTls:
    """Return the host name in a server's certificate, and the ConfigMap with the certificate."""
    return {"hostname": f"{name}.lan", "ca_config_map": f"{name}-ca"}


hosts: list[HttpHost] = [
    {"host": "home.example.com", "backend": route_backend(home_assistant)},
    {
        "host": "proxmox.example.com",
        "backend": {**route_backend(proxmox), "tls": certificate("proxmox")},
    },
    {"host": "nas.example.com", "backend": {**route_backend(nas), "tls": certificate("nas")}},
]
routes = HttpIngress(
    "home-lab",
    {
        "api": RouteApi.GATEWAY,
        "namespace": NAMESPACE,
        "gateways": [gateway("https")],
        "rules": hosts,
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

# While clients move to the Gateway, the Ingress still serves them, with the same certificates.
HttpIngress(
    "home-lab-ingress",
    {
        "namespace": NAMESPACE,
        "class_name": "traefik",
        "cluster_issuer": "letsencrypt",
        "rules": hosts,
    },
)

pulumi.export("route", routes.ingress_name)
