"""What a cluster gives a Service, as outputs: true after an up, and not invented before."""

import json

import pytest

from testbed.cluster import get
from testbed.stack import Stack
from tools.cluster import Cluster

HTTP = {"name": "http", "port": 80}
HTTPS = {"name": "https", "port": 443}
ADMIN = {"name": "admin", "port": 8080}

PROGRAM = """
import pulumi
from components import ExternalService, ExternalServiceSet, SelectorService

args, numbers = {args!r}, {numbers!r}

def common(name):
    ports = [{{**port, "node_port": numbers.get(name)}} for port in args["ports"]]
    return {{"namespace": "{namespace}", **args, "ports": ports}}

def outside(name):
    return {{**common(name), "addresses": ["192.0.2.10"]}}

def pods(name):
    return {{"await_ready": False, **common(name), "selector": {{"app": "web"}}}}

made = {{
    "external": ExternalService("external", outside("external")),
    "selector": SelectorService("selector", pods("selector")),
    "set": ExternalServiceSet("all", {{"services": {{"set": outside("set")}}}}).services["set"],
}}
for name, one in made.items():
    for output in ("cluster_ip", "load_balancer", "node_ports"):
        value, label = getattr(one, output), f"{{name}} {{output}}"
        pulumi.export(label, value)
        value.apply(lambda known, label=label: pulumi.log.info(f"{{label}} is {{known}}"))
"""
NAMES = ("external", "selector", "set")


def program(namespace: str, numbers: dict[str, int] | None = None, **args: object) -> str:
    return PROGRAM.format(namespace=namespace, numbers=numbers or {}, args=args)


def outputs(stack: Stack, output: str) -> dict[str, object]:
    """Return an output of each Service, as the stack has recorded it."""
    done = stack.run("stack", "output", "--json")
    assert done.returncode == 0, done.stdout
    found = json.loads(done.stdout)
    return {name: found[f"{name} {output}"] for name in NAMES}


def previewed(stack: Stack) -> dict[str, dict[str, str]]:
    """Return what a preview knows, as text, by output and Service."""
    done = stack.run("preview", "--diff")
    assert done.returncode == 0, done.stdout
    known: dict[str, dict[str, str]] = {}
    for line in done.stdout.splitlines():
        subject, is_known, value = line.strip().removeprefix("info: ").partition(" is ")
        name, _, output = subject.partition(" ")
        if is_known and name in NAMES:
            known.setdefault(output, {})[name] = value
    return known


def each(value: object) -> dict[str, object]:
    return dict.fromkeys(NAMES, value)


def ports_of(cluster: Cluster, namespace: str, name: str) -> dict[str, int]:
    spec = get(cluster, "service", namespace, name)["spec"]
    return {port["name"]: port["nodePort"] for port in spec["ports"]}


def test_allocated_node_ports_are_known_after_an_up_and_not_invented_before(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    args = {"type": "NodePort", "ports": [HTTP, HTTPS]}
    stack.write(program(namespace, **args))

    known = previewed(stack)
    assert "node_ports" not in known, "the dry run invents them"
    assert "cluster_ip" not in known
    assert known["load_balancer"] == each("[]")

    stack.up()
    live = {name: ports_of(cluster, namespace, name) for name in NAMES}
    assert all(30000 <= port <= 32767 for ports in live.values() for port in ports.values())
    assert outputs(stack, "node_ports") == live
    assert outputs(stack, "load_balancer") == each([])
    known = previewed(stack)
    assert known["node_ports"] == {name: str(ports) for name, ports in live.items()}
    assert known["cluster_ip"] == {
        name: get(cluster, "service", namespace, name)["spec"]["clusterIP"] for name in NAMES
    }

    stack.write(program(namespace, **args, labels={"tier": "web"}))
    assert previewed(stack)["node_ports"] == {name: str(ports) for name, ports in live.items()}

    stack.write(program(namespace, type="NodePort", ports=[HTTP, HTTPS, ADMIN]))
    known = previewed(stack)
    assert "node_ports" not in known, "one of them is new"
    assert known["cluster_ip"].keys() == set(NAMES)
    stack.up()
    grown = {name: ports_of(cluster, namespace, name) for name in NAMES}
    assert outputs(stack, "node_ports") == grown
    assert [ports["http"] for ports in grown.values()] == [ports["http"] for ports in live.values()]


def test_requested_node_ports_are_known_at_preview(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    numbers = {"external": 30011, "selector": 30012, "set": 30013}
    stack.write(program(namespace, numbers, type="NodePort", ports=[HTTP]))
    given = {name: {"http": number} for name, number in numbers.items()}

    assert previewed(stack)["node_ports"] == {name: str(ports) for name, ports in given.items()}
    stack.up()
    assert outputs(stack, "node_ports") == given
    assert {name: ports_of(cluster, namespace, name) for name in NAMES} == given


@pytest.mark.parametrize("awaited", [True, False])
def test_the_address_of_a_load_balancer_is_an_output(
    cluster: Cluster, stack: Stack, namespace: str, awaited: bool
) -> None:
    args = {"await_ready": True} if awaited else {}
    stack.write(program(namespace, type="LoadBalancer", ports=[HTTP], **args))

    known = previewed(stack)
    assert "load_balancer" not in known
    assert "node_ports" not in known

    stack.up()
    if awaited:
        found = outputs(stack, "load_balancer")
        assert found == {name: addresses(cluster, namespace, name) for name in NAMES}
    for name in NAMES:
        cluster.kubectl(
            *("wait", f"service/{name}", "-n", namespace, "--timeout=30s"),
            "--for=jsonpath={.status.loadBalancer.ingress}",
        )
    stack.up("--refresh")
    live = {name: addresses(cluster, namespace, name) for name in NAMES}
    assert all(one[0].startswith("203.0.113.") for one in live.values())
    assert outputs(stack, "load_balancer") == live
    assert previewed(stack)["load_balancer"] == {name: str(one) for name, one in live.items()}


def addresses(cluster: Cluster, namespace: str, name: str) -> list[str]:
    status = get(cluster, "service", namespace, name)["status"]
    return [one["ip"] for one in status["loadBalancer"]["ingress"]]
