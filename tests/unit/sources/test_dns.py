"""`components.sources.dns` over answers made of dnspython's objects."""

import sys
from pathlib import Path
from typing import Any

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset
import pulumi
import pytest
import yaml

from components import ExternalService
from components.core.found import query_of
from components.sources import SourceError
from components.sources import dns as source
from components.sources.dns import _moving
from components.testing import render
from tests.support.zones import Zones, response_to

DB = "db.example.com"


def resolved(*names: str, **options: Any) -> list[str]:
    return [backend["address"] for backend in source.addresses(*names or (DB,), **options)]


def refused(*names: Any, **options: Any) -> str:
    with pytest.raises(SourceError) as caught:
        source.addresses(*names or (DB,), **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_addresses_are_sorted_by_number_and_distinct(zones: Zones) -> None:
    zones.records[DB, "A"] = ["192.0.2.100", "192.0.2.9"]
    zones.records["other.example.com", "A"] = ["192.0.2.9", "192.0.2.20"]
    assert resolved(DB, "other.example.com") == ["192.0.2.9", "192.0.2.20", "192.0.2.100"]
    (first, *_) = source.addresses(DB)
    assert query_of(first) == "dns.addresses(db.example.com)"


def test_addresses_of_the_wanted_families_are_found(zones: Zones) -> None:
    zones.records[DB, "A"] = ["192.0.2.1"]
    zones.records[DB, "AAAA"] = ["2001:db8::1"]
    assert resolved() == ["192.0.2.1"]
    assert zones.asked == [(DB, "A")]
    assert resolved(ipv6=True) == ["2001:db8::1"]
    assert resolved(dual_stack=True) == ["192.0.2.1", "2001:db8::1"]
    assert "ipv6: Forbidden: may not be used together with" in refused(ipv6=True, dual_stack=True)
    del zones.records[DB, "AAAA"]
    assert resolved(dual_stack=True) == ["192.0.2.1"], "a name may be of one family"
    assert refused(ipv6=True) == (
        "dns.addresses(db.example.com), IPv6: no address (correct the name or the family, or pass"
        " allow_empty=True)"
    )
    assert resolved(ipv6=True, allow_empty=True) == []


def test_aliases_are_followed_within_an_answer_and_beyond(
    zones: Zones, monkeypatch: pytest.MonkeyPatch
) -> None:
    zones.records["www.example.com", "CNAME"] = "web.example.com."
    zones.records["web.example.com", "A"] = ["192.0.2.1"]
    assert resolved("www.example.com") == ["192.0.2.1"]
    assert len(zones.asked) == 1

    whole = zones.resolve

    def alias_alone(resolver: Any, name: Any, kind: str, **options: Any) -> Any:
        if name.to_text() != "www.example.com.":
            return whole(resolver, name, kind, **options)
        response = response_to(name, kind)
        target = "web.example.com."
        response.answer.append(dns.rrset.from_text("www.example.com.", 60, "IN", "CNAME", target))
        return dns.resolver.Answer(name, 1, 1, response)  # type: ignore[arg-type]

    monkeypatch.setattr(zones, "resolve", alias_alone)
    assert resolved("www.example.com") == ["192.0.2.1"]


def test_endless_aliases_are_an_error(zones: Zones, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(_: Any, name: Any, kind: str, **options: Any) -> Any:
        assert options
        response = response_to(name, kind)
        target = f"a.{name.to_text()}"
        response.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", target))
        return dns.resolver.Answer(name, 1, 1, response)  # type: ignore[arg-type]

    monkeypatch.setattr(zones, "resolve", endless)
    assert '"db.example.com": more than 8 aliases (check the name, ' in refused()


MOVING = {
    "orders.abcdefgh.eu-west-1.rds.amazonaws.com": "Amazon RDS",
    "orders.cluster-abc.cn-north-1.rds.amazonaws.com.cn": "Amazon RDS",
    "master.sessions.abc.euw1.cache.amazonaws.com": "Amazon ElastiCache",
    "edge-123.eu-west-1.elb.amazonaws.com": "AWS Elastic Load Balancing",
    "edge-123.elb.eu-west-1.amazonaws.com": "AWS Elastic Load Balancing",
    "b-1.kafka.abc.c2.kafka.eu-west-1.amazonaws.com": "Amazon MSK",
    "d111111abcdef8.cloudfront.net": "Amazon CloudFront",
    "orders.database.windows.net": "Azure SQL",
    "orders.postgres.database.azure.com": "Azure Database",
    "sessions.redis.cache.windows.net": "Azure Cache for Redis",
    "shop.trafficmanager.net": "Azure Traffic Manager",
    "abc.def.europe-west1.sql.goog": "Google Cloud SQL",
    "web-abc.a.run.app": "Google Cloud Run",
    "cluster0-shard-00-00.abcde.mongodb.net": "MongoDB Atlas",
    "ORDERS.EU-WEST-1.RDS.AMAZONAWS.COM.": "Amazon RDS",
}


@pytest.mark.parametrize(("host", "owner"), MOVING.items())
def test_names_that_move_are_refused_with_advice(zones: Zones, host: str, owner: str) -> None:
    text = refused(host)
    assert f"is a name of {owner}, which changes its addresses" in text
    assert f'(use ExternalNameService with "{host}", or pass allow_moving=True' in text
    assert zones.asked == [], "it is not even asked for"
    zones.records[host.rstrip(".").lower(), "A"] = ["192.0.2.1"]
    assert resolved(host, allow_moving=True) == ["192.0.2.1"]


@pytest.mark.parametrize(
    "host",
    [
        "db.example.com",
        "rds.amazonaws.com.example.com",
        "notrds.amazonaws.com",
        "ec2-203-0-113-25.eu-west-1.compute.amazonaws.com",
        "fs-1.efs.eu-west-1.amazonaws.com",
        "vm.westeurope.cloudapp.azure.com",
        "windows.net",
        "com",
    ],
)
def test_other_names_are_resolved(zones: Zones, host: str) -> None:
    zones.records[host, "A"] = ["192.0.2.1"]
    assert resolved(host) == ["192.0.2.1"]


def test_an_alias_of_a_name_that_moves_is_refused(zones: Zones) -> None:
    target = "x.abc.eu-west-1.rds.amazonaws.com"
    zones.records[DB, "CNAME"] = f"{target}."
    zones.records[target, "A"] = ["192.0.2.1"]
    text = refused()
    assert f'"db.example.com", which is an alias of {target}, is a name of Amazon RDS' in text
    assert '(use ExternalNameService with "db.example.com"' in text
    assert resolved(allow_moving=True) == ["192.0.2.1"]


def test_every_suffix_that_moves_is_written_once_and_in_lower_case() -> None:
    suffixes = [suffix for group in _moving._OWNERS.values() for suffix in group]
    assert len(set(suffixes)) == len(suffixes)
    assert all(suffix == suffix.lower().strip(".") for suffix in suffixes)
    for owner, group in _moving._OWNERS.items():
        for suffix in group:
            assert _moving.owner_of("a." + suffix.replace("*", "eu-west-1")) == owner


PG = "_postgres._tcp.example.com"


def test_targets_of_srv_records_are_found(zones: Zones) -> None:
    zones.records[PG, "SRV"] = ["10 60 5432 B.example.com.", "10 40 5433 a.example.com."]
    zones.records["a.example.com", "A"] = ["192.0.2.1"]
    zones.records["a.example.com", "AAAA"] = ["2001:db8::1"]
    zones.records["b.example.com", "A"] = ["192.0.2.3", "192.0.2.2"]
    found = source.services(PG, port="pg")
    assert found == [
        {"id": "a.example.com:5433", "address": "192.0.2.1", "ports": {"pg": 5433}},
        {"id": "b.example.com:5432/192.0.2.2", "address": "192.0.2.2", "ports": {"pg": 5432}},
        {"id": "b.example.com:5432/192.0.2.3", "address": "192.0.2.3", "ports": {"pg": 5432}},
    ]
    assert {query_of(one) for one in found} == {f"dns.services({PG})"}
    plain = source.services(PG)
    assert all("ports" not in one for one in plain)
    both = source.services(PG, dual_stack=True)
    assert {"id": "a.example.com:5433/ipv6", "address": "2001:db8::1"} in both

    def program() -> None:
        ports: Any = [{"name": "pg", "port": 5432}]
        ExternalService("orders-db", {"backends": found, "ports": ports})

    slices = [one for one in render(program) if one["kind"] == "EndpointSlice"]
    assert sorted((one["ports"][0]["port"], len(one["endpoints"])) for one in slices) == [
        (5432, 2),
        (5433, 1),
    ]


def test_targets_of_a_lower_priority_are_disabled(zones: Zones) -> None:
    zones.records[PG, "SRV"] = ["20 0 5432 b.example.com.", "10 0 5432 a.example.com."]
    zones.records["a.example.com", "A"] = ["192.0.2.1"]
    zones.records["b.example.com", "A"] = ["192.0.2.2"]
    found = source.services(PG)
    assert [(one["address"], str(one.get("state", "Active"))) for one in found] == [
        ("192.0.2.1", "Active"),
        ("192.0.2.2", "Disabled"),
    ]


def test_a_service_that_is_said_to_be_absent_is_empty(zones: Zones) -> None:
    zones.records[PG, "SRV"] = ["0 0 0 ."]
    with pytest.raises(SourceError, match="no address"):
        source.services(PG)
    assert source.services(PG, allow_empty=True) == []


def test_a_target_without_an_address_is_left_out_with_a_warning(
    zones: Zones, warned: list[str]
) -> None:
    zones.records[PG, "SRV"] = ["10 0 5432 a.example.com.", "10 0 5432 b.example.com."]
    zones.records["a.example.com", "A"] = ["192.0.2.1"]
    zones.records["b.example.com", "AAAA"] = ["2001:db8::2"]
    assert len(source.services(PG)) == 1
    assert warned == [f"dns.services({PG}): 1 left out, without an address: b.example.com"]


def test_a_target_that_moves_is_refused(zones: Zones) -> None:
    zones.records[PG, "SRV"] = ["0 0 27017 a.abcde.mongodb.net."]
    zones.records["a.abcde.mongodb.net", "A"] = ["192.0.2.1"]
    with pytest.raises(SourceError, match="a name of MongoDB Atlas"):
        source.services(PG)
    assert len(source.services(PG, allow_moving=True)) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("192.0.2.1", '"192.0.2.1" is an address, not a name (give it in `addresses`)'),
        ("2001:db8::1", '"2001:db8::1" is an address, not a name (give it in `addresses`)'),
        ("", "a name must be a string, known when the program runs"),
        (".", "a name must be a string, known when the program runs"),
        (None, "a name must be a string, known when the program runs"),
        ("a..example.com", '"a..example.com": '),
        ("a" * 64 + ".example.com", ".example.com"),
    ],
)
def test_an_invalid_name_is_refused(zones: Zones, name: Any, text: str) -> None:
    assert text in refused(name)
    assert zones.asked == []


