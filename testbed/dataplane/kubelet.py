"""A node that runs the containers of its Pods: as processes in a network namespace of a rig.

The Pods of kwok's nodes run nothing. What runs here has of its Pod's security context the user, the
group, the capabilities, `allowPrivilegeEscalation` and the read-only file system, and none of this
process's variables. It has no seccomp profile, and no image: programs are those of this machine.
"""

import json
import os
import re
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from typing import Any

from testbed.certificates import certificate
from testbed.cluster import get
from tools.stages import RUNS_PODS as NAME

from .namespaces import Namespace
from .network import NODE
from .rig import Rig

_PATH = "PATH=/usr/local/bin:/usr/bin:/bin"
_PORT = 10250
_POLL = 0.2
UNSEEN = "missing.example/image"
"""An image that cannot be pulled."""

Pod = dict[str, Any]


@dataclass
class Run:
    """A container that runs, or has run."""

    pod: Pod
    process: subprocess.Popen[bytes]
    log: Path
    identity: str = ""
    """What the kernel says of it, last at its end: `/proc/<pid>/status`."""
    peak: int = 0
    """The memory that it has had at most, in KiB."""

    @property
    def key(self) -> tuple[str, str]:
        """Its Pod's namespace and name."""
        return self.pod["metadata"]["namespace"], self.pod["metadata"]["name"]


@dataclass
class Kubelet:
    """The node."""

    rig: Rig
    folder: Path
    runs: list[Run] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        """Run Pods until stopped."""
        while not self._stopping.wait(_POLL):
            listed = self.rig.cluster.kubectl(
                *("get", "pods", "-A", f"--field-selector=spec.nodeName={NAME}", "-o", "json")
            )
            pods = {
                (pod["metadata"]["namespace"], pod["metadata"]["name"]): pod
                for pod in json.loads(listed)["items"]
            }
            begun = {run.key for run in self.runs}
            for key in pods.keys() - begun:
                self._begin(pods[key])
            for run in self.runs:
                self._look_after(run, is_wanted=run.key in pods)

    def stop(self) -> None:
        """Let `work` return, and end what runs."""
        self._stopping.set()

    def end_all(self) -> None:
        """End what still runs."""
        for run in self.runs:
            if run.process.returncode is None:
                run.process.kill()
                run.process.wait()

    def _begin(self, pod: Pod) -> None:
        (container,) = pod["spec"]["containers"]
        if container["image"] == UNSEEN:
            self._report(pod, "Pending", {"waiting": {"reason": "ImagePullBackOff"}})
            return
        log = self.folder / f"{pod['metadata']['uid']}.log"
        with log.open("wb") as sink:
            process = subprocess.Popen(
                contained(self.rig.network.client, pod["spec"]),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
            )
        run = Run(pod, process, log)
        self.runs.append(run)
        threading.Thread(target=_measure, args=[run]).start()
        self._report(pod, "Running", {"running": {"startedAt": _now()}})

    def _look_after(self, run: Run, *, is_wanted: bool) -> None:
        if run.process.returncode is not None:
            return
        pid, patience = run.process.pid, os.WNOHANG if is_wanted else 0
        if not is_wanted:
            run.process.kill()
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | patience)
        run.identity = Path(f"/proc/{pid}/status").read_text()  # the kernel keeps it until waitpid
        if ended is None:
            return
        _, status = os.waitpid(pid, 0)
        run.process.returncode = os.waitstatus_to_exitcode(status)
        if is_wanted:
            code = run.process.returncode
            reason = "Error" if code else "Completed"
            state = {"terminated": {"exitCode": code, "reason": reason, "finishedAt": _now()}}
            self._report(run.pod, "Failed" if code else "Succeeded", state)

    def _report(self, pod: Pod, phase: str, state: Mapping[str, Any]) -> None:
        (container,) = pod["spec"]["containers"]
        shown = {
            "name": container["name"],
            "image": container["image"],
            "imageID": "",
            "ready": phase == "Running",
            "restartCount": 0,
            "state": state,
        }
        status = {"phase": phase, "startTime": _now(), "containerStatuses": [shown]}
        metadata = pod["metadata"]
        patch = ("--subresource=status", "--type=merge", "-p", json.dumps({"status": status}))
        # It may be gone by now.
        command = ("patch", "pod", metadata["name"], "-n", metadata["namespace"], *patch)
        try_to(self.rig, *command)


