"""Connections to Services reach the external backends, which answer with their names."""

from typing import Any

import pytest

from testbed.cluster import get
from testbed.dataplane.node import DOMAIN
from testbed.dataplane.rig import Rig
from testbed.dataplane.traffic import Answer

SHOP = "reached"
POSTGRES = [{"name": "postgres", "port": 5432}]


def services(rig: Rig) -> dict[str, dict[str, Any]]:
    """Return the arguments of all Services, which one up deploys."""
    one, two, three, four = rig.hosts
    mixed = [
        {"address": one.v4(2)},
        {"address": two.v4(2), "state": "Draining"},
        {"address": three.v4(2), "state": "Disabled"},
        {"address": three.v6(2)},
        {"address": four.v6(2), "state": "Draining"},
    ]
    many = [host.v4(n) for host in rig.hosts for n in range(1, 61)]
    many6 = [host.v6(n) for host in rig.hosts for n in range(1, 191)]
    return {
        "plain": {"addresses": [host.v4() for host in rig.hosts], "ports": POSTGRES},
        "both-families": {
            "addresses": [one.v4(), two.v4(), three.v6(), four.v6()],
            "ports": POSTGRES,
        },
        "only-v6": {
            "addresses": [one.v6(), two.v6()],
            "ip_families": ["IPv6"],
            "ports": POSTGRES,
        },
        "remapped": {
            "addresses": [one.v4(), two.v6()],
            "ports": [{"name": "http", "port": 80, "target_port": 8080}],
        },
        "several-ports": {
            "addresses": [one.v4()],
            "ports": [
                {"name": "postgres", "port": 5432},
                {"name": "pooled", "port": 6432, "target_port": 5433},
                {"name": "metrics", "port": 80, "target_port": 9187},
            ],
        },
        "own-ports": {
            "backends": [
                {"address": one.v4()},
                {"address": two.v4(), "ports": {"postgres": 5433}},
            ],
            "ports": POSTGRES,
        },
        "udp": {
            "addresses": [one.v4(), two.v4(), three.v6()],
            "ports": [
                {"name": "syslog", "port": 514, "target_port": 5140, "protocol": "UDP"},
                {"name": "syslog-tcp", "port": 514, "target_port": 5140},
            ],
        },
        "node-port": {
            "type": "NodePort",
            "addresses": [two.v4(), three.v4(), two.v6(), three.v6()],
            "ports": [{"name": "http", "port": 80, "target_port": 8080, "node_port": 30080}],
        },
        "sticky": {
            "addresses": [host.v4() for host in rig.hosts],
            "ports": POSTGRES,
            "session_affinity": "ClientIP",
        },
        "mixed": {"backends": mixed, "ports": POSTGRES},
        "all-draining": {
            "backends": [
                {"address": two.v4(), "state": "Draining"},
                {"address": three.v4(), "state": "Disabled"},
            ],
            "ports": POSTGRES,
        },
        "all-disabled": {
            "backends": [{"address": one.v4(), "state": "Disabled"}],
            "ports": POSTGRES,
        },
        "thousand": {
            "addresses": [*many, *many6],
            "ports": [{"name": "syslog", "port": 5140, "protocol": "UDP"}, *POSTGRES],
        },
        "legacy": {"backends": mixed, "ports": POSTGRES, "endpoint_api": "Endpoints"},
        "legacy-and-slices": {"backends": mixed, "ports": POSTGRES, "endpoint_api": "Both"},
    }


PROGRAM = """
    from components import ExternalService

    for name, args in {services!r}.items():
        ExternalService(name, {{**args, "namespace": {namespace!r}}})
"""