@pytest.mark.usefixtures("sdk_loop")
def test_a_name_that_is_an_output_is_refused(zones: Zones) -> None:
    text = "a name must be a string, known when the program runs"
    assert text in refused(pulumi.Output.secret("db"))
    assert zones.asked == []


def test_no_name_is_refused() -> None:
    with pytest.raises(SourceError, match="at least one name is required"):
        source.addresses()


@pytest.mark.parametrize(
    ("resolvers", "expected"),
    [
        (["192.0.2.53"], [("192.0.2.53", 53)]),
        (["192.0.2.53:5353", "192.0.2.54"], [("192.0.2.53", 5353), ("192.0.2.54", 53)]),
        (["2001:db8::53"], [("2001:db8::53", 53)]),
        (["[2001:db8::53]:5353"], [("2001:db8::53", 5353)]),
        (["[2001:db8::53]"], [("2001:db8::53", 53)]),
    ],
)
def test_resolvers_are_asked_in_order(zones: Zones, resolvers: list[str], expected: Any) -> None:
    zones.records[DB, "A"] = ["192.0.2.1"]
    resolved(resolvers=resolvers, timeout=1.5)
    (used,) = zones.resolvers
    servers: Any = used.nameservers
    assert [(one.address, one.port) for one in servers] == expected
    assert (used.lifetime, used.timeout) == (1.5, 1.5)


