"""Rules as objects: each has a code that stays, and a line that says what it asks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

__all__ = ["Rule", "RuleBook"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is asked of an object."""

    code: str
    """Its name, which stays in all versions, such as `service-type`."""
    text: str
    """What it asks, in one sentence."""


class RuleBook(Mapping[str, Rule]):
    """The rules of one subject, by code, in the order in which they are written down."""

    def __init__(self, *others: "RuleBook") -> None:
        self._rules: dict[str, Rule] = {}
        for other in others:
            for rule in other.values():
                self.rule(rule.code, rule.text)

    def rule(self, code: str, text: str) -> Rule:
        """Write a rule down and return it.

        Raises:
            ValueError: Another rule has the code.
        """
        if code in self._rules:
            raise ValueError(f"two rules have the code {code}")
        made = self._rules[code] = Rule(code, text)
        return made

    def texts(self) -> dict[str, str]:
        """Return what each rule asks, by its code."""
        return {rule.code: rule.text for rule in self.values()}

    def __getitem__(self, code: str) -> Rule:
        return self._rules[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)
