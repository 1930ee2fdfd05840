"""The report that the search for hazards fills."""

from ...core.findings import Finding
from .hazard import Hazard


class Report(list[tuple[int, Finding]]):
    """The findings, each with the index of its object."""

    def add(self, index: int, hazard: Hazard, path: str, **words: object) -> None:
        """Report a hazard of an object's field, with the values of the names in its text."""
        self.append((index, hazard.at(path, words)))