@pytest.mark.parametrize("resolver", ["ns.example.com", "192.0.2.53:", "192.0.2.53:dns", "", 53])
def test_an_invalid_resolver_is_refused(zones: Zones, resolver: Any) -> None:
    text = refused(resolvers=["192.0.2.53", resolver])
    assert "resolvers[1]: must be an address, with a port or without" in text
    assert zones.asked == []


SLOW = dns.resolver.LifetimeTimeout(timeout=5, errors=[])
BROKEN = dns.resolver.NoNameservers(request=dns.message.make_query(DB, "A"), errors=[])


def test_a_transient_failure_is_retried(zones: Zones) -> None:
    zones.records[DB, "A"] = [SLOW, BROKEN, RuntimeError("not asked a fourth time")]
    assert "not asked a fourth time" not in str(SLOW)
    with pytest.raises(RuntimeError, match="not asked"):
        resolved(attempts=3)
    assert len(zones.asked) == 3


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (SLOW, '"db.example.com": no answer from 192.0.2.53:53, 192.0.2.54:5353 (check the name,'),
        (BROKEN, '"db.example.com": All nameservers failed to answer'),
        (None, '"db.example.com" does not exist (check the name, the resolvers and the network)'),
    ],
)
def test_a_name_that_does_not_resolve_is_an_error(zones: Zones, failure: Any, text: str) -> None:
    if failure:
        zones.records[DB, "A"] = failure
    servers = ["192.0.2.53", "192.0.2.54:5353"]
    assert text in refused(resolvers=servers, attempts=2)
    assert len(zones.asked) == (2 if failure else 1), "an answer is not asked for again"


