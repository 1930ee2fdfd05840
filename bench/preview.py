"""Preview of many Services with one slice of 10 each: ours against the hand-written typed program.

Run by `make bench`, on its own control plane, in turns, with the same objects and the same provider
with raised client limits. Prints the CPU time of the whole process tree with the ratios, how it
grows with the number of Services, and the effect of the raised client limits alone.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cpu import Spent, pulumi
from bench.figures import median, ratio
from bench.programs import FORMS, NAMESPACE, program
from testbed.cluster import throw_away_cluster
from testbed.stack import Stack
from tools.cluster import Cluster
from tools.console import table

ROUNDS = 3
_COUNTS = [100, 300, 1000]
_LIMITED = 300
"""The number of Services for the comparison of client limits."""

_Figures = dict[str, list[Spent]]


def main() -> None:
    counts = [int(text) for text in sys.argv[1:]] or _COUNTS
    with throw_away_cluster(name="k8s-endpoints-bench") as cluster, TemporaryDirectory() as folder:
        cluster.kubectl("create", "namespace", NAMESPACE)
        empty = _compare(cluster, Path(folder) / "empty", dict.fromkeys(FORMS, ""))
        by_count: dict[int, _Figures] = {}
        for count in counts:
            programs = {form: program(form, count) for form in FORMS}
            by_count[count] = _compare(cluster, Path(folder) / str(count), programs)
            _print(count, by_count[count])
        if len(counts) > 1:
            _print_growth(counts[0], counts[1], by_count, empty)
        if _LIMITED in counts:
            _print_limits(_compare(cluster, Path(folder) / "limits", _with_both_limits()))


def _with_both_limits() -> dict[str, str]:
    return {
        f"{form}, {'raised' if quick else 'default'} limits": program(form, _LIMITED, quick=quick)
        for form in ("typed", "ExternalServiceSet")
        for quick in (False, True)
    }


def _compare(cluster: Cluster, folder: Path, programs: dict[str, str]) -> _Figures:
    stacks = {
        name: Stack(folder / str(number), cluster.parts, cluster.kubeconfig).write(text)
        for number, (name, text) in enumerate(programs.items())
    }
    figures: _Figures = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, stack in stacks.items():
            figures[name].append(pulumi(stack, "preview"))
    return figures


def _print(count: int, figures: _Figures) -> None:
    rows = [
        [
            form,
            f"{median(spent, 'cpu'):.2f}",
            f"{median(spent, 'wall'):.2f}",
            f"{ratio(spent, figures['typed'], 'cpu'):.2f}",
            ", ".join(f"{part} {cpu:.1f}" for part, cpu in spent[-1].parts.items()),
        ]
        for form, spent in figures.items()
    ]
    print(
        f"preview of {count} Services with a slice of 10 each, in s, medians of {ROUNDS} in turns"
    )
    print(table(["", "CPU", "wall", "CPU / typed", "by process"], rows))
    print(json.dumps({form: [one.cpu for one in found] for form, found in figures.items()}))


def _print_growth(few: int, many: int, figures: dict[int, _Figures], empty: _Figures) -> None:
    rows: list[list[str]] = []
    for form in FORMS:
        fixed = median(empty[form], "cpu")
        small, large = (median(figures[count][form], "cpu") - fixed for count in (few, many))
        rows.append([form, f"{fixed:.2f}", f"{large / small:.2f}"])
    print(f"growth of the CPU from {few} to {many} Services, less that of an empty program")
    print(table(["", "empty program", "ratio"], rows))


def _print_limits(figures: _Figures) -> None:
    rows = [
        [name, f"{median(spent, 'wall'):.2f}", f"{median(spent, 'cpu'):.2f}"]
        for name, spent in figures.items()
    ]
    print(f"preview of {_LIMITED} Services, default and raised client limits, in s")
    print(table(["", "wall", "CPU"], rows))
    for form in ("typed", "ExternalServiceSet"):
        slow, quick = (figures[f"{form}, {limits} limits"] for limits in ("default", "raised"))
        print(f"{form}: {ratio(slow, quick, 'wall'):.2f} times faster with raised limits")


if __name__ == "__main__":
    main()
