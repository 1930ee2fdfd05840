"""`probe` connects to what a Service declares, and to nothing else."""

import json
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.cli.main import main
from components.cli.probing import Progress, connections, plan
from components.topology import Explainer, Snapshot
from testbed.certificates import certificate
from tests.support.broken_setups import (
    DOWN,
    Manifest,
    alias,
    endpoint_slice,
    in_namespace,
    service,
)

Serve = Callable[..., int]
Run = Callable[..., tuple[int, Any, str]]


class Server:
    """Accepts connections on loopback, counts them, and answers what the test asks."""

    def __init__(self, answer: bytes, context: ssl.SSLContext | None, host: str) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family)
        self._socket.bind((host, 0))
        self._socket.listen(32)
        self.port = self._socket.getsockname()[1]
        self.seen: list[bytes] = []
        self._answer, self._context = answer, context
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, ExitStack() as stack:
                try:
                    if self._context:
                        connection = stack.enter_context(
                            self._context.wrap_socket(connection, server_side=True)
                        )
                    connection.settimeout(2)
                    self.seen.append(connection.recv(4096) if self._answer else b"")
                    connection.sendall(self._answer)
                except OSError:
                    self.seen.append(b"failed")

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    with ExitStack() as stack:

        def start(
            answer: bytes = b"", context: ssl.SSLContext | None = None, host: str = "127.0.0.1"
        ) -> Server:
            server = Server(answer, context, host)
            stack.callback(server.close)
            return server

        yield start


@pytest.fixture
def probe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(manifests: list[Manifest], *arguments: str) -> tuple[int, Any, str]:
        file = tmp_path / "a.yaml"
        file.write_text(yaml.safe_dump_all(in_namespace(manifests, "shop")))
        code = main(["probe", "db", "-f", str(file), "-o", "json", *arguments])
        out, err = capsys.readouterr()
        return code, json.loads(out)["results"] if out else [], err

    return run


def backends(port: int, *addresses: str, name: str = "pg", **fields: Any) -> list[Manifest]:
    given = {"name": name, "port": port, "protocol": "TCP"}
    made = endpoint_slice(given, addresses=addresses or ("127.0.0.1",), **fields)
    return [service(given), made]


def test_an_open_port_answers_and_a_closed_one_refuses(
    probe: Run, serve: Callable[..., Server]
) -> None:
    server = serve()
    code, rows, _ = probe(backends(server.port))
    assert code == 0
    assert rows[0]["ok"]
    assert rows[0]["ms"]["connect"] >= 0
    code, rows, _ = probe(backends(server.port, "127.0.0.1", "127.0.0.2"))
    assert code == 1
    assert [(row["address"], row["ok"]) for row in rows] == [
        ("127.0.0.1", True),
        ("127.0.0.2", False),
    ]
    assert rows[1]["reason"] == "connection refused"


def test_an_ipv6_backend_is_probed(probe: Run, serve: Callable[..., Server]) -> None:
    server = serve(b"HTTP/1.1 204 No Content\r\n\r\n", host="::1")
    code, rows, _ = probe(backends(server.port, "::1", family="IPv6"), "--as", "http")
    assert (code, rows[0]["status"]) == (0, 204)
    assert b"Host: [::1]\r\n" in server.seen[0]


def test_a_silent_backend_times_out(probe: Run) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        code, rows, _ = probe(backends(silent.getsockname()[1]), "--as", "http", "--timeout", "0.2")
    assert code == 1
    assert rows[0]["reason"] == "no answer within 0.2 s"


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True, 200),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", True, 404),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.3:1/\r\n\r\n", True, 302),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False, 503),
        (b"SSH-2.0-OpenSSH_9.2\r\n", False, None),
    ],
)
def test_http_sends_one_request(
    probe: Run,
    serve: Callable[..., Server],
    answer: bytes,
    ok: bool,
    said: int | None,
) -> None:
    server = serve(answer)
    code, rows, _ = probe(backends(server.port, name="http-web"), "--path", "/health")
    assert (code, rows[0]["ok"], rows[0].get("status")) == (0 if ok else 1, ok, said)
    assert len(server.seen) == 1
    assert server.seen[0].startswith(b"GET /health HTTP/1.1\r\n")


