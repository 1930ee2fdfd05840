"""Preview of many Services with one slice of 10 each: ours against the hand-written typed program.

Run by `make bench`, on a control plane of its own. The same objects, the same provider with raised
client limits, in turns. Prints the CPU of the whole process tree, and the ratios.
"""

import json
import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cpu import Spent, spend
from tests.support.cluster import throw_away_cluster
from tests.support.stack import Stack
from tools.console import table

_HEAD = """
import pulumi
from components import provider

quick = pulumi.ResourceOptions(provider=provider("quick"))
services = {{
    f"svc-{{i}}": [f"10.{{1 + i // 250}}.{{i % 250}}.{{n}}" for n in range(1, 11)]
    for i in range({count})
}}
"""

TYPED = """
from pulumi_kubernetes import core, discovery

for name, addresses in services.items():
    service = core.v1.Service(
        name,
        metadata=dict(name=name, namespace="bench"),
        spec=dict(ports=[dict(name="http", port=80, protocol="TCP", target_port=8080)]),
        opts=quick,
    )
    discovery.v1.EndpointSlice(
        name,
        metadata=dict(
            name=f"{{name}}-ipv4",
            namespace="bench",
            labels={{
                "kubernetes.io/service-name": service.metadata.name,
                "endpointslice.kubernetes.io/managed-by": "hand",
            }},
        ),
        address_type="IPv4",
        endpoints=[
            dict(
                addresses=[address],
                conditions=dict(ready=True, serving=True, terminating=False),
            )
            for address in addresses
        ],
        ports=[dict(name="http", port=8080, protocol="TCP")],
        opts=quick,
    )
"""

SINGLE = """
from components import ExternalService

for name, addresses in services.items():
    ExternalService(
        name,
        {{
            "namespace": "bench",
            "addresses": addresses,
            "ports": [{{"name": "http", "port": 80, "target_port": 8080}}],
        }},
        quick,
    )
"""

SET = """
from components import ExternalServiceSet

ExternalServiceSet(
    "all",
    {{
        "services": {{
            name: {{
                "namespace": "bench",
                "addresses": addresses,
                "ports": [{{"name": "http", "port": 80, "target_port": 8080}}],
            }}
            for name, addresses in services.items()
        }}
    }},
    quick,
)
"""

FORMS = {"typed": TYPED, "ExternalService": SINGLE, "ExternalServiceSet": SET}
ROUNDS = 3


def program(form: str, count: int) -> str:
    """Give a program that declares `count` Services."""
    return _HEAD.format(count=count) + FORMS[form].format()


def preview(stack: Stack) -> Spent:
    """Preview a stack."""
    environment = {**stack.backend.environment(stack.kubeconfig), **stack.environment}
    return spend(stack.command("preview"), stack.folder, environment)


def main() -> None:
    counts = [int(text) for text in sys.argv[1:]] or [100, 300, 1000]
    with throw_away_cluster(name="k8s-endpoints-bench") as cluster, TemporaryDirectory() as folder:
        cluster.kubectl("create", "namespace", "bench")
        for count in counts:
            stacks = {
                form: Stack(Path(folder) / f"{form}-{count}", cluster.parts, cluster.kubeconfig)
                for form in FORMS
            }
            figures: dict[str, list[Spent]] = {form: [] for form in FORMS}
            for _ in range(ROUNDS):
                for form, stack in stacks.items():
                    figures[form].append(preview(stack.write(program(form, count))))
            _print(count, figures)


def _print(count: int, figures: dict[str, list[Spent]]) -> None:
    def median(form: str, what: str) -> float:
        return statistics.median(getattr(one, what) for one in figures[form])

    def ratio(form: str) -> float:
        pairs = zip(figures[form], figures["typed"], strict=True)
        return statistics.median(ours.cpu / typed.cpu for ours, typed in pairs)

    rows = [
        [
            form,
            f"{median(form, 'cpu'):.2f}",
            f"{median(form, 'wall'):.2f}",
            f"{ratio(form):.2f}",
            ", ".join(f"{part} {cpu:.1f}" for part, cpu in figures[form][-1].parts.items()),
        ]
        for form in figures
    ]
    print(
        f"preview of {count} Services with a slice of 10 each, in s, medians of {ROUNDS} in turns"
    )
    print(table(["", "CPU", "wall", "CPU / typed", "by process"], rows))
    print(json.dumps({form: [one.cpu for one in found] for form, found in figures.items()}))


if __name__ == "__main__":
    main()
