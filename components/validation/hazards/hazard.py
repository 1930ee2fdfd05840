"""Hazards: settings that the API server accepts but that do not work as intended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from ...core.findings import Finding

__all__ = ["PAGE", "Catalogue", "Hazard"]

PAGE = "docs/hazards.md"
"""The page that explains all hazards, each under a heading with its code."""


@dataclass(frozen=True, slots=True)
class Hazard:
    """Something legal that will not work as intended."""

    code: str
    """Its stable name."""
    text: str
    """What happens. `{names}` in braces are replaced with values from the object."""
    remedy: str
    """What to do instead, or what to keep in mind."""
    summary: str
    """What happens, in a sentence for lists."""
    severity: Literal["warning", "note"] = "warning"
    """A note applies to every Service of its kind: listed with hazards, but not logged as a
    warning."""
    in_arguments: str = ""
    """What to do in the arguments of a component. Empty if that is the remedy."""

    @property
    def page(self) -> str:
        """The address of its explanation: the page and its heading."""
        return f"{PAGE}#{self.code}"

    def at(self, path: str, words: Mapping[str, object]) -> Finding:
        """Return the finding of this hazard for a field.

        Args:
            path: The field's path.
            words: The values of the names in braces.
        """
        text, remedy = self.text.format(**words), self.remedy.format(**words)
        return Finding(path, "", text, None, remedy, self.code, "warning")

    def saying(self, text: str, remedy: str = "") -> "Hazard":
        """Return the same hazard with the text, and remedy if given, of one of several cases."""
        in_arguments = "" if remedy else self.in_arguments
        return replace(self, text=text, remedy=remedy or self.remedy, in_arguments=in_arguments)

    def filled(self, **values: object) -> "Hazard":
        """Return the same hazard with values filled into its text and remedy."""
        return replace(self, text=self.text.format(**values), remedy=self.remedy.format(**values))

    def __str__(self) -> str:
        """Return the line that a component shows."""
        return f"{self.code}: {self.text} ({self.in_arguments or self.remedy})"


class Catalogue(Mapping[str, Hazard]):
    """Hazards by code, in the order of their definition.

    Args:
        title: Their subject, a heading of the page.
        others: Catalogues whose hazards it contains.
    """

    def __init__(self, title: str, *others: "Catalogue") -> None:
        self.title = title
        self.parts = others or (self,)
        """The catalogues that it consists of."""
        self._hazards: dict[str, Hazard] = {}
        for other in others:
            for hazard in other.values():
                self._add(hazard)

    def hazard(
        self, code: str, text: str, remedy: str, summary: str = "", in_arguments: str = ""
    ) -> Hazard:
        """Add a hazard and return it.

        Args:
            code: Its stable name.
            text: What happens.
            remedy: What to do.
            summary: What happens, in a sentence for lists. Defaults to the text.
            in_arguments: What to do in the arguments of a component. Defaults to the remedy.

        Raises:
            ValueError: Another hazard has the code.
        """
        line = summary or _sentence(text)
        return self._add(Hazard(code, text, remedy, line, in_arguments=in_arguments))

    def note(self, code: str, text: str, remedy: str) -> Hazard:
        """Add a note: it applies to every Service of its kind, so it is not a reason to warn."""
        return self._add(Hazard(code, text, remedy, _sentence(text), "note"))

    def _add(self, hazard: Hazard) -> Hazard:
        if hazard.code in self._hazards:
            raise ValueError(f"two hazards have the code {hazard.code}")
        self._hazards[hazard.code] = hazard
        return hazard

    def __getitem__(self, code: str) -> Hazard:
        return self._hazards[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._hazards)

    def __len__(self) -> int:
        return len(self._hazards)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
