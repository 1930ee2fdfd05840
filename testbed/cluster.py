"""Control planes that exist as long as a context, and their live objects."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile, mkdtemp
from typing import Any

from tools.cluster import Cluster
from tools.install import ensure
from tools.parts import CONTROL_PLANE, PULUMI, Part

Object = dict[str, Any]


@contextmanager
def throw_away_cluster(api_server: Part | None = None, **settings: Any) -> Iterator[Cluster]:
    """Run a separate control plane, and delete it afterwards.

    Args:
        api_server: Another kube-apiserver than the project's own. Defaults to None.
        settings: Other settings of the control plane.
    """
    directory = Path(mkdtemp(prefix="k8s-endpoints-cluster-"))
    parts = ensure((*PULUMI, *CONTROL_PLANE))
    if api_server is not None:
        parts["kube-apiserver"] = ensure((api_server,))[api_server.name]
    cluster = Cluster(directory, parts, **settings)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(directory, ignore_errors=True)


def path_with_kubectl(cluster: Cluster) -> str:
    """Return a PATH on which the kubectl of the cluster comes first."""
    return f"{Path(cluster.parts['kubectl']).parent}{os.pathsep}{os.environ['PATH']}"


def get(cluster: Cluster, kind: str, namespace: str, name: str) -> Object:
    """Return one live object."""
    found: Object = json.loads(cluster.kubectl("get", kind, name, "-n", namespace, "-o", "json"))
    return found


def managers(cluster: Cluster, kind: str, namespace: str, name: str) -> list[tuple[str, str]]:
    """Return name and operation of each field manager of one live object, sorted."""
    command = ("get", kind, name, "-n", namespace, "-o", "json", "--show-managed-fields")
    entries = json.loads(cluster.kubectl(*command))["metadata"]["managedFields"]
    return sorted((one["manager"], one["operation"]) for one in entries)


def names(cluster: Cluster, kind: str, namespace: str, selector: str = "") -> list[str]:
    """Return the names of live objects, sorted."""
    chosen = ["-l", selector] if selector else []
    text = cluster.kubectl("get", kind, "-n", namespace, *chosen, "-o", "json")
    return sorted(one["metadata"]["name"] for one in json.loads(text)["items"])


def versions(cluster: Cluster, kind: str, namespace: str) -> dict[str, str]:
    """Return the resourceVersion of each live object by name: it changes with every write."""
    text = cluster.kubectl("get", kind, "-n", namespace, "-o", "json")
    items = json.loads(text)["items"]
    return {one["metadata"]["name"]: one["metadata"]["resourceVersion"] for one in items}


def uids(cluster: Cluster, kind: str, namespace: str) -> dict[str, str]:
    """Return the uid of each live object by name: it changes when an object is replaced."""
    text = cluster.kubectl("get", kind, "-n", namespace, "-o", "json")
    return {one["metadata"]["name"]: one["metadata"]["uid"] for one in json.loads(text)["items"]}


class Watched:
    """The events of the objects of one selector while the context was open."""

    def __init__(self) -> None:
        self.history: list[dict[str, Object]] = []
        """All objects by name, after each event."""


@contextmanager
def watched(cluster: Cluster, kind: str, namespace: str, selector: str) -> Iterator[Watched]:
    """Watch objects; every change is seen, in the order in which the API server made it."""
    seen = Watched()
    command = [
        *(str(cluster.parts["kubectl"]), f"--kubeconfig={cluster.kubeconfig}", "get", kind),
        *("-n", namespace, "-l", selector, "--watch", "--output-watch-events", "-o", "json"),
    ]
    with TemporaryFile("w+") as sink:
        process = subprocess.Popen(command, stdout=sink)
        try:
            time.sleep(1)  # it lists what there is, and then waits for events
            yield seen
            time.sleep(1)  # the last events arrive
        finally:
            process.terminate()
            process.wait()
        sink.seek(0)
        text = sink.read()
    current: dict[str, Object] = {}
    for event in _documents(text):
        name = event["object"]["metadata"]["name"]
        current = {key: value for key, value in current.items() if key != name}
        if event["type"] != "DELETED":
            current[name] = event["object"]
        seen.history.append(current)


def _documents(text: str) -> Iterator[Object]:
    decoder = json.JSONDecoder()
    position = 0
    while position < len(text):
        document, position = decoder.raw_decode(text, position)
        yield document
        while position < len(text) and text[position].isspace():
            position += 1


def missing(declared: object, live: object, path: str = "") -> list[str]:
    """Return the parts of a declared object that a live one lacks or has in another form."""
    if isinstance(declared, dict) and isinstance(live, dict):
        return [
            problem
            for key, value in declared.items()
            for problem in missing(value, live.get(key), f"{path}.{key}")
        ]
    if isinstance(declared, list) and isinstance(live, list) and len(declared) == len(live):
        return [
            problem
            for index, (one, other) in enumerate(zip(declared, live, strict=True))
            for problem in missing(one, other, f"{path}[{index}]")
        ]
    return [] if declared == live else [f"{path}: declared {declared!r}, live {live!r}"]


def wait_for_accounts(cluster: Cluster, namespaces: Collection[str]) -> None:
    """Wait until new namespaces have their default account, without which they refuse Pods."""
    command = ("get", "serviceaccounts", "-A", "--field-selector=metadata.name=default")
    deadline = time.monotonic() + 60
    while True:
        found = json.loads(cluster.kubectl(*command, "-o", "json"))["items"]
        missing = {*namespaces} - {one["metadata"]["namespace"] for one in found}
        if not missing:
            return
        assert time.monotonic() < deadline, missing
        time.sleep(0.2)
