"""Builds parts, two at once, and shows how far they are."""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from .console import say
from .forecast import seconds
from .golang import BUILDS_AT_ONCE
from .parts import Part

_PAUSE = 0.1
_MOST = 0.9
_SHOWN_EVERY = 30.0
_SECONDS_OF_A_MINUTE = 60


class Build(Protocol):
    """A running build."""

    def is_running(self) -> bool:
        """Return whether it still runs."""
        ...

    def finish(self) -> None:
        """Take its result."""
        ...

    def cancel(self) -> None:
        """End it."""
        ...


def run(
    parts: Sequence[Part], reasons: Mapping[str, str], start: Callable[[Part], Build]
) -> Generator[Part]:
    """Build parts, and yield each one when it is complete.

    Args:
        parts: What to build.
        reasons: Why, by a part's id.
        start: Starts the build of a part.

    Raises:
        CommandError: A build fails; the others are ended.
    """
    progress = Progress(parts, time.monotonic())
    pending, running = list(parts), list[tuple[Part, Build]]()
    try:
        while pending or running:
            while (part := _next(pending, [one for one, _ in running])) is not None:
                pending.remove(part)
                number = len(parts) - len(pending)
                title = f"[{number}/{len(parts)}] {part.id} {part.version}"
                say(f"{title}: {reasons[part.id]}, building")
                running.append((part, start(part)))
                progress.begin(part, time.monotonic())
            done = next((one for one in running if not one[1].is_running()), None)
            if done is None:
                if progress.is_due(time.monotonic()):
                    say(progress.text(time.monotonic()))
                time.sleep(_PAUSE)
                continue
            part, build = done
            running.remove(done)
            build.finish()
            say(progress.end(part, time.monotonic()))
            yield part
    finally:
        for _, build in running:
            build.cancel()


def _next(pending: Sequence[Part], running: Sequence[Part]) -> Part | None:
    """Return what to build beside what is being built: something that shares little with it."""
    if len(running) >= BUILDS_AT_ONCE:
        return None
    busy = {_libraries(part) for part in running}
    costs: dict[str, float] = {}
    for part in pending:
        costs[_libraries(part)] = costs.get(_libraries(part), 0) + seconds(part)
    # What must be built after each other, and takes longest, begins first.
    free = (part for part in pending if _libraries(part) not in busy)
    return max(free, key=lambda part: costs[_libraries(part)], default=None)


def _libraries(part: Part) -> str:
    return part.libraries or part.module


@dataclass
class Progress:
    """How far builds are, and how long the rest takes."""

    parts: Sequence[Part]
    began: float
    _begun: dict[str, float] = field(default_factory=dict[str, float])
    _done: float = 0
    _shown: float = 0

    def begin(self, part: Part, now: float) -> None:
        """Note that a build begins."""
        self._begun[part.id] = now
        self._shown = now

    def end(self, part: Part, now: float) -> str:
        """Note that a build is complete, and return a line that says so."""
        self._done += seconds(part)
        return f"{part.id}: built in {now - self._begun.pop(part.id):.0f} s{self._left(now)}"

    def is_due(self, now: float) -> bool:
        """Return whether nothing has been shown for a while."""
        return now - self._shown >= _SHOWN_EVERY

    def text(self, now: float) -> str:
        """Return a line about what is being built."""
        self._shown = now
        each = ", ".join(f"{name} for {now - begun:.0f} s" for name, begun in self._begun.items())
        return f"building {each}{self._left(now)}"

    def _left(self, now: float) -> str:
        """Return the time that is left, as this machine and its caches are."""
        built = self._done + sum(self._share(name, now) for name in self._begun)
        rest = sum(map(seconds, self.parts)) - built
        if rest <= 0:
            return ""
        time_left = rest * ((now - self.began) / built if self._done else 1)
        if time_left < _SECONDS_OF_A_MINUTE:
            return "; less than a minute left"
        return f"; about {time_left / _SECONDS_OF_A_MINUTE:.0f} min left"

    def _share(self, name: str, now: float) -> float:
        """Return how much of the cost of a running build is behind it: never all of it."""
        part = next(part for part in self.parts if part.id == name)
        return min((now - self._begun[name]) / BUILDS_AT_ONCE, _MOST * seconds(part))
