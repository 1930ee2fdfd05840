"""What is known of a kind of object: the one place where each kind is described."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...core.findings import Finding
from ...core.rules import RuleBook
from ...core.versions import Rules
from ..object_set import ObjectSet
from ..shapes import Struct

Validate = Callable[[dict[str, Any], dict[str, Any] | None, Rules, list[Finding]], None]
"""Validates a decoded object that is created, or that updates another one."""

Reader = Callable[[ObjectSet, int, Mapping[str, Any]], None]
"""Adds a manifest, of which this is the index, to the set in which hazards are looked for."""


def _no_words() -> dict[str, str]:
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
    """What the kind is called by mistake, in lower case, and what to write instead. Its name and
    its plural need not be listed."""
    removed: Mapping[str, str] = field(default_factory=_no_words)
    """Each `apiVersion` that it once had, and the Kubernetes version that has it no more."""

    @property
    def key(self) -> tuple[str, str]:
        """Its `apiVersion` and `kind`."""
        return self.api_version, self.kind

    @property
    def spellings(self) -> frozenset[str]:
        """All that it may be called, in lower case."""
        return frozenset({self.kind.lower(), self.plural, *self.misspellings})

    def respelled(self, kind: str) -> str:
        """Return what to write instead of a misspelled kind."""
        return self.misspellings.get(kind.lower(), f"write {self.kind} of {self.api_version}")
