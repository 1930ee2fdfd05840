"""Kubernetes Services whose endpoints live outside the cluster, as Pulumi components."""

from .errors import ValidationError
from .external_name_service import ExternalNameService, ExternalNameServiceArgs
from .external_service import ExternalService, ExternalServiceArgs
from .selector_service import SelectorService, SelectorServiceArgs
from .types import (
    Backend,
    BackendState,
    EndpointApi,
    IpFamily,
    Preset,
    Protocol,
    ServicePort,
    ServiceType,
    SessionAffinity,
    TrafficDistribution,
    TrafficPolicy,
)

__all__ = [
    "Backend",
    "BackendState",
    "EndpointApi",
    "ExternalNameService",
    "ExternalNameServiceArgs",
    "ExternalService",
    "ExternalServiceArgs",
    "IpFamily",
    "Preset",
    "Protocol",
    "SelectorService",
    "SelectorServiceArgs",
    "ServicePort",
    "ServiceType",
    "SessionAffinity",
    "TrafficDistribution",
    "TrafficPolicy",
    "ValidationError",
]
