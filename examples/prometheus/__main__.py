"""Exporters on machines outside the cluster, scraped by Prometheus in two ways.

A ServiceMonitor reads Endpoints unless it or its Prometheus sets `serviceDiscoveryRole:
EndpointSlice`, available in operators from 0.76 on: `BOTH` works with all of them. A ScrapeConfig
names the role itself, and needs no Endpoints.
"""

from pulumi_kubernetes.apiextensions import CustomResource

from k8s_endpoints import EndpointApi, ExternalService

NAMESPACE = "monitoring"
METADATA = {"namespace": NAMESPACE, "labels": {"release": "prometheus"}}

ExternalService(
    "node-exporter",
    {
        "namespace": NAMESPACE,
        "labels": {"app": "node-exporter"},
        "headless": True,
        "addresses": ["192.0.2.10", "192.0.2.11", "192.0.2.12"],
        "ports": [{"name": "metrics", "port": 9100}],
        "endpoint_api": EndpointApi.BOTH,
    },
)

CustomResource(
    "node-exporter",
    api_version="monitoring.coreos.com/v1",
    kind="ServiceMonitor",
    metadata={"name": "node-exporter", **METADATA},
    spec={
        "selector": {"matchLabels": {"app": "node-exporter"}},
        "endpoints": [{"port": "metrics"}],
    },
)

ExternalService(
    "postgres-exporter",
    {
        "namespace": NAMESPACE,
        "headless": True,
        "addresses": ["192.0.2.20", "192.0.2.21"],
        "ports": [{"name": "metrics", "port": 9187}],
    },
)

CustomResource(
    "postgres-exporter",
    api_version="monitoring.coreos.com/v1alpha1",
    kind="ScrapeConfig",
    metadata={"name": "postgres-exporter", **METADATA},
    spec={
        "kubernetesSDConfigs": [
            {
                "role": "EndpointSlice",
                "namespaces": {"names": [NAMESPACE]},
                "selectors": [
                    {
                        "role": "EndpointSlice",
                        "label": "kubernetes.io/service-name=postgres-exporter",
                    }
                ],
            }
        ]
    },
)
