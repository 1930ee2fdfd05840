"""Up and destroy of many Services with one slice of 10 each: ours against the typed program.

Run by `make bench`, on its own control plane, with a file backend: 100 Services with the defaults,
and 300 without checkpoints, which dominate the time. The typed program is destroyed as written, in
the foreground, ours by background deletion of its children. The benchmark fails if anything is left
in the cluster.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cpu import WITHOUT_CHECKPOINTS, Spent, pulumi, state_size
from bench.figures import median, ratio
from bench.programs import FORMS, NAMESPACE, program
from testbed.cluster import names, throw_away_cluster
from testbed.stack import Stack
from tools.cluster import Cluster
from tools.console import table

ROUNDS = 3
_STEPS = {
    "up": ("up", "--yes", "--skip-preview"),
    "up, nothing to do": ("up", "--yes", "--skip-preview"),
    "destroy": ("destroy", "--yes", "--skip-preview"),
}
_CASES: dict[str, tuple[int, Mapping[str, str]]] = {
    "file backend": (100, {}),
    "checkpoints off": (300, WITHOUT_CHECKPOINTS),
}

_Figures = dict[str, dict[str, list[Spent]]]
_Sizes = dict[str, int]
"""Bytes of the state after the last up, by form."""


def main() -> None:
    with throw_away_cluster(name="k8s-endpoints-bench") as cluster, TemporaryDirectory() as folder:
        cluster.kubectl("create", "namespace", NAMESPACE)
        for title, (count, variables) in _CASES.items():
            figures, sizes = _measure(cluster, Path(folder) / title, count, variables)
            _print(f"{count} Services with a slice of 10 each, {title}", figures, sizes)


def _measure(
    cluster: Cluster, folder: Path, count: int, variables: Mapping[str, str]
) -> tuple[_Figures, _Sizes]:
    figures: _Figures = {step: {form: [] for form in FORMS} for step in _STEPS}
    sizes: _Sizes = {}
    for number in range(ROUNDS):
        for form in FORMS:
            stack = Stack(
                folder / f"{form}-{number}",
                cluster.parts,
                cluster.kubeconfig,
                environment=dict(variables),
            )
            stack.write(program(form, count))
            for step, command in _STEPS.items():
                if step == "destroy":
                    sizes[form] = state_size(stack)
                figures[step][form].append(pulumi(stack, *command))
            _expect_nothing(cluster)
    return figures, sizes


def _expect_nothing(cluster: Cluster) -> None:
    kinds = ("services", "endpointslices", "endpoints")
    left = [name for kind in kinds for name in names(cluster, kind, NAMESPACE)]
    if left:
        raise RuntimeError(f"left behind by destroy: {left}")


def _print(title: str, figures: _Figures, sizes: _Sizes) -> None:
    rows = [
        [
            step,
            form,
            f"{median(spent, 'cpu'):.2f}",
            f"{median(spent, 'wall'):.2f}",
            f"{ratio(spent, found['typed'], 'cpu'):.2f}",
            f"{ratio(spent, found['typed'], 'wall'):.2f}",
        ]
        for step, found in figures.items()
        for form, spent in found.items()
    ]
    print(f"{title}, s, medians of {ROUNDS} in turns")
    print(table(["", "", "CPU", "wall", "CPU / typed", "wall / typed"], rows))
    states = [
        [form, f"{size / 1000:.1f}", f"{size / sizes['typed']:.2f}"] for form, size in sizes.items()
    ]
    print(table(["state after the ups", "kB", "/ typed"], states))
    times = {
        step: {form: [(one.cpu, one.wall) for one in spent] for form, spent in found.items()}
        for step, found in figures.items()
    }
    print(json.dumps({title: times, "state": sizes}))


if __name__ == "__main__":
    main()
