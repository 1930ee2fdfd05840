"""What the look for hazards finds."""

from ...findings import Finding


class Report(list[tuple[int, Finding]]):
    """The findings, each with the index of the object that it is about."""

    def add(self, index: int, code: str, path: str, detail: str, remedy: str) -> None:
        """Report a hazard."""
        self.append((index, Finding(path, "", detail, None, remedy, code, "warning")))
