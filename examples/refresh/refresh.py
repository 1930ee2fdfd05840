"""Read the source of each stack repeatedly, and update the stacks whose backends changed.

    python refresh.py eu us --every 60 --rounds 100

Stacks are updated in parallel, each by its own `pulumi`: a failure does not affect the others.
"""

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import inventory
from k8s_endpoints.sources import SourceError
from pulumi import automation

HERE = Path(__file__).parent
WIDTHS = (12, 10, 9, 8, 60)


@dataclass
class Refreshed:
    """A stack and its last update."""

    stack: automation.Stack
    digest: str = ""
    """The digest of the last deployed backends; empty before the first update."""
    state: str = "waiting"
    count: int = 0
    seconds: float = 0.0
    note: str = ""

    def refresh(self) -> None:
        """Read the source, and update the stack if the backends changed."""
        begun = time.monotonic()
        self.note = ""
        try:
            self._refresh()
        except (SourceError, OSError) as error:
            self._fail(str(error))
        except automation.ConcurrentUpdateError:
            self._fail("another update is in progress; the next round tries again")
        except automation.CommandError as error:
            self._fail(reason_of(str(error)))
        self.seconds = time.monotonic() - begun

    def _refresh(self) -> None:
        self.state = "reading"
        backends = inventory.backends(self.stack.name)
        self.count = len(backends)
        text = json.dumps(backends, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if digest == self.digest:
            self.state = "unchanged"
            return
        self.state = "updating"
        changes = self.stack.up(suppress_progress=True).summary.resource_changes or {}
        self.digest, self.state = digest, "updated"
        self.note = ", ".join(f"{number} {operation}" for operation, number in changes.items())

    def _fail(self, reason: str) -> None:
        self.state, self.note = "failed", reason

    def row(self) -> tuple[str, ...]:
        seconds = f"{self.seconds:.1f} s"
        return (self.stack.name, self.state, str(self.count), seconds, self.note)


def reason_of(text: str) -> str:
    """Return the first error that pulumi printed, on one line."""
    errors = [line.strip() for line in text.splitlines() if line.strip().startswith("error: ")]
    named = [line for line in errors if "update failed" not in line]
    return (named or errors or ["pulumi failed"])[0].removeprefix("error: ")


def table(stacks: Sequence[Refreshed]) -> list[str]:
    rows = [("STACK", "STATE", "BACKENDS", "TIME", "CHANGES"), *(one.row() for one in stacks)]
    return [
        " ".join(cell.ljust(width) for cell, width in zip(row, WIDTHS, strict=True)).rstrip()
        for row in rows
    ]


def show(stacks: Sequence[Refreshed], is_done: Callable[[], bool]) -> None:
    """Print the table at the end; on a terminal, keep it up to date until then."""
    drawn = 0
    while not is_done():
        if sys.stdout.isatty():
            lines = [line[:120] for line in table(stacks)]
            print(f"\033[{drawn}F" * bool(drawn) + "\n".join(f"\033[K{line}" for line in lines))
            drawn = len(lines)
        time.sleep(0.2)
    print(f"\033[{drawn}F\033[J" * bool(drawn) + "\n".join(table(stacks)), flush=True)


def refresh_all(stacks: Sequence[Refreshed]) -> bool:
    """Refresh all stacks in parallel, and return whether all succeeded."""
    with ThreadPoolExecutor(max_workers=len(stacks)) as pool:
        running = [pool.submit(one.refresh) for one in stacks]
        show(stacks, lambda: all(one.done() for one in running))
        for one in running:
            one.result()
    return all(one.state != "failed" for one in stacks)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("stacks", nargs="+", metavar="STACK")
    parser.add_argument("--every", type=float, default=60.0, help="seconds between rounds")
    parser.add_argument("--rounds", type=int, default=1, help="how many rounds; 1 by default")
    given = parser.parse_args()
    stacks = [
        Refreshed(automation.create_or_select_stack(stack_name=name, work_dir=str(HERE)))
        for name in given.stacks
    ]
    all_fine = True
    for number in range(given.rounds):
        if number:
            time.sleep(given.every)
        all_fine = refresh_all(stacks)
    return 0 if all_fine else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
