"""The figures of `docs/performance.md`: how a first up grows, with and without checkpoints.

Run by `make bench`, on a control plane of its own, with a file backend: the first up of an
`ExternalServiceSet`, of stacks of three sizes, with checkpoints, without, and without and with 64
operations at once.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cpu import WITHOUT_CHECKPOINTS, Spent, pulumi
from bench.programs import NAMESPACE, program
from testbed.cluster import throw_away_cluster
from testbed.stack import Stack
from tools.console import table

_COUNTS = (100, 200, 300)
_CASES: dict[str, tuple[Mapping[str, str], list[str]]] = {
    "as it is": ({}, []),
    "without checkpoints": (WITHOUT_CHECKPOINTS, []),
    "without checkpoints, --parallel 64": (WITHOUT_CHECKPOINTS, ["--parallel", "64"]),
}


def main() -> None:
    figures: dict[str, list[Spent]] = {case: [] for case in _CASES}
    with throw_away_cluster(name="k8s-endpoints-bench") as cluster, TemporaryDirectory() as folder:
        cluster.kubectl("create", "namespace", NAMESPACE)
        for count in _COUNTS:
            for case, (variables, flags) in _CASES.items():
                stack = Stack(
                    Path(folder) / f"{count}-{case}",
                    cluster.parts,
                    cluster.kubeconfig,
                    environment=dict(variables),
                )
                stack.write(program("ExternalServiceSet", count))
                spent = pulumi(stack, "up", "--yes", "--skip-preview", *flags)
                figures[case].append(spent)
                stack.environment.update(WITHOUT_CHECKPOINTS)
                pulumi(stack, "destroy", "--yes", "--skip-preview")
    rows = [[case, *(f"{one.wall:.1f}" for one in spent)] for case, spent in figures.items()]
    print("first up of an ExternalServiceSet, file backend, s, one run")
    print(table(["", *(f"{count} Services" for count in _COUNTS)], rows))
    print(json.dumps({case: [one.wall for one in spent] for case, spent in figures.items()}))


if __name__ == "__main__":
    main()
