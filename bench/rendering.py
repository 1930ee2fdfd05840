"""The cost of `components.testing.render` in a test suite, and for one large program.

Run by `make bench-quick`. Measures the CPU time of this process for a hundred renders of 5
Services, for one of 300, and for the typed program of 300, in turns, and prints the minimum of
several.
"""

import json
import sys
import time
from collections.abc import Callable

from bench.programs import program
from components.testing import render
from tools.console import table

ROUNDS = 4
TESTS, FEW, MANY = 100, 5, 300


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    runs: dict[str, Callable[[], None]] = {
        f"typed program, {MANY}": _rendering("typed", MANY),
        f"ExternalServiceSet, {MANY}": _rendering("ExternalServiceSet", MANY),
        f"{TESTS} times {FEW} ExternalServices": _repeated(_rendering("ExternalService", FEW)),
    }
    for run in runs.values():
        run()
    figures: dict[str, list[float]] = {what: [] for what in runs}
    for _ in range(rounds):
        for what, run in runs.items():
            begun = time.process_time()
            run()
            figures[what].append(time.process_time() - begun)
    smallest = {what: min(found) for what, found in figures.items()}
    rival = next(iter(smallest.values()))
    rows = [[what, f"{cpu:.2f}", f"{cpu / rival:.2f}"] for what, cpu in smallest.items()]
    print(f"rendered without an engine, s of CPU, smallest of {rounds} in turns")
    print(table(["", "CPU", "/ the first"], rows))
    print(json.dumps(smallest))


def _rendering(form: str, count: int) -> Callable[[], None]:
    text = compile(program(form, count, quick=False), form, "exec")

    def run() -> None:
        if len(render(lambda: exec(text, {}))) != count * 2:  # noqa: S102 - it is ours
            raise RuntimeError("not all objects were rendered")

    return run


def _repeated(run: Callable[[], None]) -> Callable[[], None]:
    def repeat() -> None:
        for _ in range(TESTS):
            run()

    return repeat


if __name__ == "__main__":
    main()