@pytest.fixture(scope="module", autouse=True)
def deployed(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> None:
    rig.cluster.kubectl("create", "namespace", SHOP)
    stack = rig.stack(tmp_path_factory.mktemp("reachability"))
    stack.write(PROGRAM.format(services=services(rig), namespace=SHOP)).up()
    rig.settle()


def address(rig: Rig, service: str, kind: str = "A") -> str:
    """Return the address of a Service as a Pod finds it, by its name."""
    return rig.address(f"{service}.{SHOP}.svc", kind)


def test_every_backend_is_reached_by_the_name_of_the_service(rig: Rig) -> None:
    answers = rig.client.ask(address(rig, "plain"), 5432, times=80)

    assert set(answers) == {Answer(host.name, host.v4(), 5432) for host in rig.hosts}


def test_each_family_reaches_the_backends_of_that_family(rig: Rig) -> None:
    one, two, three, four = rig.hosts

    v4 = rig.client.ask(address(rig, "both-families"), 5432, times=40)
    v6 = rig.client.ask(address(rig, "both-families", "AAAA"), 5432, times=40)

    assert {answer.address for answer in v4} == {one.v4(), two.v4()}
    assert {answer.address for answer in v6} == {three.v6(), four.v6()}


def test_an_ipv6_only_service_is_reached(rig: Rig) -> None:
    one, two, *_ = rig.hosts
    answers = rig.client.ask(address(rig, "only-v6", "AAAA"), 5432, times=40)

    assert {answer.address for answer in answers} == {one.v6(), two.v6()}
    assert rig.resolve(f"only-v6.{SHOP}.svc.{DOMAIN}", "A") == []


@pytest.mark.parametrize(("kind", "number"), [("A", 0), ("AAAA", 1)])
def test_a_remapped_port_arrives_where_the_backend_listens(
    rig: Rig, kind: str, number: int
) -> None:
    host = rig.hosts[number]
    (answer,) = rig.client.ask(address(rig, "remapped", kind), 80)

    assert answer == Answer(host.name, host.v4() if kind == "A" else host.v6(), 8080)
    assert rig.client.is_refused(address(rig, "remapped", kind), 8080)


@pytest.mark.parametrize(("port", "target"), [(5432, 5432), (6432, 5433), (80, 9187)])
def test_each_of_several_ports_arrives_at_its_own(rig: Rig, port: int, target: int) -> None:
    (answer,) = rig.client.ask(address(rig, "several-ports"), port)

    assert answer.port == target


def test_a_backend_with_ports_of_its_own_is_reached_there(rig: Rig) -> None:
    answers = rig.client.ask(address(rig, "own-ports"), 5432, times=40)

    assert {(answer.host, answer.port) for answer in answers} == {
        ("host-1", 5432),
        ("host-2", 5433),
    }


def test_udp_and_tcp_on_one_port_number_are_reached(rig: Rig) -> None:
    one, two, three, _ = rig.hosts
    v4, v6 = address(rig, "udp"), address(rig, "udp", "AAAA")

    assert set(rig.client.ask(v4, 514, "udp", times=40)) == {
        Answer(host.name, host.v4(), 5140, "udp") for host in (one, two)
    }
    assert rig.client.ask(v6, 514, "udp") == [Answer("host-3", three.v6(), 5140, "udp")]
    assert rig.client.hosts(v4, 514, times=40) == {"host-1", "host-2"}


@pytest.mark.parametrize("node", ["192.0.2.1", "2001:db8::1"])
def test_a_node_port_is_reached_from_outside(rig: Rig, node: str) -> None:
    answers = rig.outsider.ask(node, 30080, times=40)

    family = {address for host in rig.hosts[1:3] for address in (host.v4(), host.v6())}
    expected = {address for address in family if (":" in address) == (":" in node)}
    assert {answer.address for answer in answers} == expected


def test_session_affinity_keeps_a_client_at_one_backend(rig: Rig) -> None:
    assert len(rig.client.hosts(address(rig, "sticky"), 5432)) == 1


@pytest.mark.parametrize("service", ["mixed", "legacy", "legacy-and-slices"])
def test_only_ready_backends_get_connections(rig: Rig, service: str) -> None:
    assert rig.client.hosts(address(rig, service), 5432) == {"host-1"}
    assert rig.client.hosts(address(rig, service, "AAAA"), 5432) == {"host-3"}


def test_draining_backends_serve_when_no_other_exists(rig: Rig) -> None:
    assert rig.client.hosts(address(rig, "all-draining"), 5432) == {"host-2"}


def test_disabled_backends_get_no_connections(rig: Rig) -> None:
    assert rig.client.is_refused(address(rig, "all-disabled"), 5432)


def test_each_of_a_thousand_backends_is_reached(rig: Rig) -> None:
    declared = {str(address) for address in services(rig)["thousand"]["addresses"]}
    assert len(declared) == 1000
    found: set[str] = set()
    for kind in ("A", "AAAA"):
        family = {one for one in declared if (":" in one) == (kind == "AAAA")}
        found |= rig.client.survey(address(rig, "thousand", kind), 5140, family, 20_000)
        answers = rig.client.ask(address(rig, "thousand", kind), 5432, times=100)
        assert {answer.address for answer in answers} <= family

    assert found == declared


def test_the_name_gives_the_address_of_the_service(rig: Rig) -> None:
    live = get(rig.cluster, "service", SHOP, "both-families")["spec"]["clusterIPs"]

    assert [address(rig, "both-families", kind) for kind in ("A", "AAAA")] == live
