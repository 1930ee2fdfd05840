"""The explanation of the path to one Service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from .model import Path, Problem


class Verdict(Enum):
    """Whether traffic flows."""

    SOUND = "sound"
    BROKEN = "broken"
    UNKNOWN = "cannot tell"

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        return {Verdict.SOUND: 0, Verdict.BROKEN: 1, Verdict.UNKNOWN: 2}[self]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The path to a Service, and its problems."""

    namespace: str
    name: str
    path: Path | None
    """The path; None if there is no such Service."""
    problems: Sequence[Problem]
    """The first break first, then the others in the order of the path, then warnings."""
    unknown: Sequence[str]
    """What is unknown, and why."""
    unseen: Mapping[str, str] = field(default_factory=dict[str, str])
    """The kinds that permissions hide."""

    @property
    def first(self) -> Problem | None:
        """The first break on the path, or None."""
        return next((one for one in self.problems if one.level == "break"), None)

    @property
    def verdict(self) -> Verdict:
        """Whether traffic flows: a break is certain even if other things are unknown."""
        if self.first is not None:
            return Verdict.BROKEN
        return Verdict.UNKNOWN if self.unknown else Verdict.SOUND
