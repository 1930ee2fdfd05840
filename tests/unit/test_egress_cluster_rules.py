"""The rules of generated ClusterNetworkPolicies, evaluated as their API defines.

The evaluator of kube-network-policies, which judges NetworkPolicies, does not know this kind.
"""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from components.core.arguments import EgressPolicyArgs, typed
from components.core.egress_policy import plan_egress_policy
from components.core.findings import Finding
from tests.support.policy_cases import PODS, Case, Pod, cases

COUNT = 150
NAMESPACE_NAME = "kubernetes.io/metadata.name"
Connection = tuple[str, str, int]


def policies_of(case: Case, *, deny_others: bool) -> Sequence[Any]:
    """Plan the policies of a case."""
    findings: list[Finding] = []
    given = {
        "pod_selector": {"app": "web"},
        "namespace": case.namespace,
        **case.args,
        "api": "ClusterNetworkPolicy",
        "precedence": {"priority": 100, "deny_others": deny_others},
    }
    made = plan_egress_policy(typed(EgressPolicyArgs, given), "web", findings)
    assert findings == [], [str(one) for one in findings]
    return made.objects


def is_allowed(policies: Sequence[Any], case: Case, connection: Connection) -> bool:
    """Judge a connection of a selected Pod: the first rule that matches decides."""
    by_address = {pod.address: pod for pod in (*PODS, *case.neighbours)}
    pod = by_address.get(connection[0])
    for policy in sorted(policies, key=lambda one: one["spec"]["priority"]):
        for rule in policy["spec"]["egress"]:
            if _matches(rule, connection, pod):
                return bool(rule["action"] == "Accept")
    return True


def _matches(rule: Any, connection: Connection, pod: Pod | None) -> bool:
    address, protocol, port = connection
    is_there = any(_is_peer(peer, address, pod) for peer in rule["to"])
    ports = rule.get("protocols")
    return is_there and (ports is None or any(_is_port(one, protocol, port, pod) for one in ports))


def _is_peer(peer: Any, address: str, pod: Pod | None) -> bool:
    (kind,) = peer
    if kind == "networks":
        return any(ip_address(address) in ip_network(block) for block in peer["networks"])
    assert kind == "pods"
    if pod is None:
        return False
    labels = {NAMESPACE_NAME: pod.namespace}
    return _selects(peer["pods"]["namespaceSelector"], labels) and _selects(
        peer["pods"]["podSelector"], pod.labels
    )


def _selects(selector: Any, labels: dict[str, str]) -> bool:
    return bool(selector.get("matchLabels", {}).items() <= labels.items())


def _is_port(one: Any, protocol: str, port: int, pod: Pod | None) -> bool:
    (kind,) = one
    if kind == "destinationNamedPort":
        return pod is not None and (one[kind], protocol, port) == ("http", "TCP", 8080)
    return (kind, one[kind]["destinationPort"]) == (protocol.lower(), {"number": port})


def judged(count: int, *, deny_others: bool) -> Iterator[tuple[bool, bool]]:
    """Yield for each connection of some cases what the arguments mean, and what the rules say."""
    for case in cases(23, count):
        policies = policies_of(case, deny_others=deny_others)
        for connection in case.connections:
            yield case.allows(*connection), is_allowed(policies, case, connection)


def test_the_rules_allow_what_the_arguments_mean_and_nothing_else() -> None:
    verdicts = list(judged(COUNT, deny_others=True))
    assert [meant for meant, said in verdicts if meant != said] == []
    allowed = sum(said for _, said in verdicts)
    assert min(allowed, len(verdicts) - allowed) > 10 * COUNT


def test_without_a_deny_everything_is_allowed() -> None:
    assert all(said for _, said in judged(10, deny_others=False))


@pytest.mark.parametrize("change", ["an address more", "no deny"])
def test_the_evaluator_finds_a_wrong_policy(change: str) -> None:
    case = Case(0, {"addresses": ["192.0.2.77"], "ports": [{"port": 80}]})
    connections = [("192.0.2.77", "TCP", 80), ("192.0.2.76", "TCP", 80)]
    policies = list(policies_of(case, deny_others=True))
    assert [is_allowed(policies, case, one) for one in connections] == [True, False]
    if change == "no deny":
        policies.pop()
    else:
        policies[0]["spec"]["egress"][-1]["to"][0]["networks"] = ["192.0.2.76/31"]
    assert [is_allowed(policies, case, one) for one in connections] == [True, True]
