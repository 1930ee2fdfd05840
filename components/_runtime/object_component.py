"""What components of one object without a Service share: owners, warnings, and lazy outputs."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import pulumi
from pulumi_kubernetes import meta

from ..core.metadata import Manifest
from ..errors import ValidationError
from ..validation.hazards.hazard import Hazard
from .component import Draft
from .engine import monitor
from .guards import Watched, owners_besides_ours, refuse_owners

__all__ = ["ObjectComponent", "known_hazards"]


class _Plan(Protocol):
    @property
    def objects(self) -> Sequence[Manifest]: ...
    @property
    def hazards(self) -> Sequence[Hazard]: ...


class ObjectComponent(pulumi.ComponentResource):
    """A component that declares one object, whose outputs are its own."""

    _made: Any
    _draft: Draft[Any, _Plan]
    _outputs: ClassVar[Mapping[str, Callable[[Any], pulumi.Output[Any]]]]
    """How each output is made, when somebody asks for it."""

    def _declare(self, name: str, made: Watched, draft: Draft[Any, Any]) -> None:
        """Take over the object, as registered: refuse it where it is another's, and warn."""
        self._made, self._draft = made, draft
        kind: str = draft.plan.objects[0]["kind"]
        error = partial(ValidationError, type(self).__name__, name)

        def check(metadata: "meta.v1.outputs.ObjectMeta") -> str | pulumi.Output[str]:
            owners = owners_besides_ours(metadata)
            return refuse_owners(made, owners, kind, metadata.name or "", error)

        if monitor():
            made.metadata.apply(check)
        warned: set[str] = set()

        def warn(hazards: Sequence[Hazard]) -> None:
            for hazard in hazards:
                if hazard.severity == "warning" and hazard.code not in warned:
                    warned.add(hazard.code)
                    pulumi.log.warn(str(hazard), resource=self)

        warn(draft.plan.hazards)
        if draft.resolved is not None:
            draft.output(lambda plan: plan.hazards).apply(warn)

    if not TYPE_CHECKING:  # a type checker goes by the annotations of each component

        def __getattr__(self, name: str) -> Any:
            make = self._outputs.get(name)
            if make is None or "_draft" not in self.__dict__:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            output = make(self)
            setattr(self, name, output)
            return output


def known_hazards(own: ObjectComponent) -> pulumi.Output[list[str]]:
    """Return the hazards of a component, as text."""
    draft = own._draft  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return draft.output(lambda plan: [str(one) for one in plan.hazards])
