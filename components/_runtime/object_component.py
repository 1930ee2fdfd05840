"""What components without a Service share: owners, warnings, and outputs."""

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
    """The object that a component declares, others of its own, and what is known of them.

    Each is refused where another stack or resource declares it, and hazards are shown.

    Args:
        component: The component.
        name: The component's name.
        made: The object, as registered.
        draft: What the component declares.
        others: The other objects, as registered, in the order of the plan.
    """

    def __init__(
        self,
        component: pulumi.ComponentResource,
        name: str,
        made: pulumi.CustomResource,
        draft: "Draft[Any, _Plan]",
        others: Sequence[pulumi.CustomResource] = (),
    ) -> None:
        self._made, self._draft = made, draft
        log = HazardLog(component)
        log.show(draft.plan.hazards)
        if draft.resolved is not None:
            draft.output(lambda plan: plan.hazards).apply(log.show)
        error = partial(ValidationError, type(component).__name__, name)

        def check(one: pulumi.CustomResource, kind: str, found: Live) -> "str | pulumi.Output[str]":
            return refuse_owners(one, found.owners, kind, found.name, error)

        if monitor():
            for one, manifest in zip((made, *others), draft.plan.objects, strict=True):
                live(one).apply(partial(check, one, manifest["kind"]))

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
        """What is legal and will not work as it looks: code, text and remedy of each."""
        return self._draft.output(lambda plan: [str(one) for one in plan.hazards])
