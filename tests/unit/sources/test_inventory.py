"""Inventory files: what is right is read, and each error names its file, line and reason."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pulumi
import pytest

from components import ExternalNameService, ExternalService
from components.sources.inventory import Inventory, InventoryError, load
from components.testing import render

GOOD = """\
# what the shop needs
services:
  orders-db:
    ports: [{name: pg, port: 5432}]
    backends:
      - {id: db-1, address: 192.0.2.10, zone: eu-1a}
      - id: db-2
        address: "2001:db8::10"
  sessions:
    ports:
      - port: 6379
    addresses:
      - 198.51.100.20
external_names:
  payments: {external_name: api.payments.example}
"""

Write = Callable[[str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(content: str | bytes) -> Path:
        file = tmp_path / "backends.yaml"
        file.write_bytes(content if isinstance(content, bytes) else dedent(content).encode())
        return file

    return to_file


def refused(file: Path) -> list[str]:
    """Return the error's lines without the name of the file, which each must begin with."""
    with pytest.raises(InventoryError) as caught:
        load(file)
    assert isinstance(caught.value, pulumi.RunError)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{file}:") for line in lines)
    return [line.removeprefix(f"{file}:") for line in lines]


def test_a_good_file_gives_arguments_by_name(write: Write) -> None:
    inventory = load(write(GOOD))
    assert inventory.services == {
        "orders-db": {
            "ports": [{"name": "pg", "port": 5432}],
            "backends": [
                {"id": "db-1", "address": "192.0.2.10", "zone": "eu-1a"},
                {"id": "db-2", "address": "2001:db8::10"},
            ],
        },
        "sessions": {"ports": [{"port": 6379}], "addresses": ["198.51.100.20"]},
    }
    assert inventory.external_names == {"payments": {"external_name": "api.payments.example"}}


def test_what_a_file_gives_can_be_declared(write: Write) -> None:
    inventory = load(str(write(GOOD)))

    def program() -> None:
        for name, args in inventory.services.items():
            ExternalService(name, {**args, "namespace": "shop"})
        for name, alias in inventory.external_names.items():
            ExternalNameService(name, {**alias, "namespace": "shop"})

    declared = {(found["kind"], found["metadata"]["name"]) for found in render(program)}
    assert declared == {
        ("Service", "orders-db"),
        ("EndpointSlice", "orders-db-ipv4"),
        ("EndpointSlice", "orders-db-ipv6"),
        ("Service", "sessions"),
        ("EndpointSlice", "sessions-ipv4"),
        ("Service", "payments"),
    }


@pytest.mark.parametrize(
    "content",
    ["", "# nothing\n", "---\n", "services:\nexternal_names:\n", "services: {}\n", "{}\n"],
)
def test_a_file_may_hold_nothing(write: Write, content: str) -> None:
    assert load(write(content)) == Inventory({}, {})


def test_anchors_and_a_byte_order_mark_are_read(write: Write) -> None:
    content = """\
        services:
          a: {ports: &web [{port: 80}], addresses: [192.0.2.1]}
          b: {ports: *web, addresses: [192.0.2.2]}
        """
    inventory = load(write(b"\xef\xbb\xbf" + dedent(content).encode()))
    assert inventory.services["b"] == {"ports": [{"port": 80}], "addresses": ["192.0.2.2"]}


NOT_AN_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"


def entry(lines: str) -> str:
    """Return a file whose one Service has these lines, the first of which is line 3."""
    return "services:\n  db:\n" + "".join(f"    {line}\n" for line in lines.splitlines())


BLOCK_PORTS = "ports:\n  - name: pg\n    port: 5432\n"
PORTS = "ports: [{port: 80}]\n"
ADDRESSES = "addresses: [192.0.2.1]\n"

