"""300 Services with a slice of 10 each, by other tools: kubectl, cdk8s, a YAML dump.

Run by `make bench`. Rendering without an engine: `components.testing.render`, also of the typed
program, against cdk8s in Python and in TypeScript (compiled, as JavaScript), and PyYAML's dump of
the finished manifests as the floor. Applying: `kubectl apply --server-side` against `pulumi up`,
the first time, and of what is deployed: nothing to do, and one address changed.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from bench.peers.install import node_modules, python_with_cdk8s
from bench.peers.objects import objects
from bench.programs import NAMESPACE, program
from testbed.cluster import throw_away_cluster
from testbed.stack import Stack
from tools.console import table

COUNT = 300
ROUNDS = 3
_HERE = Path(__file__).parent
_SERVER_SIDE = ("apply", "--server-side", "--field-manager=bench", "-f", "-")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with TemporaryDirectory() as folder:
        _synth(Path(folder), count)
        _apply(Path(folder), count)


def _synth(folder: Path, count: int) -> None:
    def python(interpreter: str, file: str, *arguments: str) -> Callable[[], object]:
        return partial(_run, [interpreter, str(_HERE / file), *arguments], folder)

    runs = {
        "ExternalServiceSet, components.testing.render": python(
            sys.executable, "rendered.py", "ExternalServiceSet", str(count)
        ),
        "typed program, components.testing.render": python(
            sys.executable, "rendered.py", "typed", str(count)
        ),
        "PyYAML dump, C": python(sys.executable, "dump.py", str(count), "all.yaml"),
    }
    if interpreter := python_with_cdk8s():
        runs["cdk8s, Python"] = python(interpreter, "synth.py", str(count))
    if modules := node_modules():
        command = ["node", str(_HERE / "synth.js"), str(count)]
        runs["cdk8s, TypeScript"] = partial(_run, command, folder, NODE_PATH=str(modules))
    figures: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for what, act in runs.items():
            _note(figures, what, act)
    _print(f"{count} Services rendered without an engine", figures)


def _apply(folder: Path, count: int) -> None:
    with throw_away_cluster(name="k8s-endpoints-bench") as cluster:
        for namespace in (NAMESPACE, "kubectl"):
            cluster.kubectl("create", "namespace", namespace)
        stack = Stack(folder / "ours", cluster.parts, cluster.kubeconfig)
        programs = {
            moved: program("ExternalServiceSet", count, moved=moved) for moved in (False, True)
        }
        given = {moved: _manifests(count, moved=moved) for moved in (False, True)}

        def kubectl(*, moved: bool) -> None:
            cluster.kubectl(*_SERVER_SIDE, given=given[moved])

        first: dict[str, list[float]] = {}
        _note(first, "pulumi up", stack.write(programs[False]).up)
        _note(first, "kubectl apply", partial(kubectl, moved=False))
        _print(f"{count} Services created", first)
        figures: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            for moved in (False, True):
                what = "one address" if moved else "nothing to do"
                stack.write(programs[False]).up()
                kubectl(moved=False)
                stack.write(programs[moved])
                _note(figures, f"pulumi up, {what}", stack.up)
                _note(figures, f"kubectl apply, {what}", partial(kubectl, moved=moved))
        _print(f"{count} Services deployed already", figures)


def _manifests(count: int, *, moved: bool) -> str:
    """Return the manifests for kubectl, in a separate namespace."""
    made = list(objects(count, moved=moved))
    for one in made:
        one["metadata"]["namespace"] = "kubectl"
    return yaml.dump_all(made, Dumper=yaml.CSafeDumper)


def _run(command: list[str], folder: Path, **variables: str) -> None:
    environment = {
        "PATH": os.pathsep.join([*_folder_of("node"), "/usr/bin", "/bin"]),
        "HOME": str(folder),
        "PYTHONPATH": str(_HERE.parent.parent),
        **variables,
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _folder_of(program: str) -> list[str]:
    found = shutil.which(program)
    return [str(Path(found).parent)] if found else []


def _note(figures: dict[str, list[float]], what: str, act: Callable[[], object]) -> None:
    begun = time.monotonic()
    act()
    figures.setdefault(what, []).append(time.monotonic() - begun)


def _print(title: str, figures: Mapping[str, list[float]]) -> None:
    medians = {what: statistics.median(values) for what, values in figures.items()}
    rows = [
        [what, f"{seconds:.2f}", f"{seconds / next(iter(medians.values())):.2f}"]
        for what, seconds in medians.items()
    ]
    print(f"{title}, s, medians of {len(next(iter(figures.values())))} in turns")
    print(table(["", "wall", "/ the first"], rows))
    print(json.dumps(medians))


if __name__ == "__main__":
    main()
