"""Kubernetes Services whose endpoints live outside the cluster, as Pulumi components.

Names load on first use, so that the core and the command line start without Pulumi.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._provider import provider
    from .errors import ValidationError
    from .external_name_service import ExternalNameService, ExternalNameServiceArgs
    from .external_service import ExternalService, ExternalServiceArgs
    from .external_service_set import ExternalServiceSet, ExternalServiceSetArgs
    from .policies.destinations import egress_destination
    from .policies.egress import EgressPolicy, EgressPolicyArgs
    from .selector_service import SelectorService, SelectorServiceArgs
    from .types import (
        AdoptedKind,
        AdoptedObject,
        Backend,
        BackendState,
        EgressDestination,
        EgressDns,
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
    "AdoptedKind",
    "AdoptedObject",
    "Backend",
    "BackendState",
    "EgressDestination",
    "EgressDns",
    "EgressPolicy",
    "EgressPolicyArgs",
    "EndpointApi",
    "ExternalNameService",
    "ExternalNameServiceArgs",
    "ExternalService",
    "ExternalServiceArgs",
    "ExternalServiceSet",
    "ExternalServiceSetArgs",
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
    "egress_destination",
    "provider",
]

_HOMES = {
    "EgressPolicy": "policies.egress",
    "EgressPolicyArgs": "policies.egress",
    "ExternalNameService": "external_name_service",
    "ExternalNameServiceArgs": "external_name_service",
    "ExternalService": "external_service",
    "ExternalServiceArgs": "external_service",
    "ExternalServiceSet": "external_service_set",
    "ExternalServiceSetArgs": "external_service_set",
    "SelectorService": "selector_service",
    "SelectorServiceArgs": "selector_service",
    "ValidationError": "errors",
    "egress_destination": "policies.destinations",
    "provider": "_provider",
}
"""The modules of the names that are not in `types`."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f".{_HOMES.get(name, 'types')}", __name__), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