WRONG: dict[str, tuple[str, list[str]]] = {
    "an address that is none": (
        entry(PORTS + "addresses:\n  - 192.0.2.1\n  - 192.0.2.256"),
        [f'6: services.db.addresses[1]: Invalid value: "192.0.2.256": {NOT_AN_ADDRESS}'],
    ),
    "an address that YAML takes for a number": (
        entry(PORTS + "addresses:\n  - 192.0"),
        ["5: services.db.addresses[0]: Invalid value: 192.0: must be a string, not float"],
    ),
    "a port out of range": (
        entry(ADDRESSES + "ports:\n  - name: a\n    port: 70000"),
        [
            (
                "6: services.db.ports[0].port: Invalid value: 70000:"
                " must be between 1 and 65535, inclusive"
            )
        ],
    ),
    "a port that is missing": (
        entry(ADDRESSES + "ports:\n  - name: a\n    protocol: UDP"),
        ["5: services.db.ports[0].port: Required value"],
    ),
    "text for a port": (
        entry(ADDRESSES + 'ports: [{port: "80"}]'),
        ['4: services.db.ports[0].port: Invalid value: "80": must be a whole number, not str'],
    ),
    "ports that are missing": (
        entry(ADDRESSES),
        [("2: services.db.ports: Required value (give at least one port, or a `preset`)")],
    ),
    "a typo": (
        entry(PORTS + "adresses: [192.0.2.1]\n" + ADDRESSES),
        ["4: services.db.adresses: Forbidden: unknown field (did you mean `addresses`?)"],
    ),
    "a label": (
        entry(PORTS + ADDRESSES + "labels:\n  app: a\n  example.com/a: b c"),
        ['7: services.db.labels[example.com/a]: Invalid value: "b c": a valid label'],
    ),
    "a version that YAML takes for a number": (
        entry(PORTS + ADDRESSES + "kubernetes_version: 1.36"),
        ["5: services.db.kubernetes_version: Invalid value: 1.36: must be a string, not float"],
    ),
    "a Service name": (
        "services:\n  Orders_DB: {ports: [{port: 80}], addresses: [192.0.2.1]}\n",
        ['2: services.Orders_DB.service_name: Invalid value: "Orders_DB": a DNS-1035 label'],
    ),
    "no settings": (
        "services:\n  a:\n    ports: [{port: 80}]\n    addresses: [192.0.2.1]\n  b:\n",
        [
            "5: services.b.addresses: Required value: a Service without backends",
            "5: services.b.ports: Required value (give at least one port",
        ],
    ),
    "a list for a Service": (
        "services:\n  a:\n    - 192.0.2.1\n",
        ["2: services.a: Invalid value: must be a mapping, not list"],
    ),
    "a word for a Service": (
        "services:\n  a: none\n",
        ['2: services.a: Invalid value: "none": must be a mapping, not str'],
    ),
    "a list for the Services": (
        "services:\n  - a\n",
        ["1: services: must be a mapping of names"],
    ),
    "no external name": (
        "external_names:\n  a: {}\n",
        ["2: external_names.a.external_name: Required value"],
    ),
    "an unknown section": (
        "services: {}\nservcies: {}\n",
        ["2: servcies: unknown section; known: services, external_names"],
    ),
    "a list for the file": (
        "# a comment\n- a\n",
        ["1: must be a mapping with services and external_names"],
    ),
    "a key given twice": (
        entry(PORTS + ADDRESSES + PORTS),
        ["5: services.db.ports: this key is given twice"],
    ),
    "a Service given twice": (
        entry(PORTS + ADDRESSES) + f"  db: {{{PORTS.strip()}, {ADDRESSES.strip()}}}\n",
        ["5: services.db: this key is given twice"],
    ),
    "a number for a name": (
        "services:\n  7: {ports: [{port: 80}], addresses: [192.0.2.1]}\n",
        ["2: services: the key 7 is not a string"],
    ),
    "a list for a key": (
        "services:\n  ? [a]\n  : {}\n",
        ["2: services: the key ['a'] is not a string"],
    ),
    "a tag": (
        entry(PORTS + ADDRESSES + "namespace: !secret a"),
        ["5: services.db.namespace: "],
    ),
    "several, by line": (
        "external_names:\n  a: {external_name: A}\nservices:\n  b: {ports: [{port: 0}]}\n",
        [
            '2: external_names.a.external_name: Invalid value: "A": a lowercase RFC 1123',
            "4: services.b.addresses: Required value: a Service without backends",
            "4: services.b.ports[0].port: Invalid value: 0: must be between 1 and 65535",
        ],
    ),
}


@pytest.mark.parametrize(("content", "found"), WRONG.values(), ids=WRONG)
def test_an_error_has_its_line_and_its_reason(write: Write, content: str, found: list[str]) -> None:
    lines = refused(write(content))
    assert len(lines) == len(found), lines
    for line, start in zip(lines, found, strict=True):
        assert line.startswith(start)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        pytest.param("services:\n  a: [\n", "3:1: ", id="a bracket that stays open"),
        pytest.param("services:\n\ta: 1\n", "2:1: ", id="a tab"),
        pytest.param("services:\n  a: 1\n b: 2\n", "3:2: ", id="indentation"),
        pytest.param("services: *missing\n", "1:11: ", id="an alias of nothing"),
        pytest.param("a: 1\n---\nb: 2\n", "2:1: ", id="two documents"),
    ],
)
def test_broken_yaml_has_its_line_and_column(write: Write, content: str, place: str) -> None:
    (line,) = refused(write(content))
    assert line.startswith(place)
    assert len(line) > len(place)


@pytest.mark.parametrize(
    "content", [b"services: \xff\n", b"services: a\x00b\n", "services: {}\n".encode("utf-16")]
)
def test_a_binary_file_is_refused_by_name(write: Write, content: bytes) -> None:
    with pytest.raises(InventoryError) as caught:
        load(write(content))
    assert "backends.yaml: " in str(caught.value)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    (line,) = refused(tmp_path / "none.yaml")
    assert "No such file or directory" in line


def test_a_file_that_contains_itself_is_refused(write: Write) -> None:
    assert refused(write("services: &a\n  db: *a\n"))