def test_tls_certificates_are_verified(
    probe: Run, serve: Callable[..., Server], tmp_path: Path
) -> None:
    context, ca = certificate(tmp_path)
    server = serve(context=context)
    given = backends(server.port, name="tls")
    code, rows, _ = probe(given, "--ca", str(ca), "--server-name", "db.example.com")
    assert (code, rows[0]["reason"]) == (0, "")
    assert rows[0]["expires"] > 0
    assert {"connect", "tls"} == {*rows[0]["ms"]}
    code, rows, _ = probe(given, "--ca", str(ca))  # the chain alone
    assert code == 0
    code, rows, _ = probe(given, "--ca", str(ca), "--server-name", "other.example.com")
    assert code == 1
    assert "Hostname mismatch" in rows[0]["reason"]
    code, rows, _ = probe(given)
    assert code == 1
    assert rows[0]["reason"].startswith("certificate: self")


def test_an_expired_certificate_is_refused(
    probe: Run, serve: Callable[..., Server], tmp_path: Path
) -> None:
    context, ca = certificate(tmp_path, days=-1)
    server = serve(context=context)
    code, rows, _ = probe(backends(server.port, name="https"), "--ca", str(ca))
    assert (code, rows[0]["reason"]) == (1, "certificate: certificate has expired")


def test_a_server_without_tls_is_reported(probe: Run, serve: Callable[..., Server]) -> None:
    server = serve(b"+OK\r\n" * 4)
    code, rows, _ = probe(backends(server.port), "--as", "tls")
    assert code == 1
    assert rows[0]["reason"].startswith("TLS: ")


def test_only_declared_addresses_are_planned() -> None:
    given = in_namespace(
        [
            *backends(5432, "192.0.2.1", "192.0.2.2"),
            endpoint_slice(name="udp", addresses=["192.0.2.3"]),
            endpoint_slice(name="other-1", label="other", addresses=["192.0.2.9"]),
        ],
        "shop",
    )
    given[2]["ports"][0] = {"name": "pg", "port": 5432, "protocol": "UDP"}
    targets = list(plan(Explainer(Snapshot(given)).explain(("shop", "db")), None))
    assert [(one.address, one.port, one.kind) for one in targets] == [
        ("192.0.2.1", 5432, "tcp"),
        ("192.0.2.2", 5432, "tcp"),
    ]


def test_backends_that_are_not_ready_are_asked_too(
    probe: Run, serve: Callable[..., Server]
) -> None:
    server = serve()
    _, rows, _ = probe(backends(server.port, conditions=DOWN))
    assert (rows[0]["ok"], rows[0]["state"]) == (True, "not ready")


@pytest.mark.parametrize(
    ("manifests", "said"),
    [
        ([service()], "declares no backend with a TCP port"),
        ([alias("db.example.com")], "declares no backend with a TCP port"),
        ([service(name="other")], "there is no Service db"),
    ],
)
def test_nothing_to_probe_is_an_error(probe: Run, manifests: list[Manifest], said: str) -> None:
    code, rows, err = probe(manifests)
    assert (code, rows) == (2, [])
    assert said in err


@pytest.mark.parametrize(
    "arguments",
    [("--timeout", "0"), ("--at-once", "0"), ("--path", "a b"), ("--path", "/\r\nX: y")],
)
def test_wrong_arguments_are_errors(probe: Run, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as stopped:
        probe([service()], *arguments)
    assert stopped.value.code == 2


def test_text_has_a_line_for_each(
    serve: Callable[..., Server], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = serve()
    file = tmp_path / "a.yaml"
    file.write_text(yaml.safe_dump_all(backends(server.port, "127.0.0.1", "127.0.0.2")))
    assert main(["probe", "db", "-f", str(file)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"+ 127.0.0.1:{server.port}  tcp    connect ")
    assert lines[1] == f"x 127.0.0.2:{server.port}  tcp    connection refused"
    assert lines[-1] == "1 of 2 backend ports answered, from this machine"


def test_the_bar_is_for_terminals_and_many(capsys: pytest.CaptureFixture[str]) -> None:
    class Terminal:
        text = ""

        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> None:
            self.text += text

        def flush(self) -> None:
            pass

    few, many = Terminal(), Terminal()
    for total, out in ((9, few), (10, many)):
        progress = Progress(total, out)  # type: ignore[arg-type]
        for _ in range(total):
            progress.advance()
        progress.end()
    assert few.text == ""
    assert "] 10/10" in many.text
    progress = Progress(10, sys.stderr)
    progress.advance()
    assert capsys.readouterr().err == ""


def test_the_probing_program_needs_only_the_standard_library(
    serve: Callable[..., Server],
) -> None:
    server = serve()
    target = {"address": "127.0.0.1", "port": server.port, "kind": "tcp"}
    given = json.dumps({"targets": [target], "timeout": 2, "at_once": 2})
    source = Path(connections.__file__).read_text()
    command = [sys.executable, "-I", "-S", "-c", source, given]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    place, result = json.loads(done.stdout)
    assert (place, result["ok"]) == (0, True)
