"""Preview of the shop of `examples/`: the components against its objects written by hand.

Run by `python -m bench.shop`, on a control plane of its own: the same objects, in turns. Prints the
CPU of the whole process tree, and the ratio.
"""

import json
import runpy
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cpu import Spent, pulumi
from bench.figures import median, ratio
from components.testing import render
from testbed.cluster import throw_away_cluster
from testbed.stack import Stack
from tools.console import table
from tools.paths import ROOT

ROUNDS = 7
_SHOP = ROOT / "examples" / "shop"

_BY_HAND = """
import json

from pulumi_kubernetes import apps, core, discovery, networking

kinds = {{
    "Namespace": core.v1.Namespace,
    "Service": core.v1.Service,
    "Deployment": apps.v1.Deployment,
    "Ingress": networking.v1.Ingress,
    "NetworkPolicy": networking.v1.NetworkPolicy,
}}
for one in json.loads({text!r}):
    metadata = one["metadata"]
    name = "/".join([metadata.get("namespace", ""), metadata["name"]])
    if one["kind"] == "EndpointSlice":
        discovery.v1.EndpointSlice(
            name,
            metadata=metadata,
            address_type=one["addressType"],
            endpoints=one["endpoints"],
            ports=one["ports"],
        )
    elif one["kind"] == "Namespace":
        core.v1.Namespace(name, metadata=metadata)
    else:
        kinds[one["kind"]](name, metadata=metadata, spec=one["spec"])
"""

_OURS = """
import runpy

runpy.run_path({path!r})
"""


def main() -> None:
    program = str(_SHOP / "__main__.py")
    objects = render(lambda: runpy.run_path(program))
    programs = {
        "by hand": _BY_HAND.format(text=json.dumps(objects)),
        "components": _OURS.format(path=program),
    }
    figures: dict[str, list[Spent]] = {name: [] for name in programs}
    with throw_away_cluster(name="k8s-endpoints-bench") as cluster, TemporaryDirectory() as folder:
        stacks = {
            name: Stack(Path(folder) / name, cluster.parts, cluster.kubeconfig).write(text)
            for name, text in programs.items()
        }
        for _ in range(ROUNDS):
            for name, stack in stacks.items():
                figures[name].append(pulumi(stack, "preview"))
    rows = [
        [
            name,
            f"{median(spent, 'cpu'):.2f}",
            f"{median(spent, 'wall'):.2f}",
            f"{ratio(spent, figures['by hand'], 'cpu'):.2f}",
        ]
        for name, spent in figures.items()
    ]
    print(f"preview of the shop, {len(objects)} objects, in s, medians of {ROUNDS} in turns")
    print(table(["", "CPU", "wall", "CPU / by hand"], rows))
    print(json.dumps({name: [one.cpu for one in spent] for name, spent in figures.items()}))


if __name__ == "__main__":
    main()
