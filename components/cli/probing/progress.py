"""A progress bar for probes of many backends."""

from typing import TextIO

_WIDTH = 30
LEAST = 10
"""The number of backends from which a bar is shown."""


class Progress:
    """Shows how many probes are done, on a terminal.

    Args:
        total: The number of probes.
        out: The stream to write to.
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
        """Remove the bar."""
        if self._is_shown:
            self._out.write(f"\r{'':<{_WIDTH + 24}}\r")
            self._out.flush()
