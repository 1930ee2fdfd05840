"""The common part of components without a Service: owners, warnings, and outputs."""

from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any, Protocol

import pulumi

from ..core.metadata import Manifest
from ..errors import ValidationError
from ..validation.hazards.hazard import Hazard
from .component import Draft
from .engine import monitor
from .guards import refuse_owners
from .hazard_log import HazardLog
from .live_metadata import Live, live

__all__ = ["DeclaredObject"]


class _Plan(Protocol):
    @property
    def objects(self) -> Sequence[Manifest]: ...
    @property
    def hazards(self) -> Sequence[Hazard]: ...


class DeclaredObject:
    """The object that a component declares, and its outputs.

    It is refused if another stack or resource declares it, and its hazards are logged.

    Args:
        component: The component.
        name: The component's name.
        made: The object, as registered.
        draft: What the component declares.
    """

    def __init__(
        self,
        component: pulumi.ComponentResource,
        name: str,
        made: pulumi.CustomResource,
        draft: "Draft[Any, _Plan]",
    ) -> None:
        self._component, self._name, self._made, self._draft = component, name, made, draft
        log = HazardLog(component)
        log.show(draft.plan.hazards)
        if draft.resolved is not None:
            draft.output(lambda plan: plan.hazards).apply(log.show)
        self.refuse_owners(made)

    def refuse_owners(self, made: pulumi.CustomResource) -> None:
        """Refuse a registered object if another stack or resource declares it."""
        kind = made.pulumi_resource_type.rpartition(":")[2]
        error = partial(ValidationError, type(self._component).__name__, self._name)

        def check(found: Live) -> "str | pulumi.Output[str]":
            return refuse_owners(made, found.owners, kind, found.name, error)

        if monitor():
            live(made).apply(check)

    @cached_property
    def object_name(self) -> pulumi.Output[str]:
        """The object's name in the cluster."""
        return live(self._made).apply(lambda found: found.name)

    @cached_property
    def namespace(self) -> pulumi.Output[str]:
        """The object's namespace."""
        return live(self._made).apply(lambda found: found.namespace)

    @cached_property
    def hazards(self) -> pulumi.Output[list[str]]:
        """What is legal but will not work as intended: code, text and remedy of each."""
        return self._draft.output(lambda plan: [str(one) for one in plan.hazards])
