"""Logs hazards as warnings: each once, on its component."""

from collections.abc import Sequence

import pulumi

from ..validation.hazards.hazard import Hazard

__all__ = ["HazardLog"]


class HazardLog:
    """Logs the hazards of one component, or of one Service of several.

    Args:
        component: The component.
        path: The component's field that declares the Service, if it declares several.
    """

    def __init__(self, component: pulumi.ComponentResource, path: str = "") -> None:
        self._component, self._path = component, path
        self._warned: set[str] = set()

    def show(self, hazards: Sequence[Hazard]) -> None:
        """Log the hazards that were not logged yet; notes are not logged."""
        for hazard in hazards:
            if hazard.code not in self._warned and hazard.severity == "warning":
                self._warned.add(hazard.code)
                text = f"{self._path}: {hazard}" if self._path else str(hazard)
                pulumi.log.warn(text, resource=self._component)
