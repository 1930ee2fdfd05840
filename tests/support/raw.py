"""A program that declares with raw resources what an `ExternalService` in mode `Both` declares."""

_RAW = """
import pulumi
from pulumi_kubernetes.core.v1 import Endpoints, Service
from pulumi_kubernetes.discovery.v1 import EndpointSlice

def aliased(kind, name, **options):
    parent = "k8s-endpoints:index:ExternalService"
    root = f"urn:pulumi:{{pulumi.get_stack()}}::{{pulumi.get_project()}}"
    alias = f"{{root}}::{{parent}}${{kind}}::{namespace}/{{name}}"
    return pulumi.ResourceOptions(aliases=[alias], **options)

service = Service(
    "raw-service",
    metadata={{"name": "db", "namespace": "{namespace}"}},
    spec={{"ports": [{{"name": "pg", "port": 5432, "protocol": "TCP", "target_port": 5432}}]}},
    opts=aliased("kubernetes:core/v1:Service", "db", ignore_changes=["spec.clusterIP"]),
)
labels = {{"kubernetes.io/service-name": "db", "endpointslice.kubernetes.io/managed-by": "us"}}
EndpointSlice(
    "raw-slice",
    metadata={{"name": "{slice}", "namespace": "{namespace}", "labels": labels}},
    address_type="IPv4",
    endpoints=[{{"addresses": ["{address}"], "conditions": {{"ready": True}}}}],
    ports=[{{"name": "pg", "port": 5432, "protocol": "TCP"}}],
    opts=aliased("kubernetes:discovery.k8s.io/v1:EndpointSlice", "{slice}"),
)
Endpoints(
    "raw-endpoints",
    metadata={{
        "name": "db",
        "namespace": "{namespace}",
        "labels": {{"endpointslice.kubernetes.io/skip-mirror": "true"}},
    }},
    subsets=[{{"addresses": [{{"ip": "{address}"}}], "ports": [{{"name": "pg", "port": 5432}}]}}],
    opts=aliased("kubernetes:core/v1:Endpoints", "db", depends_on=[service]),
)
"""


def raw(namespace: str, slice_name: str = "db-ipv4", address: str = "192.0.2.10") -> str:
    """Return a program of raw resources, each with an alias to the child of a component.

    Args:
        namespace: The namespace of Service, EndpointSlice and Endpoints.
        slice_name: The name of the EndpointSlice. A component calls it `db-ipv4`.
        address: The one backend.
    """
    return _RAW.format(namespace=namespace, slice=slice_name, address=address)


RESOURCES = [
    {"kind": "Service", "resource": "raw-service"},
    {"kind": "EndpointSlice", "resource": "raw-slice"},
    {"kind": "Endpoints", "resource": "raw-endpoints"},
]
"""What adopts all of them."""
