"""The objects that an explanation is made of, and which of them may be missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Objects of files, or of a cluster at one moment."""

    manifests: Sequence[Mapping[str, Any]]
    """In their wire form; those of a cluster with `apiVersion` and `kind`, too."""
    is_live: bool = False
    """Whether they come from a cluster: what is absent is then known not to be there."""
    unseen: Mapping[str, str] = field(default_factory=dict[str, str])
    """The kinds that could not be read from the cluster, with the reason."""

    def knows(self, kind: str) -> bool:
        """Return whether all objects of a kind are here, so that absence means something."""
        return self.is_live and kind not in self.unseen
