"""Output of progress and tables, and the error for expected failures."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class CommandError(Exception):
    """A failure that the user can act on, reported in one line without a traceback."""


def say(text: str) -> None:
    """Print a line immediately, also to a file."""
    print(text, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print the title of a step at its start, and its duration at its end."""
    begun = time.monotonic()
    sys.stdout.write(f"{title} ... ")
    sys.stdout.flush()
    try:
        yield
    except BaseException:
        say(f"failed after {_elapsed(begun)}")
        raise
    say(_elapsed(begun))


def table(header: list[str], rows: list[list[str]]) -> str:
    """Return rows laid out in columns. Cells may have several lines."""
    columns = range(len(header))
    width = [
        max(len(line) for row in [header, *rows] for line in row[c].split("\n")) for c in columns
    ]
    lines: list[str] = []
    for row in [header, *rows]:
        cells = [cell.split("\n") for cell in row]
        for number in range(max(len(cell) for cell in cells)):
            parts = [cell[number] if number < len(cell) else "" for cell in cells]
            lines.append("  ".join(part.ljust(width[c]) for c, part in enumerate(parts)).rstrip())
    return "\n".join(lines)


def _elapsed(begun: float) -> str:
    return f"{time.monotonic() - begun:.1f} s"