def test_a_name_that_does_not_exist_is_an_error_even_if_empty_is_allowed(
    zones: Zones,
) -> None:
    assert zones.records == {}
    assert "does not exist" in refused(allow_empty=True)


@pytest.fixture
def pin(tmp_path: Path) -> Path:
    return tmp_path / "db.lock.yaml"


def answers(pin: Path) -> dict[str, list[dict[str, Any]]]:
    content = yaml.safe_load(pin.read_text())
    assert content["version"] == 1
    return dict(content["answers"])


def test_a_pin_keeps_the_last_good_answer(zones: Zones, pin: Path, warned: list[str]) -> None:
    zones.records[DB, "A"] = ["192.0.2.2", "192.0.2.1"]
    assert resolved(pin=pin) == ["192.0.2.1", "192.0.2.2"]
    query = "dns.addresses(db.example.com)"
    assert answers(pin) == {query: [{"address": "192.0.2.1"}, {"address": "192.0.2.2"}]}
    for failure in (SLOW, BROKEN, None):
        zones.records = {(DB, "A"): failure} if failure else {}
        found = source.addresses(DB, pin=str(pin))
        assert [one["address"] for one in found] == ["192.0.2.1", "192.0.2.2"]
        assert query_of(found[0]) == query
        (text,) = warned
        assert text.startswith(f'{query}: "db.example.com"')
        assert f"using the last good answer, of {pin} (remove it from that file if" in text
        warned.clear()
    zones.records = {(DB, "A"): ["192.0.2.3"]}
    assert resolved(pin=pin) == ["192.0.2.3"]
    assert answers(pin) == {query: [{"address": "192.0.2.3"}]}
    assert warned == []


def test_a_name_that_lost_its_addresses_takes_the_pinned_ones(
    zones: Zones, pin: Path, warned: list[str]
) -> None:
    zones.records[DB, "A"] = ["192.0.2.1"]
    resolved(pin=pin)
    zones.records = {(DB, "TXT"): ["here"]}
    assert resolved(pin=pin) == ["192.0.2.1"]
    assert len(warned) == 1
    assert resolved(pin=pin, allow_empty=True) == []
    assert len(answers(pin)) == 1


