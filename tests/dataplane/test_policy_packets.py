"""A policy that `explain --from` names stops packets, and mending it lets them through.

The rig has no network plugin, and its kernel no queue for the agent of kube-network-policies. Its
evaluator, which is not ours, says which connections a policy denies, and the node refuses those,
behind kube-proxy, as plugins do.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from components.cli.live.proxy import Proxy
from components.cli.live.snapshots import read_snapshot
from components.topology import Client, Explainer, Explanation
from testbed.cluster import get, path_with_kubectl, wait_for_accounts
from testbed.dataplane.network import CLIENT as SOURCE
from testbed.dataplane.network import NODE
from testbed.dataplane.rig import Rig
from tests.support.broken_setups import CLIENT, SETUPS, SOUND, Manifest, Setup, in_namespace
from tests.support.policy_verdicts import ask

CASES = [setup for setup in SETUPS if setup.client]
BACKENDS = ("192.0.2.10", "192.0.2.11")
LABELS = dict([CLIENT.split("=")])
DNS = (NODE[0], "TCP", 53)
RULES = """
table ip policies {{
  set denied {{
    type ipv4_addr . inet_proto . inet_service
    {elements}
  }}
  chain forward {{
    type filter hook forward priority filter
    ip saddr {source} ip daddr . meta l4proto . th dport @denied reject
  }}
  chain input {{
    type filter hook input priority filter
    ip saddr {source} ip daddr . meta l4proto . th dport @denied reject
  }}
}}
"""

PATIENCE = 20.0

Connection = tuple[str, str, int]


@dataclass(frozen=True)
class Outcome:
    """What is said of a path, and what is seen on it."""

    said: str
    backends: frozenset[Connection]
    denied: frozenset[Connection]
    """By the evaluator."""
    answered: frozenset[Connection]
    """By packets, DNS among them."""


@pytest.fixture(scope="module")
def outcomes(rig: Rig) -> Iterator[dict[str, tuple[Outcome, Outcome]]]:
    """The outcomes of all setups, broken and mended, each in a namespace of its own."""
    spaces = [f"{setup.name}-{kind}" for setup in CASES for kind in ("broken", "mended")]
    create(rig, [_namespace(name) for name in spaces])
    wait_for_accounts(rig.cluster, spaces)
    create(
        rig,
        [
            one
            for setup in CASES
            for kind, made in (("broken", setup.broken), ("mended", setup.mended))
            for one in _of(made, f"{setup.name}-{kind}")
        ],
    )
    (host, *_) = rig.hosts
    host.namespace.ip(*(f"address add {address} dev lo" for address in BACKENDS))
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setenv("PATH", path_with_kubectl(rig.cluster))
        proxy = stack.enter_context(Proxy([f"--kubeconfig={rig.cluster.kubeconfig}"]))
        for setup in CASES:
            _explain(proxy, setup, "broken", setup.live)
            _explain(proxy, setup, "mended", SOUND)
        rig.settle()
        yield {
            setup.name: (
                _outcome(rig, proxy, setup, "broken", setup.live),
                _outcome(rig, proxy, setup, "mended", SOUND),
            )
            for setup in CASES
        }
    host.namespace.ip(*(f"address delete {address} dev lo" for address in BACKENDS))
    rig.cluster.kubectl("delete", "namespace", *spaces, "--wait=false")


@pytest.mark.parametrize("setup", CASES, ids=lambda setup: setup.name)
def test_mending_the_policy_lets_packets_through(
    outcomes: dict[str, tuple[Outcome, Outcome]], setup: Setup
) -> None:
    broken, mended = outcomes[setup.name]
    assert (broken.said, mended.said) == (setup.live, SOUND)
    assert broken.denied
    assert not mended.denied
    for outcome in (broken, mended):
        assert outcome.answered == outcome.backends - outcome.denied


def create(rig: Rig, objects: Sequence[Manifest]) -> None:
    listed = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
    rig.cluster.kubectl("create", "-f", "-", given=json.dumps(listed))


def _of(manifests: Sequence[Manifest], namespace: str) -> list[Manifest]:
    """Return a setup whose ports are those that the hosts listen on."""
    placed: list[Manifest] = json.loads(
        json.dumps(in_namespace(manifests, namespace)).replace("6432", "5433")
    )
    return placed


def _explain(proxy: Proxy, setup: Setup, kind: str, wanted: str) -> Explanation:
    """Explain a setup, until the controllers are done with its Pods or time is up."""
    namespace = f"{setup.name}-{kind}"
    end = time.monotonic() + PATIENCE
    while True:
        explainer = Explainer(read_snapshot(proxy, namespace).snapshot)
        explanation = explainer.explain((namespace, setup.service), Client(namespace, LABELS))
        if _said(explanation) == wanted or time.monotonic() > end:
            return explanation
        time.sleep(0.5)


def _said(explanation: Explanation) -> str:
    return explanation.first.code if explanation.first else explanation.verdict.value


def _outcome(rig: Rig, proxy: Proxy, setup: Setup, kind: str, wanted: str) -> Outcome:
    namespace = f"{setup.name}-{kind}"
    explanation = _explain(proxy, setup, kind, wanted)
    assert explanation.path is not None
    backends: set[Connection] = {DNS}
    for endpoints in explanation.path.endpoints:
        (port,) = endpoints.ports
        number = int(port.rpartition(" ")[2].partition("/")[0])
        backends |= {(one.address, "TCP", number) for one in endpoints.backends}
    denied = _denied(rig, namespace, sorted(backends))
    rules = RULES.format(source=SOURCE[0], elements=_elements(denied))
    rig.network.node.nft(rules)
    try:
        answered = frozenset(_answered(rig, setup, namespace))
    finally:
        rig.network.node.nft("delete table ip policies")
    return Outcome(_said(explanation), frozenset(backends), frozenset(denied), answered)


def _denied(rig: Rig, namespace: str, connections: Sequence[Connection]) -> set[Connection]:
    def listed(kind: str) -> list[Manifest]:
        text = rig.cluster.kubectl("get", kind, "-n", namespace, "-o", "json")
        found: list[Manifest] = json.loads(text)["items"]
        return found

    client = {
        "metadata": {"name": "client", "namespace": namespace, "labels": LABELS},
        "spec": {"containers": [{"name": "one"}]},
        "status": {"phase": "Running", "podIPs": [{"ip": SOURCE[0]}]},
    }
    question = {
        "namespaces": [get(rig.cluster, "namespace", "", namespace)],
        "pods": [client, *listed("pods")],
        "policies": listed("networkpolicies"),
        "connections": [
            {"source": SOURCE[0], "destination": address, "protocol": protocol, "port": port}
            for address, protocol, port in connections
        ],
    }
    (allowed,) = ask([question])
    return {one for one, is_allowed in zip(connections, allowed, strict=True) if not is_allowed}


def _elements(denied: set[Connection]) -> str:
    listed = ", ".join(f"{address} . {kind.lower()} . {port}" for address, kind, port in denied)
    return f"elements = {{ {listed} }}" if denied else ""


def _answered(rig: Rig, setup: Setup, namespace: str) -> Iterator[Connection]:
    """Return who answers connections to the Service, and whether DNS does."""
    live = get(rig.cluster, "service", namespace, setup.service)["spec"]
    for _ in range(60):  # kube-proxy picks a backend at random
        try:
            (answer,) = rig.client.ask(live["clusterIP"], live["ports"][0]["port"])
        except OSError:
            continue
        yield answer.address, "TCP", answer.port
    try:
        rig.resolve(f"{setup.service}.{namespace}.svc.cluster.local", "A")
    except OSError:
        return
    yield DNS


def _namespace(name: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
