"""`make` finds out whether the API server of KUBECONFIG answers before it runs `pulumi`."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import processes, target
from tools.cluster import Cluster
from tools.console import CommandError
from tools.target import Target

SLEEPS = {
    "apiVersion": "client.authentication.k8s.io/v1",
    "command": "sleep",
    "args": ["61"],
    "interactiveMode": "Never",
}


class Server(ThreadingHTTPServer):
    """Answers as the test asks."""

    code = 200
    body = b"ok"
    delay = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server: Any = self.server
        time.sleep(server.delay)
        with suppress(OSError):  # the client may have lost patience
            self.send_response(server.code)
            self.send_header("Content-Length", str(len(server.body)))
            self.end_headers()
            self.wfile.write(server.body)

    def log_message(self, *_: object) -> None:
        """Print no log."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


@pytest.fixture
def use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cluster: Cluster) -> Any:
    """Make KUBECONFIG lead to a server, and return the target."""

    def make(user: object = None, **of_cluster: object) -> Target:
        file = tmp_path / "kubeconfig"
        config = {
            "clusters": [{"name": "c", "cluster": of_cluster}],
            "users": [{"name": "u", "user": user or {}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
        file.write_text(yaml.safe_dump(config))
        monkeypatch.setenv("KUBECONFIG", str(file))
        return Target.of_user(cluster.parts)

    return make


@pytest.mark.parametrize("code", [200, 401, 403, 404, 429])
def test_any_answer_below_500_means_the_server_is_there(
    server: Server, use: Any, code: int
) -> None:
    server.code, server.body = code, b"whatever"
    use(server=server.url).reach()


@pytest.mark.parametrize(
    ("code", "body", "reason"), [(500, b"[-]etcd failed", "etcd failed"), (503, b"", "unable to")]
)
def test_a_server_that_is_not_ready_counts_as_absent(
    server: Server, use: Any, code: int, body: bytes, reason: str
) -> None:
    server.code, server.body = code, body
    with pytest.raises(
        CommandError, match=f"{server.url} of KUBECONFIG=.* is not ready: .*{reason}"
    ):
        use(server=server.url).reach()


def test_a_server_slower_than_the_timeout_counts_as_absent(
    server: Server, use: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, "_PATIENCE", 1.0)
    server.delay = 4
    with pytest.raises(CommandError, match="does not answer"):
        use(server=server.url).reach()


def test_a_name_and_a_password_in_the_url_are_not_printed(use: Any) -> None:
    with pytest.raises(CommandError, match=r"API server https://127.0.0.1:1 of") as failure:
        use(server="https://me:secret@127.0.0.1:1").reach()
    assert "secret" not in str(failure.value)


def of_real(cluster: Cluster) -> dict[str, Any]:
    config = yaml.safe_load(cluster.kubeconfig.read_text())
    found: dict[str, Any] = config["clusters"][0]["cluster"]
    return found


def test_a_real_server_answers_wrong_and_missing_credentials(use: Any, cluster: Cluster) -> None:
    use(**of_real(cluster)).reach()
    use({"token": "wrong"}, **of_real(cluster)).reach()


def test_a_hanging_credential_plugin_is_ended_after_the_timeout(
    use: Any, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, "_PATIENCE", 2.0)
    with pytest.raises(CommandError, match="does not answer within 2 s"):
        use({"exec": SLEEPS}, **of_real(cluster)).reach()
    mine = [one.command for one in processes.descendants(os.getpid())]
    assert "sleep 61" not in mine
    assert not any(one.command == "sleep 61" for one in processes.running().values())


def test_a_credential_plugin_is_used(use: Any, cluster: Cluster) -> None:
    credential = '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",'
    says = {**SLEEPS, "command": "echo", "args": [credential + '"status":{"token":"any"}}']}
    use({"exec": says}, **of_real(cluster)).reach()


@pytest.mark.parametrize("text", [None, "", "{", "{}"], ids=["none", "empty", "cut", "nothing"])
def test_a_kubeconfig_that_names_no_cluster_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cluster: Cluster, text: str | None
) -> None:
    file = tmp_path / "kubeconfig"
    if text is not None:
        file.write_text(text)
    monkeypatch.setenv("KUBECONFIG", str(file))

    with pytest.raises(CommandError, match=f"^KUBECONFIG={file} names no cluster: [^\n]+$"):
        Target.of_user(cluster.parts)
