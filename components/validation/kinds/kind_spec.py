"""The description of a kind: how it is spelled, decoded, validated and read for hazards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...core.findings import Finding
from ...core.rules import RuleBook
from ...core.versions import Rules
from ..object_set import ObjectSet
from ..shapes import Struct
from ..unknown_fields import Guesses

Validate = Callable[[dict[str, Any], dict[str, Any] | None, Rules, list[Finding]], None]
"""Validates a decoded object that is created, or that updates another one: new, old, rules, and the
list that collects the findings."""

Reader = Callable[[ObjectSet, int, Mapping[str, Any]], None]
"""Adds a manifest, with its index, to the set that is linted."""


def _no_words() -> dict[str, str]:
    return {}


def _no_guesses() -> dict[str, tuple[Any, ...]]:
    return {}


@dataclass(frozen=True, slots=True)
class KindSpec:
    """One kind of object that is validated."""

    api_version: str
    kind: str
    plural: str
    """Its name in the URLs of the API server."""
    shape: Callable[[Rules], Struct]
    """Returns its fields in a version of Kubernetes."""
    rules: RuleBook
    validate: Validate
    read: Reader
    misspellings: Mapping[str, str] = field(default_factory=_no_words)
    """Wrong spellings of the kind, in lower case, and what to write instead. The name itself and
    its plural need not be listed."""
    removed: Mapping[str, str] = field(default_factory=_no_words)
    """Each former `apiVersion`, and the Kubernetes version that removed it."""
    guesses: Guesses = field(default_factory=_no_guesses)
    """Values to try for fields that are unknown, where their absence may be an error elsewhere."""

    @property
    def key(self) -> tuple[str, str]:
        """Its `apiVersion` and `kind`."""
        return self.api_version, self.kind

    @property
    def spellings(self) -> frozenset[str]:
        """All known spellings, in lower case."""
        return frozenset({self.kind.lower(), self.plural, *self.misspellings})

    def respelled(self, kind: str) -> str:
        """Return what to write instead of a misspelled kind."""
        return self.misspellings.get(kind.lower(), f"write {self.kind} of {self.api_version}")
