"""One Service of 10 000 backends, one of them removed: ours against naive chunks of 100.

Run by `make bench`, on a control plane of its own. For each form of the program: the first up, then
in turns a preview and an up with nothing to do, and an up with one backend removed near the front.
Prints times, slices written (from resourceVersions), the size of the state, and the ratios.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.cluster import throw_away_cluster, versions
from tests.support.stack import Stack
from tools.cluster import Cluster
from tools.console import table

ROUNDS = 3

_BACKENDS = """
addresses = [f"10.{{n // 65536}}.{{n // 256 % 256}}.{{n % 256}}" for n in range(1, {count} + 1)]
for _ in range({removed}):
    del addresses[5]
"""

_OURS = """
from components import ExternalService

ExternalService("fleet", {{
    "namespace": "ours", "addresses": addresses, "ports": [{{"name": "http", "port": 80}}],
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
            {{"addresses": [address], "conditions": {{"ready": True}}}}
            for address in addresses[number : number + 100]
        ],
        ports=[port],
    )
"""

_FORMS = {"ours": _OURS, "naive": _NAIVE}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with throw_away_cluster(name="k8s-endpoints-bench") as cluster, TemporaryDirectory() as folder:
        stacks = {
            form: Stack(Path(folder) / form, cluster.parts, cluster.kubeconfig) for form in _FORMS
        }
        figures: dict[str, dict[str, list[float]]] = {form: {} for form in _FORMS}
        for form, stack in stacks.items():
            cluster.kubectl("create", "namespace", form)
            _write(stack, form, count, 0)
            _note(figures[form], "preview, create", stack.preview)
            _note(figures[form], "first up", stack.up)
            figures[form]["state, kB"] = [_state_size(stack) / 1000]
            figures[form]["slices"] = [len(versions(cluster, "endpointslices", form))]
        for number in range(1, ROUNDS + 1):
            for form, stack in stacks.items():
                _round(figures[form], cluster, stack, form, count, number)
    _print(count, figures)


def _round(
    figures: dict[str, list[float]],
    cluster: Cluster,
    stack: Stack,
    form: str,
    count: int,
    number: int,
) -> None:
    _note(figures, "preview, nothing to do", stack.preview)
    _note(figures, "up, nothing to do", stack.up)
    before = versions(cluster, "endpointslices", form)
    _write(stack, form, count, number)
    _note(figures, "up, one removed", stack.up)
    after = versions(cluster, "endpointslices", form)
    written = sum(after[name] != before.get(name) for name in after) + len(before.keys() - after)
    figures.setdefault("slices written", []).append(written)


def _write(stack: Stack, form: str, count: int, removed: int) -> None:
    stack.write(_BACKENDS.format(count=count, removed=removed) + _FORMS[form].format())


def _note(figures: dict[str, list[float]], what: str, act: Callable[[], object]) -> None:
    begun = time.monotonic()
    act()
    figures.setdefault(what, []).append(time.monotonic() - begun)


def _state_size(stack: Stack) -> int:
    return sum(file.stat().st_size for file in stack.folder.glob("state/.pulumi/stacks/**/*.json"))


def _print(count: int, figures: dict[str, dict[str, list[float]]]) -> None:
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
    print(f"{count} backends; times in s, medians of {ROUNDS} in turns")
    print(table(["", "ours", "naive chunks", "naive / ours"], rows))
    print(json.dumps({"backends": count, "medians": medians}))


if __name__ == "__main__":
    main()
