"""An error from an Output ends a program, and leaves the other Services intact."""

import json

import pytest

from testbed.stack import Stack
from tools.cluster import Cluster

COUNT = 8

FOREIGN = """
apiVersion: v1
kind: Service
metadata: {{name: victim, namespace: {namespace}}}
spec: {{selector: {{app: other}}, ports: [{{name: a, port: 80}}]}}
"""
VICTIM = """
ExternalService(
    "victim",
    {{
        "namespace": {namespace!r},
        "addresses": ["192.0.2.1"],
        "ports": [{{"name": "a", "port": 80}}],
    }},
)
"""
MISTAKE = """
def fail(_):
    raise ValueError("a mistake of the program")

ExternalService(
    "own", {{"namespace": {namespace!r}, "addresses": ["192.0.2.1"], "preset": "http"}}
).service.spec.apply(fail)
"""


def program(namespace: str, port: int) -> str:
    return f"""\
from components import ExternalService

for number in range({COUNT}):
    ExternalService(
        f"db-{{number}}",
        {{
            "namespace": {namespace!r},
            "addresses": ["192.0.2.10"],
            "ports": [{{"name": "pg", "port": {port}}}],
        }},
    )
"""


def ports(cluster: Cluster, namespace: str) -> dict[str, set[int]]:
    """Return the ports of each Service and of its slices."""
    found: dict[str, set[int]] = {}
    text = cluster.kubectl("get", "services,endpointslices", "-n", namespace, "-o", "json")
    for one in json.loads(text)["items"]:
        labels = one["metadata"].get("labels", {})
        name = labels.get("kubernetes.io/service-name", one["metadata"]["name"])
        for port in one.get("spec", one)["ports"] or []:
            found.setdefault(name, set()).add(port["port"])
    return {name: numbers for name, numbers in found.items() if name.startswith("db-")}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [(VICTIM, "already exists with the selector"), (MISTAKE, "a mistake of the program")],
    ids=["a foreign Service", "a mistake of the program"],
)
def test_a_late_refusal_waits_until_other_services_are_updated(
    cluster: Cluster, stack: Stack, namespace: str, bad: str, reason: str
) -> None:
    stack.write(program(namespace, 5432)).up()
    cluster.kubectl("apply", "-f", "-", given=FOREIGN.format(namespace=namespace))

    failing = program(namespace, 5433) + bad.format(namespace=namespace)
    done = stack.write(failing).run("up", "--yes", "--skip-preview")

    assert done.returncode != 0
    assert reason in done.stdout
    assert 'hook "' not in done.stdout
    assert "connection refused" not in done.stdout
    assert "KeyboardInterrupt" not in done.stdout
    found = ports(cluster, namespace)
    assert len(found) == COUNT
    assert [numbers for numbers in found.values() if len(numbers) > 1] == []
