"""The components: the one list that the façade, aliases, the schema, docs and tests derive from.

To add a component, import it below for type checkers, and add its line to `COMPONENTS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what type checkers and editors see: at run time a name loads on first use
    from ._runtime.provider import provider as provider
    from .errors import ValidationError as ValidationError
    from .pod_types import Autoscaling as Autoscaling
    from .pod_types import EmptyDir as EmptyDir
    from .pod_types import EnvSource as EnvSource
    from .pod_types import EnvValue as EnvValue
    from .pod_types import GrpcProbe as GrpcProbe
    from .pod_types import HttpProbe as HttpProbe
    from .pod_types import Probe as Probe
    from .pod_types import ProjectedSource as ProjectedSource
    from .pod_types import Resources as Resources
    from .pod_types import Security as Security
    from .pod_types import ServiceAccountToken as ServiceAccountToken
    from .pod_types import TcpProbe as TcpProbe
    from .pod_types import TopologySpread as TopologySpread
    from .pod_types import Volume as Volume
    from .policies.destinations import egress_destination as egress_destination
    from .policies.destinations import migration_destinations as migration_destinations
    from .policies.egress import EgressPolicy as EgressPolicy
    from .policies.egress import EgressPolicyArgs as EgressPolicyArgs
    from .policy_types import EgressApi as EgressApi
    from .policy_types import EgressDestination as EgressDestination
    from .policy_types import EgressDns as EgressDns
    from .policy_types import EgressPrecedence as EgressPrecedence
    from .policy_types import EgressTier as EgressTier
    from .route_types import BackendTls as BackendTls
    from .route_types import GatewayRef as GatewayRef
    from .route_types import HttpHost as HttpHost
    from .route_types import HttpPath as HttpPath
    from .route_types import HttpTls as HttpTls
    from .route_types import PathType as PathType
    from .route_types import RouteApi as RouteApi
    from .route_types import RouteBackend as RouteBackend
    from .routing.backends import route_backend as route_backend
    from .routing.backends import traefik_annotations as traefik_annotations
    from .routing.http_ingress import HttpIngress as HttpIngress
    from .routing.http_ingress import HttpIngressArgs as HttpIngressArgs
    from .routing.migration import migration_backends as migration_backends
    from .routing.tcp_route import TcpRoute as TcpRoute
    from .routing.tcp_route import TcpRouteArgs as TcpRouteArgs
    from .services.deployed import DeployedService as DeployedService
    from .services.deployed import DeployedServiceArgs as DeployedServiceArgs
    from .services.external import ExternalService as ExternalService
    from .services.external import ExternalServiceArgs as ExternalServiceArgs
    from .services.external_name import ExternalNameService as ExternalNameService
    from .services.external_name import ExternalNameServiceArgs as ExternalNameServiceArgs
    from .services.external_set import ExternalServiceSet as ExternalServiceSet
    from .services.external_set import ExternalServiceSetArgs as ExternalServiceSetArgs
    from .services.migrating import MigratingService as MigratingService
    from .services.migrating import MigratingServiceArgs as MigratingServiceArgs
    from .services.selector import SelectorService as SelectorService
    from .services.selector import SelectorServiceArgs as SelectorServiceArgs
    from .types import AdoptedKind as AdoptedKind
    from .types import AdoptedObject as AdoptedObject
    from .types import Backend as Backend
    from .types import BackendState as BackendState
    from .types import EndpointApi as EndpointApi
    from .types import IpFamily as IpFamily
    from .types import MigrationPhase as MigrationPhase
    from .types import Preset as Preset
    from .types import Protocol as Protocol
    from .types import ServicePort as ServicePort
    from .types import ServiceType as ServiceType
    from .types import SessionAffinity as SessionAffinity
    from .types import TrafficDistribution as TrafficDistribution
    from .types import TrafficPolicy as TrafficPolicy

SERVICE = "kubernetes:core/v1:Service"
ENDPOINT_SLICE = "kubernetes:discovery.k8s.io/v1:EndpointSlice"
ENDPOINTS = "kubernetes:core/v1:Endpoints"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
DISRUPTION_BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
INGRESS = "kubernetes:networking.k8s.io/v1:Ingress"
HTTP_ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
TCP_ROUTE = "kubernetes:gateway.networking.k8s.io/v1:TCPRoute"
BACKEND_TLS_POLICY = "kubernetes:gateway.networking.k8s.io/v1:BackendTLSPolicy"
REFERENCE_GRANT = "kubernetes:gateway.networking.k8s.io/v1beta1:ReferenceGrant"
SERVERS_TRANSPORT = "kubernetes:traefik.io/v1alpha1:ServersTransport"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
CILIUM_POLICY = "kubernetes:cilium.io/v2:CiliumNetworkPolicy"
CLUSTER_POLICY = "kubernetes:policy.networking.k8s.io/v1alpha2:ClusterNetworkPolicy"
BACKEND_RECORD = "k8s-endpoints:index:BackendRecord"
PHASE_RECORD = "k8s-endpoints:index:PhaseRecord"
"""The Pulumi types of children."""


@dataclass(frozen=True, slots=True)
class Component:
    """One component."""

    name: str
    """The name of its class. The TypedDict of its arguments appends `Args`."""
    module: str
    """Its module, relative to the package."""
    page: str
    """The path of its page below `docs/`."""
    summary: str
    """Its line in the index of the docs."""
    children: tuple[str, ...]
    """The types of its children. A child may move to any component that has children of its
    type, and keeps its object."""

    @property
    def token(self) -> str:
        """Its Pulumi type."""
        return token_of(self.name)

    @property
    def names(self) -> tuple[str, str]:
        """The names that it exports."""
        return self.name, f"{self.name}Args"


def token_of(name: str) -> str:
    """Return the Pulumi type of a component's class."""
    return f"k8s-endpoints:index:{name}"


