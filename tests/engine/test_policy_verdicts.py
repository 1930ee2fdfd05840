"""Generated policies are checked by a second evaluator, that of kube-network-policies."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.policy_cases import PODS, SHARED, Case, Pod, cases
from tests.support.policy_verdicts import ask

COUNT = 3000
TOGETHER = 250
"""Policies of one question: each is in a namespace of its own."""


def question(together: Sequence[Case], policies: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Ask for every connection, from the Pod that is selected and from one that is not."""
    sources = [
        Pod(case.namespace, address, {"app": app})
        for case in together
        for address, app in ((case.source, "web"), (case.other_source, "other"))
    ]
    neighbours = [pod for case in together for pod in case.neighbours]
    namespaces = [*SHARED, *(case.namespace for case in together)]
    return {
        "namespaces": [
            {"metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}}}
            for name in namespaces
        ],
        "pods": [pod.manifest() for pod in (*sources, *neighbours, *PODS)],
        "policies": policies,
        "connections": [
            {"source": source, "destination": address, "protocol": protocol, "port": port}
            for case in together
            for address, protocol, port in case.connections
            for source in (case.source, case.other_source)
        ],
    }


def expected(together: Sequence[Case]) -> list[bool]:
    return [
        verdict
        for case in together
        for connection in case.connections
        for verdict in (case.allows(*connection), True)
    ]


def test_the_evaluator_allows_what_the_arguments_mean_and_nothing_else() -> None:
    every = list(cases(17, COUNT))
    groups = [every[start : start + TOGETHER] for start in range(0, COUNT, TOGETHER)]
    answers = ask([question(one, [case.manifest() for case in one]) for one in groups])

    wrong = 0
    allowed = denied = 0
    for together, answer in zip(groups, answers, strict=True):
        ours = expected(together)
        assert len(answer) == len(ours)
        wrong += sum(one != other for one, other in zip(ours, answer, strict=True))
        selected = answer[::2]
        allowed += sum(selected)
        denied += len(selected) - sum(selected)

    print(f"{COUNT} policies, {allowed} connections allowed, {denied} denied")
    assert wrong == 0
    assert min(allowed, denied) > 10 * COUNT


@pytest.mark.parametrize("change", ["an address more", "a port more", "a rule less"])
def test_the_evaluator_finds_a_wrong_policy(change: str) -> None:
    (case,) = cases(17, 1)
    case.args.update({"addresses": ["192.0.2.77"], "ports": [{"port": 80}], "to": []})
    case.args.pop("backends", None)
    case.pairs = {("192.0.2.77", "TCP", 80)}
    case.connections = [
        ("192.0.2.77", "TCP", 80),
        ("192.0.2.76", "TCP", 80),
        ("192.0.2.77", "TCP", 81),
    ]
    policy = case.manifest()
    assert ask([question([case], [policy])]) == [expected([case])]

    rule = policy["spec"]["egress"][-1]
    if change == "an address more":
        rule["to"][0]["ipBlock"]["cidr"] = "192.0.2.76/31"
    elif change == "a port more":
        rule["ports"][0]["endPort"] = 81
    else:
        policy["spec"]["egress"].pop()

    (answer,) = ask([question([case], [policy])])
    assert answer != expected([case])
