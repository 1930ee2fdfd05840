"""One Service of 10 000 backends, one of them changed: ours against naive chunks of 100.

The other program writes the same fields of each endpoint, so that only the slicing differs.
Run by `make bench`, on its own control plane, also for 50 000 backends. For each form of the
program it measures the first up, then in turns a preview and an up without changes, and ups with
one backend removed near the front, one added and one replaced. Prints times, slices written (from
resourceVersions), the size of the state, the peak memory of the three processes, and the ratios.
"""

import json
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cpu import pulumi, state_size
from testbed.cluster import throw_away_cluster, versions
from testbed.stack import Stack
from tools.cluster import Cluster
from tools.console import table

_LARGE = 10_000
_UP = ("up", "--yes", "--skip-preview")

_BACKENDS = """
backends = [
    (f"b{{n}}", f"10.{{n // 65536}}.{{n // 256 % 256}}.{{n % 256}}") for n in range(1, {count} + 1)
]
for number, change in enumerate({changes}):
    new = f"10.200.0.{{number + 1}}"
    if change == "removed":
        del backends[5]
    elif change == "added":
        backends.insert(5, (f"n{{number}}", new))
    else:
        backends[5] = (backends[5][0], new)
addresses = [address for _, address in backends]
"""

_OURS = """
from components import ExternalService

ExternalService("fleet", {{
    "namespace": "ours", "ports": [{{"name": "http", "port": 80}}],
    "backends": [{{"id": id, "address": address}} for id, address in backends],
}})
"""

_NAIVE = """
from pulumi_kubernetes import core, discovery

port = {{"name": "http", "port": 80, "protocol": "TCP"}}
metadata = {{"name": "fleet", "namespace": "naive"}}
core.v1.Service("fleet", metadata=metadata, spec={{"ports": [port]}})
for number in range(0, len(addresses), 100):
    discovery.v1.EndpointSlice(
        f"fleet-{{number // 100}}",
        metadata={{
            "name": f"fleet-{{number // 100}}",
            "namespace": "naive",
            "labels": {{"kubernetes.io/service-name": "fleet"}},
        }},
        address_type="IPv4",
        endpoints=[
            {{
                "addresses": [address],
                "conditions": {{"ready": True, "serving": True, "terminating": False}},
            }}
            for address in addresses[number : number + 100]
        ],
        ports=[port],
    )
"""

_FORMS = {"ours": _OURS, "naive": _NAIVE}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    rounds = 3 if count <= _LARGE else 1
    with throw_away_cluster(name="k8s-endpoints-bench") as cluster, TemporaryDirectory() as folder:
        stacks = {
            form: Stack(Path(folder) / form, cluster.parts, cluster.kubeconfig) for form in _FORMS
        }
        figures: dict[str, dict[str, list[float]]] = {form: {} for form in _FORMS}
        for form, stack in stacks.items():
            cluster.kubectl("create", "namespace", form)
            _write(stack, form, count, [])
            _note(figures[form], "preview, create", stack, "preview")
            _note(figures[form], "first up", stack, *_UP)
            figures[form]["state, kB"] = [state_size(stack) / 1000]
            figures[form]["slices"] = [len(versions(cluster, "endpointslices", form))]
        changes: list[str] = []
        for _ in range(rounds):
            for change in ("removed", "added", "replaced"):
                changes.append(change)
                for form, stack in stacks.items():
                    _change(figures[form], cluster, stack, form, count, changes)
    _print(count, rounds, figures)


def _change(
    figures: dict[str, list[float]],
    cluster: Cluster,
    stack: Stack,
    form: str,
    count: int,
    changes: Sequence[str],
) -> None:
    _note(figures, "up, nothing to do", stack, *_UP)
    before = versions(cluster, "endpointslices", form)
    _write(stack, form, count, changes)
    _note(figures, f"up, one {changes[-1]}", stack, *_UP)
    after = versions(cluster, "endpointslices", form)
    written = sum(after[name] != before.get(name) for name in after) + len(before.keys() - after)
    figures.setdefault(f"slices written, one {changes[-1]}", []).append(written)


def _write(stack: Stack, form: str, count: int, changes: Sequence[str]) -> None:
    backends = _BACKENDS.format(count=count, changes=list(changes))
    stack.write(backends + _FORMS[form].format())


def _note(figures: dict[str, list[float]], what: str, stack: Stack, *command: str) -> None:
    spent = pulumi(stack, *command)
    figures.setdefault(what, []).append(spent.wall)
    figures.setdefault(f"{what}, peak MB", []).append(sum(spent.memory.values()))


def _print(count: int, rounds: int, figures: dict[str, dict[str, list[float]]]) -> None:
    medians = {
        form: {what: statistics.median(values) for what, values in found.items()}
        for form, found in figures.items()
    }
    rows = [
        [
            what,
            f"{ours:.2f}",
            f"{medians['naive'][what]:.2f}",
            f"{medians['naive'][what] / ours:.2f}",
        ]
        for what, ours in medians["ours"].items()
    ]
    print(f"{count} backends; times in s, medians of {rounds} in turns")
    print(table(["", "ours", "naive chunks", "naive / ours"], rows))
    print(json.dumps({"backends": count, "medians": medians}))


if __name__ == "__main__":
    main()
