"""Outputs that are made when somebody asks for them.

The SDK waits for every Output that exists, in time quadratic in their number, so a component makes
none that nobody reads.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_kubernetes import core

__all__ = ["LazyOutputs", "service_outputs"]


class LazyOutputs(pulumi.ComponentResource):
    """A component whose annotated outputs come from the functions in `_lazy` at first use."""

    _lazy: dict[str, Callable[[], pulumi.Output[Any]]]

    if not TYPE_CHECKING:  # a type checker goes by the annotations

        def __getattr__(self, name: str) -> Any:
            make = self.__dict__.get("_lazy", {}).get(name)
            if make is None:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            output = make()
            setattr(self, name, output)
            return output


def service_outputs(
    service: "core.v1.Service", confirmed: pulumi.Output[str]
) -> dict[str, Callable[[], pulumi.Output[Any]]]:
    """Give the outputs that every component in front of a Service has.

    Args:
        service: The Service.
        confirmed: Its name, once it is known to be ours.
    """

    def namespace() -> pulumi.Output[str]:
        return service.metadata.apply(lambda metadata: metadata.namespace or "default")

    return {
        "service_name": lambda: confirmed,
        "namespace": namespace,
        "host": lambda: pulumi.Output.concat(confirmed, ".", namespace(), ".svc"),
        "cluster_ip": lambda: service.spec.apply(lambda spec: spec.cluster_ip or ""),
    }
