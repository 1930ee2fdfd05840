"""The objects that an explanation is based on, and which kinds may be missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Objects from files, or from a cluster at one moment."""

    manifests: Sequence[Mapping[str, Any]]
    """The objects in their wire form; also those of a cluster have `apiVersion` and `kind`."""
    is_live: bool = False
    """Whether they come from a cluster, so that absent objects do not exist."""
    unseen: Mapping[str, str] = field(default_factory=dict[str, str])
    """The kinds that could not be read from the cluster, with the reason."""
    absent_namespace: str = ""
    """The namespace that was asked for, if the cluster has none of that name."""

    def knows(self, kind: str) -> bool:
        """Return whether all objects of a kind are known, so that absence is conclusive."""
        return self.is_live and kind not in self.unseen
