"""Builds parts, two at once, and shows their progress."""

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
_MOSTLY_LINKED = 20.0
"""Up to this many seconds a build mostly links, on one core, if its libraries are compiled."""


class Build(Protocol):
    """A running build."""

    def is_running(self) -> bool:
        """Return whether it still runs."""
        ...

    def finish(self) -> None:
        """Finish it, and raise its error if it failed."""
        ...

    def cancel(self) -> None:
        """End it."""
        ...


def run(
    parts: Sequence[Part], reasons: Mapping[str, str], start: Callable[[Part], Build]
) -> Generator[Part]:
    """Build parts, and yield each one when it is complete.

    Args:
        parts: The parts to build.
        reasons: Why each is built, by the part's id.
        start: Starts the build of a part.

    Raises:
        CommandError: A build failed; the others have been cancelled.
    """
    progress = Progress(parts, time.monotonic())
    pending, running, built = list(parts), list[tuple[Part, Build]](), list[Part]()
    try:
        while pending or running:
            while (part := _next(pending, [one for one, _ in running], built)) is not None:
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
            built.append(part)
            yield part
    finally:
        for _, build in running:
            build.cancel()


def _next(pending: Sequence[Part], running: Sequence[Part], built: Sequence[Part]) -> Part | None:
    """Return the next part to build: one that hardly compiles what a running build compiles."""
    if len(running) >= BUILDS_AT_ONCE:
        return None
    busy, compiled = set(map(_libraries, running)), set(map(_libraries, built))
    costs: dict[str, float] = {}
    for part in pending:
        costs[_libraries(part)] = costs.get(_libraries(part), 0) + seconds(part)
    # The longest chain of builds that must follow each other starts first.
    free = (part for part in pending if _libraries(part) not in busy)
    linked = (
        part for part in pending if _libraries(part) in compiled and seconds(part) <= _MOSTLY_LINKED
    )
    first = max(free, key=lambda part: costs[_libraries(part)], default=None)
    return first or next(linked, None)


def _libraries(part: Part) -> str:
    return part.libraries or part.module


@dataclass
class Progress:
    """The progress of builds, and the remaining time."""

    parts: Sequence[Part]
    began: float
    _begun: dict[str, float] = field(default_factory=dict[str, float])
    _done: float = 0
    _shown: float = 0

    def begin(self, part: Part, now: float) -> None:
        """Record the start of a build."""
        self._begun[part.id] = now
        self._shown = now

    def end(self, part: Part, now: float) -> str:
        """Record the end of a build, and return a line that reports it."""
        self._done += seconds(part)
        return f"{part.id}: built in {now - self._begun.pop(part.id):.0f} s{self._left(now)}"

    def is_due(self, now: float) -> bool:
        """Return whether it is time for the next line."""
        return now - self._shown >= _SHOWN_EVERY

    def text(self, now: float) -> str:
        """Return a line about the running builds."""
        self._shown = now
        each = ", ".join(f"{name} for {now - begun:.0f} s" for name, begun in self._begun.items())
        return f"building {each}{self._left(now)}"

    def _left(self, now: float) -> str:
        """Return the remaining time, by the speed of this machine so far."""
        built = self._done + sum(self._share(name, now) for name in self._begun)
        rest = sum(map(seconds, self.parts)) - built
        if rest <= 0:
            return ""
        time_left = rest * ((now - self.began) / built if self._done else 1)
        if time_left < _SECONDS_OF_A_MINUTE:
            return "; less than a minute left"
        return f"; about {time_left / _SECONDS_OF_A_MINUTE:.0f} min left"

    def _share(self, name: str, now: float) -> float:
        """Return the completed share of a running build, less than 1."""
        part = next(part for part in self.parts if part.id == name)
        return min((now - self._begun[name]) / BUILDS_AT_ONCE, _MOST * seconds(part))
