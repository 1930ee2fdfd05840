"""A bar that grows while many backends are probed."""

from typing import TextIO

_WIDTH = 30
LEAST = 10
"""From how many backends on there is a bar."""


class Progress:
    """Shows how many of all are done, on a terminal.

    Args:
        total: How many there are.
        out: Where to.
    """

    def __init__(self, total: int, out: TextIO) -> None:
        self._total = total
        self._out = out
        self._is_shown = total >= LEAST and out.isatty()
        self._done = 0

    def advance(self) -> None:
        """Count one more."""
        self._done += 1
        if self._is_shown:
            filled = "#" * (_WIDTH * self._done // self._total)
            self._out.write(f"\r[{filled:<{_WIDTH}}] {self._done}/{self._total}")
            self._out.flush()

    def end(self) -> None:
        """Take the bar away."""
        if self._is_shown:
            self._out.write(f"\r{'':<{_WIDTH + 24}}\r")
            self._out.flush()
