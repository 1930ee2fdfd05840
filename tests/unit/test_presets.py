"""Presets: the ports of well-known servers, and what `ports` adds to them or changes."""

from typing import Any

import pytest

from components import ExternalService, Preset, ValidationError
from components.core import syntax
from components.core.arguments import ExternalServiceArgs, PortArgs, typed
from components.core.findings import Finding
from components.core.ports import Port, read_ports
from components.core.presets import PRESETS, ports_by_path
from components.testing import render
from tests.unit.plans import external, texts

KNOWN: dict[str, list[tuple[str, int, str | None]]] = {
    "postgres": [("postgres", 5432, "postgresql")],
    "mysql": [("mysql", 3306, "mysql")],
    "mariadb": [("mariadb", 3306, "mysql")],
    "mssql": [("mssql", 1433, "ms-sql-s")],
    "oracle": [("oracle", 1521, None)],
    "mongodb": [("mongodb", 27017, "mongodb")],
    "redis": [("redis", 6379, "redis")],
    "redis-sentinel": [("redis-sentinel", 26379, None)],
    "memcached": [("memcached", 11211, "memcache")],
    "kafka": [("kafka", 9092, None)],
    "zookeeper": [("zookeeper", 2181, None)],
    "rabbitmq": [("amqp", 5672, "amqp")],
    "nats": [("nats", 4222, None)],
    "elasticsearch": [("http", 9200, "http"), ("transport", 9300, None)],
    "opensearch": [("http", 9200, "http"), ("transport", 9300, None)],
    "cassandra": [("cql", 9042, None)],
    "clickhouse": [("http", 8123, "http"), ("native", 9000, None)],
    "etcd": [("etcd-client", 2379, "etcd-client")],
    "consul": [("http", 8500, "http")],
    "vault": [("vault", 8200, None)],
    "ldap": [("ldap", 389, "ldap")],
    "ldaps": [("ldaps", 636, "ldaps")],
    "smtp": [("smtp", 25, "smtp")],
    "submission": [("submission", 587, "submission")],
    "http": [("http", 80, "http")],
    "https": [("https", 443, "https")],
    "ssh": [("ssh", 22, "ssh")],
}


def merged(args: dict[str, Any]) -> dict[str, PortArgs]:
    given = typed(ExternalServiceArgs, args)
    return ports_by_path(given.ports, given.preset)


def read(**args: Any) -> tuple[list[Port], list[str]]:
    findings: list[Finding] = []
    ports = read_ports(merged(args), findings, kind="ClusterIP", selectorless=True)
    return ports, [str(finding) for finding in findings]


def summary(ports: list[Port]) -> list[tuple[str, object, object]]:
    return [(port.name, port.port, port.app_protocol) for port in ports]


def test_the_enum_and_the_table_name_the_same_presets() -> None:
    assert [preset.value for preset in Preset] == list(PRESETS)
    assert list(PRESETS) == list(KNOWN)


@pytest.mark.parametrize("preset", Preset)
def test_a_presets_enum_member_is_its_name_in_capitals(preset: Preset) -> None:
    assert preset.name == preset.value.upper().replace("-", "_")


@pytest.mark.parametrize("preset", Preset)
def test_a_preset_has_the_ports_of_its_server(preset: Preset) -> None:
    ports, findings = read(preset=preset.value)
    assert findings == []
    assert summary(ports) == KNOWN[preset.value]
    assert {port.protocol for port in ports} == {"TCP"}
    assert [port.target for port in ports] == [port.port for port in ports]
    assert [port.node_port for port in ports] == [None] * len(ports)


@pytest.mark.parametrize("preset", Preset)
def test_the_ports_of_a_preset_can_be_named_in_an_ingress(preset: Preset) -> None:
    for port in PRESETS[preset.value]:
        assert syntax.iana_service_name(port.name or "") == []
        assert syntax.dns_label(port.name or "") == []
        assert port == PortArgs(name=port.name, port=port.port, app_protocol=port.app_protocol)


@pytest.mark.parametrize("preset", Preset)
def test_the_application_protocol_of_a_preset_is_a_qualified_name(preset: Preset) -> None:
    for port in PRESETS[preset.value]:
        if isinstance(port.app_protocol, str):
            assert syntax.qualified_name(port.app_protocol) == ()
            assert syntax.iana_service_name(port.app_protocol) == []


SSH = {"name": "ssh", "port": 22, "app_protocol": "ssh"}
HTTP = {"name": "http", "port": 9200, "app_protocol": "http"}
TRANSPORT = {"name": "transport", "port": 9300}