def _measure(run: Run) -> None:
    """Follow the memory of a container: what `wait4` returns includes that of these tests."""
    status = Path(f"/proc/{run.process.pid}/status")
    while run.process.returncode is None:
        with suppress(OSError):  # it has ended
            found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
            run.peak = max(run.peak, int(found[1]) if found else 0)
        time.sleep(0.01)


def contained(namespace: Namespace, spec: Mapping[str, Any]) -> list[str]:
    """Return the command line of a Pod's one container, in a network namespace."""
    (container,) = spec["containers"]
    pod, own = spec["securityContext"], container["securityContext"]
    assert own["readOnlyRootFilesystem"]
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert own["allowPrivilegeEscalation"] is False
    identity = [f"--reuid={pod['runAsUser']}", f"--regid={pod['runAsGroup']}", "--clear-groups"]
    without = ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
    # `ip netns exec` gives it mounts of its own.
    read_only = ["sh", "-c", 'mount -o remount,bind,ro / && exec "$@"', "sh"]
    limited = ["setpriv", *identity, *without, "env", "-i", _PATH, *container["command"]]
    return namespace.command(*read_only, *limited)


@contextmanager
def kubelet(rig: Rig, folder: Path) -> Iterator[Kubelet]:
    """Run a node on which all new Pods of a rig run meanwhile."""
    made = Kubelet(rig, folder)
    context, _ = certificate(folder, NAME)
    server = rig.network.node.run(_listening, made, context)
    others = [one for one in _nodes(rig) if one != NAME]
    threads = [threading.Thread(target=one) for one in (made.work, server.serve_forever)]
    _register(rig)
    rig.cluster.kubectl("cordon", *others)
    try:
        for thread in threads:
            thread.start()
        yield made
    finally:
        made.stop()
        server.shutdown()
        for thread in threads:
            thread.join()
        server.server_close()
        made.end_all()
        rig.cluster.kubectl("delete", "node", NAME)
        rig.cluster.kubectl("uncordon", *others)


def _register(rig: Rig) -> None:
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NAME}}
    rig.cluster.kubectl("create", "-f", "-", given=json.dumps(node))
    resources = {"cpu": "8", "memory": "8Gi", "pods": "100"}
    status = {
        "addresses": [{"type": "InternalIP", "address": NODE[0]}],
        "allocatable": resources,
        "capacity": resources,
        "conditions": [{"type": "Ready", "status": "True", "lastHeartbeatTime": _now()}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": _PORT}},
    }
    patch = ("--subresource=status", "--type=merge", "-p", json.dumps({"status": status}))
    rig.cluster.kubectl("patch", "node", NAME, *patch)
    end = time.monotonic() + 20
    while get(rig.cluster, "node", "", NAME)["spec"].get("taints"):
        assert time.monotonic() < end, "the node is not taken for ready"
        time.sleep(_POLL)


def _nodes(rig: Rig) -> list[str]:
    listed = rig.cluster.kubectl("get", "nodes", "-o", "jsonpath={.items[*].metadata.name}")
    return listed.split()


def try_to(rig: Rig, *command: str) -> bool:
    """Run kubectl, and return whether it did it."""
    program = [str(rig.cluster.parts["kubectl"]), f"--kubeconfig={rig.cluster.kubeconfig}"]
    return subprocess.run([*program, *command], capture_output=True).returncode == 0


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def _listening(made: Kubelet, context: ssl.SSLContext) -> _Server:
    """Return a server that gives the API server the logs of containers."""

    class Logs(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _, kind, namespace, pod, *_ = self.path.partition("?")[0].split("/")
            runs = {run.key: run for run in made.runs}
            is_known = kind == "containerLogs" and (namespace, pod) in runs
            self.send_response(200 if is_known else 404)
            self.end_headers()
            if is_known:
                self.wfile.write(runs[namespace, pod].log.read_bytes())

        def log_message(self, *_: object) -> None:
            pass

    server = _Server((NODE[0], _PORT), Logs)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server
