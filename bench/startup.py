"""The cost of imports: CPU time of a fresh interpreter, in turns, the minimum of 15.

Run by `make bench`.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Mapping

from tools.console import table

ROUNDS = 15
_PROGRAMS: Mapping[str, str] = {
    "nothing": "pass",
    "import pulumi": "import pulumi",
    "import components": "import components",
    "import components.core": "import components.core",
    "from components import ExternalService": "from components import ExternalService",
    "... and the models of Kubernetes": (
        "from components import ExternalService; from pulumi_kubernetes import core, discovery;"
        " core.v1.Service; discovery.v1.EndpointSlice"
    ),
}


def main() -> None:
    figures: dict[str, list[float]] = {what: [] for what in _PROGRAMS}
    for _ in range(ROUNDS):
        for what, program in _PROGRAMS.items():
            figures[what].append(_cpu(program))
    smallest = {what: min(found) for what, found in figures.items()}
    rival = smallest["import pulumi"]
    rows = [[what, f"{cpu * 1000:.0f}", f"{cpu / rival:.2f}"] for what, cpu in smallest.items()]
    print(table(["", "CPU, ms", "/ import pulumi"], rows))
    print(json.dumps(smallest))


def _cpu(program: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