MERGED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing": ({}, {}),
    "a preset alone": (
        {"preset": "elasticsearch"},
        {"preset[http]": HTTP, "preset[transport]": TRANSPORT},
    ),
    "ports alone": ({"ports": [{"port": 1}]}, {"ports[0]": {"port": 1}}),
    "an empty list of ports": ({"preset": "ssh", "ports": []}, {"preset[ssh]": SSH}),
    "a port of the same name takes its place": (
        {"preset": "elasticsearch", "ports": [{"name": "http", "port": 80, "target_port": 9200}]},
        {
            "preset[transport]": TRANSPORT,
            "ports[0]": {"name": "http", "port": 80, "target_port": 9200},
        },
    ),
    "a port of another name is added": (
        {"preset": "elasticsearch", "ports": [{"name": "metrics", "port": 9114}]},
        {
            "preset[http]": HTTP,
            "preset[transport]": TRANSPORT,
            "ports[0]": {"name": "metrics", "port": 9114},
        },
    ),
    "all are replaced": (
        {
            "preset": "elasticsearch",
            "ports": [{"name": "transport", "port": 2}, {"name": "http", "port": 1}],
        },
        {"ports[0]": {"name": "transport", "port": 2}, "ports[1]": {"name": "http", "port": 1}},
    ),
    "a port without a name is added": (
        {"preset": "ssh", "ports": [{"port": 2222}]},
        {"preset[ssh]": SSH, "ports[0]": {"port": 2222}},
    ),
}


@pytest.mark.parametrize(("args", "expected"), MERGED.values(), ids=MERGED)
def test_ports_are_merged_into_a_preset(args: Any, expected: Any) -> None:
    found = merged(args)
    assert found == {path: typed(PortArgs, port) for path, port in expected.items()}
    assert list(found) == list(expected), "the preset's ports first, in its order"


def test_a_merged_port_keeps_nothing_of_the_presets() -> None:
    ports, findings = read(preset="postgres", ports=[{"name": "postgres", "port": 6432}])
    assert findings == []
    assert summary(ports) == [("postgres", 6432, None)]


BAD: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a number of the preset": (
        {"preset": "http", "ports": [{"name": "web", "port": 80}]},
        ['ports[0]: Duplicate value: "TCP 80"'],
    ),
    "a number of the preset, without a name": (
        {"preset": "http", "ports": [{"port": 80}]},
        ['ports[0]: Duplicate value: "TCP 80"'],
    ),
    "the other number of the preset": (
        {"preset": "clickhouse", "ports": [{"name": "http", "port": 9000}]},
        ['ports[0]: Duplicate value: "TCP 9000"'],
    ),
    "a second port that has the preset's number": (
        {"preset": "redis", "ports": [{"name": "a", "port": 1}, {"name": "b", "port": 6379}]},
        ['ports[1]: Duplicate value: "TCP 6379"'],
    ),
    "the preset's name twice": (
        {"preset": "redis", "ports": [{"name": "redis", "port": 1}, {"name": "redis", "port": 2}]},
        ['ports[1].name: Duplicate value: "redis"'],
    ),
    "a number out of range, in the preset's place": (
        {"preset": "redis", "ports": [{"name": "redis", "port": 0}]},
        ["ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive"],
    ),
}


@pytest.mark.parametrize(("args", "found"), BAD.values(), ids=BAD)
def test_ports_that_do_not_fit_the_preset_are_refused_at_their_path(
    args: Any, found: list[str]
) -> None:
    assert texts(external({"allow_empty": True, **args})[1]) == found


def test_the_number_of_a_preset_may_be_used_again_in_another_protocol() -> None:
    port = {"name": "quic", "port": 443, "protocol": "UDP"}
    ports, findings = read(preset="https", ports=[port])
    assert findings == []
    assert [(made.name, made.protocol, made.port) for made in ports] == [
        ("https", "TCP", 443),
        ("quic", "UDP", 443),
    ]


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("preset", [Preset.CLICKHOUSE, "clickhouse"])
def test_a_preset_makes_the_ports_of_the_service_and_its_slices(preset: Any, preview: bool) -> None:
    args: Any = {"addresses": ["192.0.2.1"], "preset": preset}
    service, slice_ = render(lambda: ExternalService("db", args), preview=preview)
    http = {"name": "http", "port": 8123, "protocol": "TCP", "appProtocol": "http"}
    native = {"name": "native", "port": 9000, "protocol": "TCP"}
    assert service["spec"]["ports"] == [
        {**http, "targetPort": 8123},
        {**native, "targetPort": 9000},
    ]
    assert slice_["ports"] == [http, native]


def test_a_backend_may_listen_elsewhere_than_the_preset_says() -> None:
    args: Any = {
        "backends": [{"address": "192.0.2.1", "ports": {"redis": 6380}}],
        "preset": "redis",
    }
    _, slice_ = render(lambda: ExternalService("db", args))
    assert [port["port"] for port in slice_["ports"]] == [6380]


def test_a_headless_service_takes_a_preset() -> None:
    args: Any = {"addresses": ["192.0.2.1"], "preset": "kafka", "headless": True}
    service, _ = render(lambda: ExternalService("db", args))
    assert [port["targetPort"] for port in service["spec"]["ports"]] == [9092]


def preset_error(preset: str, **args: Any) -> list[Finding]:
    given: Any = {"addresses": ["192.0.2.1"], "preset": preset, **args}
    with pytest.raises(ValidationError) as caught:
        render(lambda: ExternalService("db", given))
    return list(caught.value.findings)


def test_an_unknown_preset_lists_the_known_ones() -> None:
    names = ", ".join(f'"{name}"' for name in KNOWN)
    (finding,) = preset_error("postgresql", ports=[{"port": 1}])
    assert str(finding) == f'preset: Unsupported value: "postgresql": supported values: {names}'


def test_a_misspelled_preset_is_one_error() -> None:
    assert [finding.path for finding in preset_error("postgress")] == ["preset"]
