"""Rules of a NetworkPolicy that were meant as one, and rules that were meant as two."""

from typing import Any

import pytest

from tests.unit.validation.hazard_tables import (
    DNS,
    Hit,
    Quiet,
    egress,
    ids,
    policy,
    to_blocks,
)

HOST = to_blocks("192.0.2.10/32")
SQL = {"ports": [{"port": 5432}]}
MANY = {"ports": [{"port": 5432}, {"protocol": "UDP", "port": 161}]}
WHOLE = to_blocks("198.51.100.1/32", ports=[{"port": 6379}])
FROM_HOST = {"from": [{"ipBlock": {"cidr": "2001:db8::/64"}}]}
PODS = {"podSelector": {"matchLabels": {"app": "web"}}}


def ports(*given: Any) -> dict[str, Any]:
    return {"ports": [{"port": one} for one in given]}


def ingress_policy(*rules: Any, types: tuple[str, ...] = ("Ingress",)) -> dict[str, Any]:
    return policy(policyTypes=list(types), ingress=list(rules))


def without(block: str, *exceptions: str) -> dict[str, Any]:
    return {"to": [{"ipBlock": {"cidr": block, "except": list(exceptions)}}]}


HITS = [
    Hit(
        "policy-rule-split",
        0,
        "spec.egress[2].ports",
        'every port is open to "192.0.2.10/32", and port 5432 to every address',
        [egress(HOST, SQL)],
    ),
    Hit(
        "policy-rule-split",
        0,
        "spec.egress[3].ports",
        '"192.0.2.0/24", "192.0.2.128/25", and port 5432, 161',
        [egress(WHOLE, to_blocks("192.0.2.0/24", "192.0.2.128/25"), MANY, ports(443))],
    ),
    Hit(
        "policy-rule-split",
        0,
        "spec.ingress[1].ports",
        '"2001:db8::/64"',
        [ingress_policy(FROM_HOST, SQL)],
    ),
]
QUIET = [
    Quiet("one rule", [egress(to_blocks("192.0.2.10/32", ports=[{"port": 5432}]))]),
    Quiet("a network", [egress(to_blocks("192.0.0.0/16"), SQL)]),
    Quiet("a host and a network", [egress(to_blocks("192.0.2.1/32", "10.0.0.0/8"), SQL)]),
    Quiet("a block with exceptions", [egress(without("192.0.2.0/24", "192.0.2.1/32"), SQL)]),
    Quiet("a port that is open to all", [egress(HOST, ports(443))]),
    Quiet("one port of several that is open to all", [egress(HOST, ports(5432, 443))]),
    Quiet("all ports of a protocol", [egress(HOST, {"ports": [{"protocol": "UDP"}]})]),
    Quiet("a range of ports", [egress(HOST, {"ports": [{"port": 6000, "endPort": 6999}]})]),
    Quiet("a port by name", [ingress_policy(FROM_HOST, ports("sql"))]),
    Quiet("ports before the hosts", [egress(SQL, HOST)]),
    Quiet("a rule between them", [egress(HOST, WHOLE, SQL)]),
    Quiet("two rules of hosts", [egress(to_blocks("192.0.2.1/32"), HOST, SQL)]),
    Quiet("two rules of ports", [egress(HOST, SQL, ports(6379))]),
    Quiet("hosts and Pods", [ingress_policy({"from": [*FROM_HOST["from"], PODS]}, SQL)]),
    Quiet("Pods", [ingress_policy({"from": [PODS]}, SQL)]),
    Quiet(
        "rules that are ignored",
        [policy(policyTypes=["Ingress"], ingress=[SQL], egress=[DNS, HOST, SQL])],
        ("policy-rules-ignored",),
    ),
]


@pytest.mark.parametrize("hit", HITS, ids=ids(HITS))
def test_a_hazard_is_reported(hit: Hit) -> None:
    hit.check()


@pytest.mark.parametrize("quiet", QUIET, ids=ids(QUIET))
def test_a_near_miss_has_no_hazard(quiet: Quiet) -> None:
    quiet.check()