def test_pinned_answers_replace_an_incomplete_one(zones: Zones, pin: Path) -> None:
    zones.records[DB, "A"] = ["192.0.2.1"]
    zones.records["b.example.com", "A"] = ["192.0.2.2"]
    resolved(DB, "b.example.com", pin=pin)
    zones.records["b.example.com", "A"] = SLOW
    assert resolved(DB, "b.example.com", pin=pin) == ["192.0.2.1", "192.0.2.2"]


def test_a_pin_holds_the_answers_of_several_queries_sorted(zones: Zones, pin: Path) -> None:
    zones.records[PG, "SRV"] = ["10 0 5432 a.example.com.", "20 0 5432 b.example.com."]
    zones.records["a.example.com", "A"] = ["192.0.2.1"]
    zones.records["b.example.com", "A"] = ["192.0.2.2"]
    zones.records[DB, "A"] = ["192.0.2.9"]
    services = source.services(PG, port="pg", pin=pin)
    resolved(pin=pin)
    text = pin.read_text()
    assert text.startswith("# The last good answers of the source `dns`.")
    assert list(answers(pin)) == sorted(answers(pin))
    zones.records = {}
    assert source.services(PG, port="pg", pin=pin) == services
    assert pin.read_text() == text


def test_an_unchanged_answer_is_not_written_again(
    zones: Zones, pin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zones.records[DB, "A"] = ["192.0.2.1"]
    resolved(pin=pin)
    monkeypatch.setattr("components.sources.dns._pins.Pins._replace", None)
    resolved(pin=pin)


def test_a_pin_is_written_whole_or_not_at_all(
    zones: Zones, pin: Path, monkeypatch: pytest.MonkeyPatch, warned: list[str]
) -> None:
    zones.records[DB, "A"] = ["192.0.2.1"]
    resolved(pin=pin)
    text = pin.read_text()
    zones.records[DB, "A"] = ["192.0.2.2"]

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("components.sources.dns._pins.os.fsync", full)
    assert resolved(pin=pin) == ["192.0.2.2"], "the answer is still good"
    assert pin.read_text() == text
    assert [file.name for file in pin.parent.iterdir()] == [pin.name]
    (warning,) = warned
    assert warning.endswith(
        f"{pin} cannot be written: No space left on device; it keeps an older answer"
    )


def test_a_symbolic_link_to_a_pin_stays_one(zones: Zones, pin: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(pin)
    zones.records[DB, "A"] = ["192.0.2.1"]
    resolved(pin=link)
    assert link.is_symlink()
    assert len(answers(pin)) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"version: 1\nanswers:\n<<<<<<< HEAD\n", "line 4: not YAML"),
        (b"- a\n", "must be a mapping"),
        (b"answers: {}\n", "must have `version: 1`"),
        (b"version: 2\nanswers: {}\n", "must have `version: 1`"),
        (b"version: 1\nanswers: {a: {}}\n", "`answers` must map queries to lists of backends"),
        (b"version: 1\nanswers: {a: [b]}\n", "`answers` must map queries to lists of backends"),
        (b"version: 1\nanswers: [a]\n", "`answers` must map queries to lists of backends"),
        (b"\xff\n", "utf-8"),
    ],
)
def test_a_pin_that_cannot_be_used_is_an_error_and_left_alone(
    zones: Zones, pin: Path, content: bytes, reason: str
) -> None:
    pin.write_bytes(content)
    for records in ({(DB, "A"): ["192.0.2.1"]}, {}):
        zones.records = dict(records)
        text = refused(pin=pin)
        assert text.startswith(f"{pin}: ")
        assert reason in text
        assert text.endswith("(restore it from version control, or delete it)")
    assert pin.read_bytes() == content


def test_an_empty_pin_is_a_new_one(zones: Zones, pin: Path) -> None:
    pin.write_text("# nothing yet\n")
    text = refused(pin=pin)
    assert f"does not exist (check the name, the resolvers and the network; {pin} holds no" in text
    zones.records[DB, "A"] = ["192.0.2.1"]
    assert resolved(pin=pin) == ["192.0.2.1"]
    assert len(answers(pin)) == 1


def test_a_missing_dnspython_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dns.resolver", None)
    assert refused() == (
        "dns.addresses(db.example.com): needs dnspython (pip install 'k8s-endpoints[dns]')"
    )