COMPONENTS = (
    Component(
        "ExternalService",
        "services.external",
        "external-service.md",
        "a Service without a selector, for backends outside the cluster",
        (SERVICE, ENDPOINT_SLICE, ENDPOINTS, BACKEND_RECORD),
    ),
    Component(
        "ExternalServiceSet",
        "services.external_set",
        "external-service-set.md",
        "many of these in one component, from a mapping or a YAML file",
        (SERVICE, ENDPOINT_SLICE, ENDPOINTS, BACKEND_RECORD),
    ),
    Component(
        "SelectorService",
        "services.selector",
        "selector-service.md",
        "a Service for Pods, found by their labels",
        (SERVICE,),
    ),
    Component(
        "DeployedService",
        "services.deployed",
        "deployed-service.md",
        "a Deployment and its Service, which agree by construction",
        (SERVICE, DEPLOYMENT, DISRUPTION_BUDGET, AUTOSCALER),
    ),
    Component(
        "MigratingService",
        "services.migrating",
        "migrating-service.md",
        "moves a Service from external backends to Pods, in phases",
        (SERVICE, ENDPOINT_SLICE, BACKEND_RECORD, PHASE_RECORD),
    ),
    Component(
        "ExternalNameService",
        "services.external_name",
        "external-name-service.md",
        "an alias in the cluster's DNS",
        (SERVICE,),
    ),
    Component(
        "HttpIngress",
        "routing.http_ingress",
        "http-ingress.md",
        "leads HTTP requests for hosts and paths to Services",
        (INGRESS, HTTP_ROUTE, REFERENCE_GRANT, BACKEND_TLS_POLICY, SERVERS_TRANSPORT),
    ),
    Component(
        "TcpRoute",
        "routing.tcp_route",
        "tcp-route.md",
        "leads the connections to a listener of a Gateway to a Service",
        (TCP_ROUTE, REFERENCE_GRANT),
    ),
    Component(
        "EgressPolicy",
        "policies.egress",
        "egress-policy.md",
        "lets chosen Pods reach exactly the given backends and ports, and DNS",
        (NETWORK_POLICY, CILIUM_POLICY, CLUSTER_POLICY),
    ),
)

_OTHERS: Mapping[str, tuple[str, ...]] = {
    "_runtime.provider": ("provider",),
    "errors": ("ValidationError",),
    "pod_types": (
        "Autoscaling",
        "EmptyDir",
        "EnvSource",
        "EnvValue",
        "GrpcProbe",
        "HttpProbe",
        "Probe",
        "ProjectedSource",
        "Resources",
        "Security",
        "ServiceAccountToken",
        "TcpProbe",
        "TopologySpread",
        "Volume",
    ),
    "policies.destinations": ("egress_destination", "migration_destinations"),
    "policy_types": (
        "EgressApi",
        "EgressDestination",
        "EgressDns",
        "EgressPrecedence",
        "EgressTier",
    ),
    "route_types": (
        "BackendTls",
        "GatewayRef",
        "RouteBackend",
        "HttpHost",
        "HttpPath",
        "HttpTls",
        "PathType",
        "RouteApi",
    ),
    "routing.backends": ("route_backend", "traefik_annotations"),
    "routing.migration": ("migration_backends",),
    "types": (
        "AdoptedKind",
        "AdoptedObject",
        "Backend",
        "BackendState",
        "EndpointApi",
        "IpFamily",
        "MigrationPhase",
        "Preset",
        "Protocol",
        "ServicePort",
        "ServiceType",
        "SessionAffinity",
        "TrafficDistribution",
        "TrafficPolicy",
    ),
}

HOMES: Mapping[str, str] = {
    **{name: one.module for one in COMPONENTS for name in one.names},
    **{name: module for module, names in _OTHERS.items() for name in names},
}
"""The module of each name that the package exports."""
