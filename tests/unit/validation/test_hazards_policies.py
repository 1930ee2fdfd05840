"""Hazards of NetworkPolicies: what their rules mean for the Services of the set."""

from typing import Any

import pytest

from tests.unit.validation.hazard_tables import (
    DNS,
    SLICE_80,
    Hit,
    Quiet,
    deployment,
    egress,
    endpoint,
    eps,
    ids,
    named,
    policy,
    service,
    to_blocks,
)

WEB = {"app": "web"}
HTTP = {"name": "http", "port": 80, "targetPort": 8080}
CUSTOM = named("Cluster", "postgresql.cnpg.io/v1", "db", None)
EGRESS = ["Egress"]


def web(*ports: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return service("web", *(ports or (HTTP,)), selector=WEB, **fields)


def tcp(port: int | str, **fields: Any) -> dict[str, Any]:
    return {"protocol": "TCP", "port": port, **fields}


def allows(*ports: dict[str, Any]) -> dict[str, Any]:
    return policy(WEB, ingress=[{"ports": list(ports)}])


def external(*addresses: str, port: int = 5432, name: str = "db") -> list[dict[str, Any]]:
    """Make a Service with backends, listening at a port."""
    ports = [{"name": "sql", "port": port, "protocol": "TCP"}]
    return [service(name, *ports), eps(*map(endpoint, addresses), of=name, ports=ports)]


DB = external("192.0.2.10", "192.0.2.11", "192.0.2.12")


def elsewhere(made: dict[str, Any]) -> dict[str, Any]:
    """Return an object in another namespace."""
    return {**made, "metadata": {**made["metadata"], "namespace": "elsewhere"}}


def anywhere_except(*ranges: str, **fields: Any) -> dict[str, Any]:
    """Make a rule for all addresses but some."""
    return {"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": list(ranges)}}], **fields}


HITS = [
    Hit(
        "policy-types-missing",
        0,
        "spec.policyTypes",
        "accept no connections",
        [policy(WEB, egress=[DNS])],
    ),
    Hit(
        "policy-types-missing", 0, "spec.policyTypes", "reach everything", [policy(WEB, egress=[])]
    ),
    Hit(
        "policy-rules-ignored",
        0,
        "spec.egress",
        "does not name Egress",
        [policy(WEB, policyTypes=["Ingress"], egress=[DNS])],
    ),
    Hit(
        "policy-rules-ignored",
        0,
        "spec.ingress",
        "does not name Ingress",
        [policy(WEB, policyTypes=EGRESS, egress=[DNS], ingress=[{}])],
    ),
    Hit(
        "policy-selects-nothing",
        1,
        "spec.podSelector",
        '"web" has app: "api"',
        [deployment({"app": "api"}, name="web"), policy(WEB, policyTypes=["Ingress"])],
    ),
    Hit(
        "policy-selects-nothing",
        1,
        "spec.podSelector",
        'has tier: "a"',
        [
            deployment({"app": "web", "tier": "a"}),
            policy({"app": "web", "tier": "b"}, policyTypes=["Ingress"]),
        ],
    ),
    Hit(
        "policy-port-unknown",
        1,
        "spec.ingress[0].ports[0].port",
        '"http"',
        [deployment(WEB, {"name": "web", "containerPort": 8080}), allows(tcp("http"))],
    ),
    Hit(
        "policy-port-on-block",
        0,
        "spec.egress[1].ports[0].port",
        '"postgres"',
        [egress(to_blocks("192.0.2.0/24", ports=[tcp("postgres")]))],
    ),
    Hit(
        "policy-service-port",
        1,
        "spec.ingress[0].ports[0].port",
        "8080, which stays closed",
        [web(), allows(tcp(80))],
    ),
    Hit(
        "policy-service-port",
        1,
        "spec.egress[1].ports[0].port",
        "8080",
        [web(), egress({"to": [{"podSelector": {"matchLabels": WEB}}], "ports": [tcp(80)]})],
    ),
    Hit(
        "policy-without-dns",
        2,
        "spec.egress",
        "UDP port 53",
        [
            *DB,
            policy(WEB, policyTypes=EGRESS, egress=[to_blocks("192.0.2.0/24", ports=[tcp(5432)])]),
        ],
    ),
    Hit(
        "policy-without-dns",
        2,
        "spec.egress",
        "UDP port 53",
        [*DB, policy(WEB, policyTypes=EGRESS, egress=[to_blocks("192.0.2.0/28")])],
    ),
    Hit(
        "policy-without-dns",
        0,
        "spec.egress",
        "UDP port 53",
        [policy(WEB, policyTypes=EGRESS, egress=[{"ports": [tcp(53)]}])],
    ),
    Hit(
        "policy-backends-uncovered",
        2,
        "spec.egress",
        '1 of 3 backends of Service "db", "192.0.2.12" first',
        [*DB, egress(to_blocks("192.0.2.10/32", "192.0.2.11/32", ports=[tcp(5432)]))],
    ),
    Hit(
        "policy-backends-uncovered",
        2,
        "spec.egress",
        '"192.0.2.11" first',
        [
            *DB,
            egress(
                {"to": [{"ipBlock": {"cidr": "192.0.2.0/24", "except": ["192.0.2.11/32"]}}]},
            ),
        ],
    ),
    Hit(
        "policy-backends-uncovered",
        2,
        "spec.egress[1].to[0].ipBlock.cidr",
        "does not hold it",
        [*DB, egress(to_blocks("198.51.100.0/24", ports=[tcp(5432)]))],
    ),
    Hit(
        "policy-backends-uncovered",
        2,
        "spec.egress[1].to[0].ipBlock.cidr",
        "does not hold it",
        [*DB, egress(to_blocks("198.51.100.10/32"))],
    ),
    Hit(
        "policy-backends-uncovered",
        2,
        "spec.egress[1].to[0].ipBlock.except[1]",
        '"192.0.2.10", a backend of Service "db"',
        [*DB, egress(anywhere_except("198.51.100.0/24", "192.0.2.0/24", ports=[tcp(443)]))],
    ),
    Hit(
        "policy-backends-uncovered",
        2,
        "spec.egress[1].to[0].ipBlock.except[0]",
        '"192.0.2.10", a backend of Service "db"',
        [*DB, egress(anywhere_except("192.0.2.0/24"), {"ports": [tcp(443)]})],
    ),
    Hit(
        "policy-backends-uncovered",
        2,
        "spec.egress",
        '"2001:db8::2" first',
        [
            *DB[:1],
            eps(
                endpoint("2001:db8::1"),
                endpoint("2001:db8::2"),
                family="IPv6",
                ports=[{"name": "sql", "port": 5432}],
            ),
            egress(to_blocks("2001:db8::1/128")),
        ],
    ),
    Hit(
        "policy-backend-port",
        2,
        "spec.egress",
        "not its port 5432/TCP",
        [*DB, egress(to_blocks("192.0.2.0/24", ports=[tcp(80)]))],
    ),
    Hit(
        "policy-backend-port",
        2,
        "spec.egress",
        "5432/TCP",
        [*DB, egress(to_blocks("192.0.2.0/24", ports=[{"protocol": "UDP", "port": 5432}]))],
    ),
    Hit(
        "policy-cluster-ip",
        1,
        "spec.egress[1].to[0].ipBlock.cidr",
        'cluster IP of Service "web"',
        [web(clusterIP="10.96.0.9"), egress(to_blocks("10.96.0.9/32"))],
    ),
]

