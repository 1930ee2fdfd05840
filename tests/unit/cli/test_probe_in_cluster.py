"""`probe --in-cluster`: one Pod under the restricted standard, deleted whatever happens."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.cli.live import ProgramError
from components.cli.main import main
from components.cli.probing.one_shot import probe_job
from tests.support.broken_setups import endpoint_slice, in_namespace, service

KUBECTL = """\
#!{python}
import json, os, subprocess, sys
folder = {folder!r}
verb = next(one for one in sys.argv[1:] if one in ("create", "get", "logs", "delete"))
with open(folder + "/calls", "a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
if verb == "create":
    open(folder + "/job.json", "w").write(sys.stdin.read())
elif verb == "get":
    print(open(folder + "/pods.json").read())
elif verb == "logs":
    job = json.load(open(folder + "/job.json"))
    command = job["spec"]["template"]["spec"]["containers"][0]["command"]
    sys.exit(subprocess.run([sys.executable, *command[1:]]).returncode)
"""


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kubectl that runs a Pod's command here, and notes how it was called."""
    program = tmp_path / "kubectl"
    program.write_text(KUBECTL.format(python=sys.executable, folder=str(tmp_path)))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    pods(tmp_path, {"phase": "Succeeded"})
    return tmp_path


def pods(folder: Path, status: dict[str, Any]) -> None:
    (folder / "pods.json").write_text(json.dumps({"items": [{"status": status}]}))


@pytest.fixture
def port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        yield server.getsockname()[1]


@pytest.fixture
def probe(kubectl: Path, port: int, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    file = kubectl / "a.yaml"
    given = {"name": "pg", "port": port}
    made = [service(given), endpoint_slice(given, addresses=["127.0.0.1", "127.0.0.2"])]
    file.write_text(yaml.safe_dump_all(in_namespace(made, "shop")))

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["probe", "db", "-f", str(file), "--in-cluster", *arguments])
        return code, *capsys.readouterr()

    return run


def test_a_pod_probes_and_is_deleted(probe: Callable[..., Any], kubectl: Path) -> None:
    code, out, err = probe("--labels", "app=checkout,role=client", "--context", "prod")
    assert (code, err) == (1, "")
    assert "+ 127.0.0.1:" in out
    assert "x 127.0.0.2:" in out
    assert out.endswith("1 of 2 backend ports answered, from a Pod of namespace shop\n")
    calls = (kubectl / "calls").read_text().splitlines()
    job = json.loads((kubectl / "job.json").read_text())
    name = job["metadata"]["name"]
    assert [call.split()[4] for call in calls] == ["create", "get", "logs", "delete"]
    assert all(call.startswith("--context=prod --namespace shop ") for call in calls)
    assert f"delete job {name} --ignore-not-found" in calls[-1]
    labels = job["spec"]["template"]["metadata"]["labels"]
    assert labels == {"app": "checkout", "role": "client"}


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (
            {
                "phase": "Pending",
                "containerStatuses": [{"state": {"waiting": {"reason": "ImagePullBackOff"}}}],
            },
            "ImagePullBackOff",
        ),
        ({"phase": "Failed", "reason": "DeadlineExceeded"}, "DeadlineExceeded"),
        (
            {
                "phase": "Failed",
                "containerStatuses": [{"state": {"terminated": {"reason": "OOMKilled"}}}],
            },
            "OOMKilled",
        ),
    ],
)
def test_a_pod_that_does_not_run_is_deleted_too(
    probe: Callable[..., Any], kubectl: Path, status: dict[str, Any], said: str
) -> None:
    pods(kubectl, status)
    code, out, err = probe()
    assert (code, out) == (2, "")
    assert f"the Pod does not probe: {said}" in err
    assert " delete job " in (kubectl / "calls").read_text()


def test_ctrl_c_deletes_the_pod(
    probe: Callable[..., Any], kubectl: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    pods(kubectl, {"phase": "Pending"})
    monkeypatch.setattr("components.cli.probing.one_shot.time.sleep", interrupted)
    assert probe()[0] == 130
    assert " delete job " in (kubectl / "calls").read_text()


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_delete_the_pod_and_end_the_command(
    probe: Callable[..., Any],
    kubectl: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: signal.Signals,
) -> None:
    def signalled(_: float) -> None:
        signal.raise_signal(kind)

    before = signal.getsignal(kind)
    pods(kubectl, {"phase": "Pending"})
    monkeypatch.setattr("components.cli.probing.one_shot.time.sleep", signalled)
    with pytest.raises(SystemExit) as stopped:
        probe()
    assert stopped.value.code == 128 + kind
    assert " delete job " in (kubectl / "calls").read_text()
    assert signal.getsignal(kind) is before


def test_the_pod_meets_the_restricted_standard() -> None:
    job = probe_job("p", "image", {}, {"targets": []}, 90)
    pod = job["spec"]["template"]["spec"]
    assert job["spec"]["activeDeadlineSeconds"] == 90
    assert job["spec"]["ttlSecondsAfterFinished"] > 0
    assert job["spec"]["backoffLimit"] == 0
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = pod["containers"]
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_a_request_fits_into_an_argument() -> None:
    target = {"address": "2001:db8::1234:5678", "port": 5432, "kind": "tcp"}
    few = probe_job("p", "image", {}, {"targets": [target] * 1000, "timeout": 1, "at_once": 1}, 1)
    command = few["spec"]["template"]["spec"]["containers"][0]["command"]
    done = subprocess.run([sys.executable, "-c", "pass", *command[3:]], capture_output=True)
    assert done.returncode == 0
    with pytest.raises(ProgramError, match="too much for one Pod"):
        probe_job("p", "image", {}, {"targets": [target] * 5000}, 1)


def test_labels_must_be_pairs(probe: Callable[..., Any]) -> None:
    with pytest.raises(SystemExit):
        probe("--labels", "app")
