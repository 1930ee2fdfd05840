"""Rules as objects, each with a stable code and a line that says what it requires."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

__all__ = ["Rule", "RuleBook"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One requirement of an object."""

    code: str
    """Its stable name, such as `service-type`."""
    text: str
    """What it requires, in one sentence."""


class RuleBook(Mapping[str, Rule]):
    """The rules of one subject by code, in the order of their definition."""

    def __init__(self, *others: "RuleBook") -> None:
        self._rules: dict[str, Rule] = {}
        for other in others:
            for rule in other.values():
                self.rule(rule.code, rule.text)

    def rule(self, code: str, text: str) -> Rule:
        """Add a rule and return it.

        Raises:
            ValueError: Another rule has the code.
        """
        if code in self._rules:
            raise ValueError(f"two rules have the code {code}")
        made = self._rules[code] = Rule(code, text)
        return made

    def texts(self) -> dict[str, str]:
        """Return what each rule requires, by its code."""
        return {rule.code: rule.text for rule in self.values()}

    def __getitem__(self, code: str) -> Rule:
        return self._rules[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)
