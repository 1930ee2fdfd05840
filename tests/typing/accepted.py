"""What type checkers accept, in the form that the docs show. Nothing is run."""

import pulumi
from k8s_endpoints.testing import render
from k8s_endpoints.validation import validate
from k8s_endpoints.validation.hazards import hazards

from k8s_endpoints import (
    Backend,
    BackendState,
    DeployedService,
    EgressPolicy,
    EndpointApi,
    ExternalNameService,
    ExternalService,
    ExternalServiceArgs,
    ExternalServiceSet,
    HttpIngress,
    MigratingService,
    Preset,
    Protocol,
    SelectorService,
    egress_destination,
    provider,
    route_backend,
)

by_members = ExternalService(
    "by-members",
    {
        "addresses": ["192.0.2.10"],
        "preset": Preset.POSTGRES,
        "ports": [{"name": "metrics", "port": 9187, "protocol": Protocol.TCP}],
        "endpoint_api": EndpointApi.BOTH,
    },
)
by_strings = ExternalService(
    "by-strings",
    {
        "backends": [
            {"address": "192.0.2.10", "state": "Draining", "family": "IPv4"},
            {"address": "192.0.2.11", "state": BackendState.ACTIVE},
        ],
        "preset": "postgres",
        "ports": [{"name": "dns", "port": 53, "protocol": "UDP"}],
        "type": "LoadBalancer",
        "endpoint_api": "Endpoints",
        "session_affinity": "ClientIP",
        "external_traffic_policy": "Local",
        "internal_traffic_policy": "Cluster",
        "traffic_distribution": "PreferSameZone",
        "adopt": [{"kind": "EndpointSlice", "name": "db-ipv4"}],
    },
)


def database(addresses: pulumi.Output[list[str]], port: pulumi.Output[int]) -> ExternalServiceArgs:
    """Make arguments outside of the call, of Outputs."""
    return {
        "addresses": addresses,
        "slice_count": 3,
        "ports": [{"name": "postgres", "port": port}],
        "namespace": pulumi.Output.from_input("shop"),
    }


machines: list[Backend] = [{"address": "192.0.2.10", "id": "db-1", "zone": "eu-1a"}]
databases = ExternalServiceSet(
    "databases",
    {
        "services": {
            "orders": {"backends": machines, "preset": "mysql"},
            "users": {"preset": "redis"},
        }
    },
    pulumi.ResourceOptions(provider=provider("quick")),
)
web = SelectorService(
    "web", {"selector": {"app": "web"}, "ports": [{"port": 80}], "type": "NodePort"}
)
app = DeployedService(
    "app",
    {
        "image": "registry.example/app:1",
        "ports": [{"name": "http", "port": 80, "target_port": 8080}],
        "type": "LoadBalancer",
        "traffic_distribution": "PreferClose",
    },
)
HttpIngress(
    "shop",
    {
        "rules": [
            {
                "host": "shop.example.com",
                "paths": [{"path": "/api", "type": "Exact", "backend": route_backend(app)}],
            }
        ]
    },
)
MigratingService(
    "carts",
    {
        "phase": "External",
        "addresses": ["192.0.2.30"],
        "selector": {"app": "carts"},
        "preset": "redis",
    },
)
payments = ExternalNameService("payments", {"external_name": "api.payments.example"})
policy = EgressPolicy(
    "web",
    {
        "pod_selector": {"app": "web"},
        "to": [
            by_strings.destination,
            egress_destination({"addresses": ["192.0.2.1"], "preset": "ssh"}),
        ],
    },
)

by_names = EgressPolicy(
    "names",
    {
        "api": "ClusterNetworkPolicy",
        "namespace": "shop",
        "precedence": {"priority": 100, "deny_others": True, "tier": "Baseline"},
        "pod_selector": {"app": "web"},
        "to": [payments.destination],
    },
)

host: pulumi.Output[str] = by_members.host
manifests = render(lambda: ExternalNameService("a", {"external_name": "b.example"}), preview=True)
said: list[str] = [finding.code for finding in validate(manifests[0])]
warned: list[str] = [finding.message for _, finding in hazards(manifests)]
