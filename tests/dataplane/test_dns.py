"""DNS answers for headless Services and aliases, and the backends that are reached by them."""

import pytest

from testbed.dataplane.dns import Record
from testbed.dataplane.node import ALIASED, DOMAIN
from testbed.dataplane.rig import Rig
from testbed.dataplane.traffic import Answer

SHOP = "dns-names"
ZONE = f"{SHOP}.svc.{DOMAIN}"

PROGRAM = """
    from components import ExternalNameService, ExternalService

    PORTS = [
        {{"name": "postgres", "port": 5432}},
        {{"name": "syslog", "port": 5140, "protocol": "UDP"}},
    ]
    ExternalService("headless", {{
        "namespace": "{namespace}",
        "headless": True,
        "backends": [
            {{"address": "{one}", "hostname": "db-0"}},
            {{"address": "{two}"}},
            {{"address": "{three}", "hostname": "db-0"}},
            {{"address": "{disabled}", "hostname": "db-1", "state": "Disabled"}},
            {{"address": "{draining}", "hostname": "db-2", "state": "Draining"}},
        ],
        "ports": PORTS,
    }})
    ExternalService("with-address", {{
        "namespace": "{namespace}",
        "backends": [{{"address": "{one}", "hostname": "db-0"}}, {{"address": "{two}"}}],
        "ports": [{{"name": "postgres", "port": 15432, "target_port": 5432}}],
    }})
    ExternalNameService("alias", {{
        "namespace": "{namespace}",
        "external_name": "{aliased}",
        "ports": PORTS,
    }})
"""


@pytest.fixture(scope="module", autouse=True)
def deployed(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> None:
    rig.cluster.kubectl("create", "namespace", SHOP)
    one, two, three, four = rig.hosts
    program = PROGRAM.format(
        namespace=SHOP,
        aliased=ALIASED,
        one=one.v4(),
        two=two.v4(),
        three=three.v6(),
        disabled=four.v4(),
        draining=four.v4(2),
    )
    rig.stack(tmp_path_factory.mktemp("names")).write(program).up()
    rig.settle()


def values(rig: Rig, name: str, kind: str) -> set[str]:
    return {record.value for record in rig.resolve(name, kind) if record.kind == kind}


def test_a_headless_name_gives_the_ready_backends(rig: Rig) -> None:
    one, two, three, _ = rig.hosts

    assert values(rig, f"headless.{ZONE}", "A") == {one.v4(), two.v4()}
    assert values(rig, f"headless.{ZONE}", "AAAA") == {three.v6()}


def test_each_address_of_a_headless_name_answers(rig: Rig) -> None:
    answers = {
        answer
        for kind in ("A", "AAAA")
        for address in values(rig, f"headless.{ZONE}", kind)
        for answer in rig.client.ask(address, 5432)
    }

    one, two, three, _ = rig.hosts
    assert answers == {
        Answer("host-1", one.v4(), 5432),
        Answer("host-2", two.v4(), 5432),
        Answer("host-3", three.v6(), 5432),
    }


def test_hostnames_of_backends_resolve(rig: Rig) -> None:
    one, _, three, _ = rig.hosts

    assert values(rig, f"db-0.headless.{ZONE}", "A") == {one.v4()}
    assert values(rig, f"db-0.headless.{ZONE}", "AAAA") == {three.v6()}
    assert values(rig, f"db-0.with-address.{ZONE}", "A") == {one.v4()}
    assert rig.client.hosts(rig.address(f"db-0.headless.{SHOP}.svc"), 5432) == {"host-1"}


def test_a_backend_without_a_hostname_is_named_by_its_address(rig: Rig) -> None:
    address = rig.hosts[1].v4()

    assert values(rig, f"{address.replace('.', '-')}.headless.{ZONE}", "A") == {address}


@pytest.mark.parametrize("hostname", ["db-1", "db-2"])
def test_backends_that_are_not_ready_have_no_name(rig: Rig, hostname: str) -> None:
    assert rig.resolve(f"{hostname}.headless.{ZONE}", "A") == []


@pytest.mark.parametrize(
    ("service", "port"), [("_postgres._tcp", 5432), ("_syslog._udp", 5140)], ids=str
)
def test_srv_records_of_a_headless_service_name_its_backends(
    rig: Rig, service: str, port: int
) -> None:
    named = values(rig, f"{service}.headless.{ZONE}", "SRV")
    dashed = rig.hosts[1].v4().replace(".", "-")

    assert named == {f"db-0.headless.{ZONE}", f"{dashed}.headless.{ZONE}"}
    answers = rig.resolve(f"{service}.headless.{ZONE}", "SRV")
    assert {record.port for record in answers if record.kind == "SRV"} == {port}


def test_srv_of_a_service_with_an_address_gives_its_own_port(rig: Rig) -> None:
    target = f"with-address.{ZONE}"

    (record,) = rig.resolve(f"_postgres._tcp.{target}", "SRV")

    assert record == Record("SRV", f"_postgres._tcp.{target}", target, 15432)
    assert rig.client.hosts(rig.address(f"with-address.{SHOP}.svc"), record.port) == {
        "host-1",
        "host-2",
    }


@pytest.mark.parametrize("kind", ["A", "AAAA"])
def test_an_external_name_is_an_alias_whose_target_is_reached(rig: Rig, kind: str) -> None:
    host = rig.hosts[0]
    address = host.v4() if kind == "A" else host.v6()

    alias, found = sorted(rig.resolve(f"alias.{ZONE}", kind), key=lambda one: one.kind != "CNAME")

    assert alias == Record("CNAME", f"alias.{ZONE}", ALIASED)
    assert found == Record(kind, ALIASED, address)
    assert rig.client.ask(found.value, 5432) == [Answer("host-1", address, 5432)]


def test_an_external_name_is_an_alias_when_asked_for_one(rig: Rig) -> None:
    assert values(rig, f"alias.{ZONE}", "CNAME") == {ALIASED}
