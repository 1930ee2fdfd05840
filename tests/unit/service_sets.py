"""What tests of `ExternalServiceSet` share: a set, and what its Services are made of."""

from collections.abc import Callable
from typing import Any

from components import ExternalServiceSet

KIND = "k8s-endpoints:index:ExternalServiceSet"
PORTS: list[Any] = [{"name": "pg", "port": 5432}]
GOOD: dict[str, Any] = {"addresses": ["192.0.2.10"], "ports": PORTS}

Args = Callable[[], dict[str, Any]]
"""Makes the arguments of a Service, in a running program where there are Outputs among them."""


def databases(**services: Any) -> ExternalServiceSet:
    """Declare a set of these Services, with dashes for underscores in their keys."""
    named = {key.replace("_", "-"): args for key, args in services.items()}
    return ExternalServiceSet("databases", {"services": named})
