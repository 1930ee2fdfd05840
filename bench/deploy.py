"""Up and destroy of 100 Services with one slice of 10 each: ours against the typed program.

Run by `make bench`, on a control plane of its own, with a file backend. The programs are those of
`bench.preview`. The typed one is destroyed as it stands, in the foreground, ours by background
deletion of its children; it fails where anything is left in the cluster afterwards.
"""

import json
import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cpu import Spent, spend
from bench.preview import FORMS, program
from tests.support.cluster import names, throw_away_cluster
from tests.support.stack import Stack
from tools.cluster import Cluster
from tools.console import table

ROUNDS = 3
_STEPS = {
    "up": ("up", "--yes", "--skip-preview"),
    "up, nothing to do": ("up", "--yes", "--skip-preview"),
    "destroy": ("destroy", "--yes", "--skip-preview"),
}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    figures: dict[str, dict[str, list[Spent]]] = {
        step: {form: [] for form in FORMS} for step in _STEPS
    }
    with throw_away_cluster(name="k8s-endpoints-bench") as cluster, TemporaryDirectory() as folder:
        cluster.kubectl("create", "namespace", "bench")
        for number in range(ROUNDS):
            for form in FORMS:
                stack = Stack(Path(folder) / f"{form}-{number}", cluster.parts, cluster.kubeconfig)
                stack.write(program(form, count))
                for step, command in _STEPS.items():
                    figures[step][form].append(_run(stack, *command))
                _expect_nothing(cluster)
    print(
        f"{count} Services with a slice of 10 each, file backend, s, medians of {ROUNDS} in turns"
    )
    print(table(["", "", "CPU", "wall", "CPU / typed", "wall / typed"], _rows(figures)))
    print(
        json.dumps(
            {
                step: {
                    form: [(one.cpu, one.wall) for one in spent] for form, spent in found.items()
                }
                for step, found in figures.items()
            }
        )
    )


def _run(stack: Stack, *command: str) -> Spent:
    environment = {**stack.backend.environment(stack.kubeconfig), **stack.environment}
    return spend(stack.command(*command), stack.folder, environment)


def _expect_nothing(cluster: Cluster) -> None:
    left = [*names(cluster, "services", "bench"), *names(cluster, "endpointslices", "bench")]
    left += names(cluster, "endpoints", "bench")
    if left:
        raise RuntimeError(f"left behind by destroy: {left}")


def _rows(figures: dict[str, dict[str, list[Spent]]]) -> list[list[str]]:
    rows: list[list[str]] = []
    for step, found in figures.items():
        typed = found["typed"]
        for form, spent in found.items():
            pairs = list(zip(spent, typed, strict=True))
            rows.append(
                [
                    step,
                    form,
                    f"{statistics.median(one.cpu for one in spent):.2f}",
                    f"{statistics.median(one.wall for one in spent):.2f}",
                    f"{statistics.median(one.cpu / other.cpu for one, other in pairs):.2f}",
                    f"{statistics.median(one.wall / other.wall for one, other in pairs):.2f}",
                ]
            )
    return rows


if __name__ == "__main__":
    main()
