"""Validates 10 000 manifests of five kinds on one core, beside kubectl's dry run on a server.

Run by `make bench`, on a control plane of its own. Prints the CPU time to validate valid and broken
manifests and to read them as YAML, the time to import `components.core`, and, in turns, the time of
`components validate` and of `kubectl apply --dry-run=server` for the same file. The argument is the
number of manifests in that file.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from components.validation import validate
from testbed.agreement.generator import KINDS, Creation, cases
from testbed.cluster import throw_away_cluster
from tools.cluster import Cluster
from tools.console import table

COUNT = 10_000
RUNS = 5
ROUNDS = 3
IMPORTS = 15
IMPORTED = ("components.core", "components.validation", "yaml")

_IMPORT = """
import time
begun = time.perf_counter()
import {module}
print(time.perf_counter() - begun)
"""

Manifest = dict[str, Any]


def main() -> None:
    shared = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    made = manifests(COUNT)
    text = yaml.dump_all(made, Dumper=yaml.CSafeDumper)
    broken = broken_manifests(COUNT)
    cpu = {
        "validate": _median_cpu(RUNS, lambda: [validate(one) for one in made]),
        "validate broken ones": _median_cpu(RUNS, lambda: [validate(one) for one in broken]),
        "read as YAML": _median_cpu(RUNS, lambda: list(yaml.load_all(text, yaml.CSafeLoader))),
    }
    for what, seconds in cpu.items():
        print(f"{COUNT} manifests, {what}: {seconds:.2f} s CPU, median of {RUNS}")
    imports = {module: _import(module) for module in IMPORTED}
    for module, seconds in imports.items():
        print(f"import {module}: {seconds * 1000:.0f} ms")
    with throw_away_cluster(name="k8s-endpoints-bench") as cluster, TemporaryDirectory() as folder:
        file = Path(folder) / "manifests.yaml"
        together = list(islice(_without_collisions(made), shared))
        file.write_text(yaml.dump_all(together, Dumper=yaml.CSafeDumper))
        figures = _in_turns(cluster, file)
    rows = [
        [what, f"{seconds:.2f}", f"{seconds / shared * 1000:.2f}"]
        for what, seconds in figures.items()
    ]
    print(f"{shared} manifests in one file; medians of {ROUNDS} in turns")
    print(table(["", "s", "ms each"], rows))
    ratio = figures["kubectl"] / figures["components"]
    print(f"kubectl / components: {ratio:.1f}")
    print(json.dumps({**cpu, **imports, **figures}))


def manifests(count: int) -> list[Manifest]:
    """Return manifests that the API server accepts."""
    random = Random(1)  # noqa: S311
    weights = [kind.weight for kind in KINDS]
    kinds = random.choices(KINDS, weights, k=count)
    return [kind.valid(random, f"bench-{number}") for number, kind in enumerate(kinds)]


def broken_manifests(count: int) -> list[Manifest]:
    """Return manifests: the API server accepts a third, the others have several errors."""
    made = (one.manifest for one in cases(1, 2 * count, 1) if isinstance(one, Creation))
    return list(islice(made, count))


def _without_collisions(made: list[Manifest]) -> Iterator[Manifest]:
    """Leave out Services with a node port of an earlier one, which are wrong only in one file."""
    taken: set[int] = set()
    for manifest in made:
        spec = manifest.get("spec", {})
        numbers = {port["nodePort"] for port in spec.get("ports", []) if port.get("nodePort")}
        if not numbers & taken:
            taken |= numbers
            yield manifest


def _median_cpu(runs: int, act: Callable[[], object]) -> float:
    times: list[float] = []
    for _ in range(runs):
        begun = time.process_time()
        act()
        times.append(time.process_time() - begun)
    return statistics.median(times)


def _import(module: str) -> float:
    """Return the time of an import in separate processes, with files in the system's cache."""
    command = [sys.executable, "-c", _IMPORT.format(module=module)]
    times = [float(subprocess.check_output(command)) for _ in range(IMPORTS)]
    return statistics.median(times)


def _in_turns(cluster: Cluster, file: Path) -> dict[str, float]:
    commands = {
        "components": [sys.executable, "-m", "components", "validate", "--no-hazards", str(file)],
        "kubectl": [
            str(cluster.parts["kubectl"]),
            *(f"--kubeconfig={cluster.kubeconfig}", "apply", "--dry-run=server", "-f", str(file)),
        ],
    }
    times: dict[str, list[float]] = {what: [] for what in commands}
    for _ in range(ROUNDS):
        for what, command in commands.items():
            begun = time.monotonic()
            subprocess.run(command, check=True, capture_output=True)
            times[what].append(time.monotonic() - begun)
    return {what: statistics.median(seconds) for what, seconds in times.items()}


if __name__ == "__main__":
    main()