QUIET = [
    Quiet("policyTypes are given", [policy(WEB, policyTypes=EGRESS, egress=[DNS])]),
    Quiet("rules for both ways", [policy(WEB, egress=[DNS], ingress=[{}])]),
    Quiet("nothing goes out, said so", [policy(WEB, policyTypes=EGRESS, egress=[])]),
    Quiet("nothing comes in", [policy(WEB, ingress=[])]),
    Quiet("Pods that a policy selects", [deployment({**WEB, "tier": "a"}), policy(WEB)]),
    Quiet("all Pods", [deployment({"app": "api"}), policy()]),
    Quiet("Pods that nothing of the set makes", [deployment({"app": "api"}), policy(WEB)]),
    Quiet(
        "Pods that may be of any of two workloads",
        [
            deployment({"app": "web", "tier": "a"}, name="a"),
            deployment({"app": "web", "tier": "b"}, name="b"),
            policy({"app": "web", "tier": "c"}),
        ],
    ),
    Quiet("Pods of another namespace", [deployment({"app": "api"}, namespace="a"), policy(WEB)]),
    Quiet(
        "Pods may be made by custom resources", [deployment({"app": "api"}), CUSTOM, policy(WEB)]
    ),
    Quiet(
        "Pods by expressions",
        [
            deployment({"app": "web"}),
            policy()
            | {
                "spec": {
                    "podSelector": {
                        "matchExpressions": [
                            {"key": "app", "operator": "In", "values": ["web", "api"]},
                            {"key": "app", "operator": "NotIn", "values": ["db"]},
                            {"key": "app", "operator": "Exists"},
                            {"key": "tier", "operator": "DoesNotExist"},
                        ]
                    }
                }
            },
        ],
    ),
    Quiet(
        "a container's port by name",
        [deployment(WEB, {"name": "http", "containerPort": 8080}), allows(tcp("http"))],
    ),
    Quiet("a port's name, and no workloads", [allows(tcp("http"))]),
    Quiet("a Pod's port", [web(), allows(tcp(8080))]),
    Quiet("a port that is not mapped", [web({"name": "http", "port": 80}), allows(tcp(80))]),
    Quiet(
        "a port that some Pod has too",
        [web(HTTP, {"name": "b", "port": 81, "targetPort": 80}), allows(tcp(80))],
    ),
    Quiet(
        "a named targetPort",
        [web({"name": "http", "port": 80, "targetPort": "http"}), allows(tcp(80))],
    ),
    Quiet("other Pods' port", [web(), policy({"app": "api"}, ingress=[{"ports": [tcp(80)]}])]),
    Quiet("named ports of Pods", [egress({"to": [{"podSelector": {}}], "ports": [tcp("http")]})]),
    Quiet("everything may go out", [policy(WEB, policyTypes=EGRESS, egress=[{}])]),
    Quiet(
        "DNS by another policy for all Pods",
        [
            egress(),
            policy(
                WEB, policyTypes=EGRESS, egress=[to_blocks("198.51.100.0/24", ports=[tcp(443)])]
            ),
        ],
    ),
    Quiet(
        "DNS by a policy for some of the labels",
        [
            egress(labels=WEB),
            policy({**WEB, "tier": "a"}, policyTypes=EGRESS, egress=[{"ports": [tcp(443)]}]),
        ],
    ),
    Quiet(
        "what needs no DNS, or gets it by a policy of another folder",
        [
            *DB,
            policy(WEB, policyTypes=EGRESS, egress=[to_blocks("10.43.0.1/32", ports=[tcp(6443)])]),
        ],
    ),
    Quiet(
        "DNS within a range",
        [
            policy(
                WEB,
                policyTypes=EGRESS,
                egress=[{"ports": [{"protocol": "UDP", "port": 1, "endPort": 1024}]}],
            )
        ],
    ),
    Quiet(
        "DNS of OpenShift",
        [policy(WEB, policyTypes=EGRESS, egress=[{"ports": [{"protocol": "UDP", "port": 5353}]}])],
    ),
    Quiet(
        "DNS may be among Pods",
        [policy(WEB, policyTypes=EGRESS, egress=[{"to": [{"namespaceSelector": {}}]}])],
    ),
    Quiet(
        "DNS may be in a network",
        [policy(WEB, policyTypes=EGRESS, egress=[to_blocks("10.0.0.0/8")])],
    ),
    Quiet(
        "all backends",
        [
            *DB,
            egress(to_blocks("192.0.2.10/32", "192.0.2.11/32", "192.0.2.12/32", ports=[tcp(5432)])),
        ],
    ),
    Quiet(
        "all backends, in a range of ports",
        [*DB, egress(to_blocks("192.0.2.0/24", ports=[tcp(5000, endPort=6000)]))],
    ),
    Quiet(
        "all backends, by two policies",
        [*DB, egress(to_blocks("192.0.2.10/31")), egress(to_blocks("192.0.2.12/32"), name="b")],
    ),
    Quiet(
        "all backends, by a policy for all Pods",
        [
            *DB,
            egress(to_blocks("192.0.2.10/31"), labels=WEB),
            egress(to_blocks("192.0.2.0/24"), name="b"),
        ],
    ),
    Quiet(
        "backends of another namespace",
        [
            *map(elsewhere, DB),
            egress(to_blocks("198.51.100.0/24", ports=[tcp(5432)]), namespace="a"),
        ],
    ),
    Quiet(
        "a block for something else, by its port",
        [*DB, egress(to_blocks("198.51.100.0/24", ports=[tcp(443)]))],
    ),
    Quiet("a network for something else", [*DB, egress(to_blocks("10.0.0.0/8"))]),
    Quiet(
        "an except of a policy for some Pods",
        [*DB, egress(anywhere_except("192.0.2.0/24"), labels=WEB)],
    ),
    Quiet(
        "an except, beside a policy for the backends",
        [
            *DB,
            egress(anywhere_except("192.0.2.0/24")),
            egress(to_blocks("192.0.2.0/24"), labels=WEB, name="b"),
        ],
    ),
    Quiet(
        "an except, beside a rule for every destination",
        [*DB, egress(anywhere_except("192.0.2.0/24"), {"ports": [tcp(5432)]})],
    ),
    Quiet("an except for something else", [*DB, egress(anywhere_except("10.0.0.0/8"))]),
    Quiet(
        "a block for something else, beside a policy for the backends",
        [
            *DB,
            egress(to_blocks("192.0.2.0/24"), labels=WEB),
            egress(
                to_blocks("198.51.100.0/24", ports=[tcp(5432)]), labels={"app": "api"}, name="b"
            ),
        ],
    ),
    Quiet(
        "one of several ports",
        [
            service("db", SLICE_80, {"name": "b", "port": 81}),
            eps(ports=[SLICE_80, {"name": "b", "port": 81}]),
            egress(to_blocks("192.0.2.10/32", ports=[tcp(80)])),
        ],
    ),
    Quiet(
        "a block that holds cluster IPs",
        [web(clusterIP="10.96.0.9"), egress(to_blocks("10.96.0.0/12"))],
    ),
    Quiet(
        "a policy for ingress with blocks",
        [*DB, policy(WEB, ingress=[{"from": [{"ipBlock": {"cidr": "192.0.2.10/32"}}]}])],
    ),
]


@pytest.mark.parametrize("hit", HITS, ids=ids(HITS))
def test_a_hazard_is_reported(hit: Hit) -> None:
    hit.check()


@pytest.mark.parametrize("quiet", QUIET, ids=ids(QUIET))
def test_a_near_miss_has_no_hazard(quiet: Quiet) -> None:
    quiet.check()
