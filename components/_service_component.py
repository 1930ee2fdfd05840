"""What all components in front of a Service share: the Service, its guard, and lazy outputs."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import pulumi

from ._children import Children
from ._component import Planned
from ._guards import Guard
from .core.hazards import Hazard
from .core.metadata import Manifest

__all__ = ["ServiceComponent"]


class _ServicePlan(Protocol):
    @property
    def service(self) -> Manifest: ...
    @property
    def hazards(self) -> Sequence[Hazard]: ...


P = TypeVar("P", bound=_ServicePlan)


class ServiceComponent(pulumi.ComponentResource):
    """A component that declares a Service.

    Its annotated outputs are made when somebody asks for them: the SDK waits for every Output that
    exists, in time quadratic in their number.
    """

    _lazy: dict[str, Callable[[], pulumi.Output[Any]]]

    def _declare_service(
        self,
        name: str,
        planned: Planned[P],
        children: Children,
        *,
        awaited: bool,
        families: Collection[str] = (),
    ) -> pulumi.Output[str]:
        """Register the Service and watch over it.

        Args:
            name: The component's name.
            planned: The plan.
            children: What registers the children of this component.
            awaited: Whether to wait for what makes the Service ready.
            families: The families of its backends; empty where it has none of its own.

        Returns:
            The Service's name, once the live one is known to be ours.
        """
        manifest = planned.fill(lambda plan: plan.service)
        service = children.service(manifest, awaited=awaited)
        guard = Guard(self, name, service, manifest, families, planned.plan.hazards)
        if planned.final is not None:
            guard.warn_later(planned.value(lambda plan: plan.hazards))

        def namespace() -> pulumi.Output[str]:
            return service.metadata.apply(lambda metadata: metadata.namespace or "default")

        self.service = service
        self._lazy = {
            "service_name": lambda: guard.confirmed,
            "namespace": namespace,
            "host": lambda: pulumi.Output.concat(guard.confirmed, ".", namespace(), ".svc"),
            "cluster_ip": lambda: service.spec.apply(lambda spec: spec.cluster_ip or ""),
            "hazards": lambda: guard.hazards(planned.value(lambda plan: plan.hazards)),
        }
        return guard.confirmed

    if not TYPE_CHECKING:  # a type checker goes by the annotations

        def __getattr__(self, name: str) -> Any:
            make = self.__dict__.get("_lazy", {}).get(name)
            if make is None:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            output = make()
            setattr(self, name, output)
            return output
