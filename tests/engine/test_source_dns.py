"""The source `dns` against a real CoreDNS, and in programs that the real engine runs."""

import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from components.sources import SourceError
from components.sources import dns as source
from testbed.stack import Stack
from tests.support.coredns import coredns, free_port

ZONE = """
db A 192.0.2.11
db A 192.0.2.10
db AAAA 2001:db8::10
www CNAME web
web CNAME db
rds CNAME orders.abc.eu-west-1.rds.amazonaws.com.
away CNAME db.example.org.
_postgres._tcp SRV 10 50 5432 a
_postgres._tcp SRV 10 50 5433 b
_postgres._tcp SRV 20 0 5432 db
a A 192.0.2.20
b A 192.0.2.21
empty TXT "here"
""" + "".join(f"many A 198.51.100.{number}\n" for number in range(1, 201))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with coredns(tmp_path_factory.mktemp("coredns"), ZONE) as address:
        yield address


def resolved(server: str, name: str, **options: object) -> list[str]:
    given: dict[str, object] = {"resolvers": [server], "attempts": 1, **options}
    found = source.addresses(f"{name}.example.com", **given)  # type: ignore[arg-type]
    return [backend["address"] for backend in found]  # type: ignore[misc]


def test_addresses_of_both_families_are_found(server: str) -> None:
    assert resolved(server, "db") == ["192.0.2.10", "192.0.2.11"]
    assert resolved(server, "db", ipv6=True) == ["2001:db8::10"]
    assert len(resolved(server, "db", dual_stack=True)) == 3


def test_aliases_are_followed(server: str) -> None:
    assert resolved(server, "www") == ["192.0.2.10", "192.0.2.11"]


def test_an_alias_of_a_managed_database_is_refused(server: str) -> None:
    with pytest.raises(SourceError, match=r"an alias of orders\.abc.*is a name of Amazon RDS"):
        resolved(server, "rds")
    assert resolved(server, "rds", allow_moving=True) == ["203.0.113.1"]


def test_an_answer_that_needs_tcp_is_whole(server: str) -> None:
    assert len(resolved(server, "many")) == 200


def test_targets_of_srv_records_are_found(server: str) -> None:
    name = "_postgres._tcp.example.com"
    found = source.services(name, port="postgres", resolvers=[server], attempts=1)
    assert [
        (one["id"], one["address"], one["ports"]["postgres"], str(one.get("state", "Active")))
        for one in found
    ] == [
        ("a.example.com:5432", "192.0.2.20", 5432, "Active"),
        ("b.example.com:5433", "192.0.2.21", 5433, "Active"),
        ("db.example.com:5432/192.0.2.10", "192.0.2.10", 5432, "Disabled"),
        ("db.example.com:5432/192.0.2.11", "192.0.2.11", 5432, "Disabled"),
    ]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("none", '"none.example.com" does not exist'),
        ("empty", "no address"),
        ("away", "SERVFAIL"),
    ],
)
def test_a_name_that_does_not_resolve_is_an_error(server: str, name: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        resolved(server, name)


def test_the_next_resolver_answers_for_one_that_is_down_or_silent(server: str) -> None:
    down = f"127.0.0.1:{free_port()}"
    assert len(resolved(server, "db", resolvers=[down, server])) == 2
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        assert len(resolved(server, "db", resolvers=[address, server], timeout=4.0)) == 2
        with pytest.raises(SourceError, match=rf"no answer from {re.escape(address)} \("):
            resolved(server, "db", resolvers=[address], timeout=0.5)


PROGRAM = """
from components import ExternalService
from components.sources import dns

backends = dns.addresses(
    "db.example.com", resolvers=[{server!r}], attempts=1, timeout=2, pin="db.lock.yaml"
)
ExternalService("orders-db", {{"backends": backends, "ports": [{{"name": "pg", "port": 5432}}]}})
"""


def test_a_program_runs_on_pinned_answers_during_an_outage(
    rendered: Callable[..., Stack], tmp_path: Path
) -> None:
    port = free_port()
    stack = rendered().write(PROGRAM.format(server=f"127.0.0.1:{port}"))
    with coredns(tmp_path / "first", "db A 192.0.2.10\ndb A 192.0.2.11\n", port):
        stack.up()
    written = addresses(stack)
    assert written == ["192.0.2.10", "192.0.2.11"]
    lock = (stack.folder / "db.lock.yaml").read_text()

    done = stack.run("up", "--yes", "--skip-preview")
    assert done.returncode == 0, done.stdout
    assert "using the last good answer, of db.lock.yaml" in done.stdout
    assert "updated" not in done.stdout
    assert (addresses(stack), (stack.folder / "db.lock.yaml").read_text()) == (written, lock)

    with coredns(tmp_path / "second", "db A 192.0.2.10\ndb A 192.0.2.12\n", port):
        stack.up()
    assert addresses(stack) == ["192.0.2.10", "192.0.2.12"]
    assert "192.0.2.12" in (stack.folder / "db.lock.yaml").read_text()

    (stack.folder / "db.lock.yaml").unlink()
    done = stack.run("up", "--yes", "--skip-preview")
    assert done.returncode != 0
    assert "dns.addresses(db.example.com): " in done.stdout
    assert "db.lock.yaml holds no earlier answer" in done.stdout
    assert "Traceback" not in done.stdout
    assert addresses(stack) == ["192.0.2.10", "192.0.2.12"]


def addresses(stack: Stack) -> list[str]:
    """Return what the rendered slices hold."""
    manifests = [yaml.safe_load(file.read_text()) for file in stack.folder.glob("yaml/*/*.yaml")]
    slices = [one for one in manifests if one["kind"] == "EndpointSlice"]
    return sorted(address for one in slices for e in one["endpoints"] for address in e["addresses"])
