"""What the look for hazards finds."""

from ...core.findings import Finding
from .hazard import Hazard


class Report(list[tuple[int, Finding]]):
    """The findings, each with the index of the object that it is about."""

    def add(self, index: int, hazard: Hazard, path: str, **words: object) -> None:
        """Report a hazard of an object's field, with what stands for the names in its text."""
        self.append((index, hazard.at(path, words)))
