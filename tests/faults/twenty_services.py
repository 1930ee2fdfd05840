"""Twenty Services that all change from one round to the next, and what must be live afterwards."""

import json
import re
import shutil
import time
from typing import Any

from components import ExternalService
from components.testing import render
from testbed.cluster import Object, missing
from testbed.stack import Stack
from tools.client_side_create import ENVIRONMENT
from tools.cluster import Cluster

Args = dict[str, Any]

Live = dict[tuple[str, str], Object]
"""Objects by kind and name."""

WAITING = """
import time
from pathlib import Path

print("it waits", flush=True)
for _ in range(600):
    if Path("go").exists():
        break
    time.sleep(0.1)
"""
"""Put before a program or after it: it stands still until there is a file `go` beside it."""


def services(namespace: str, turn: int, count: int = 20) -> dict[str, Args]:
    """Return the arguments of all of them, by name.

    In every turn one address of each is another one. A quarter of them is deleted and made again
    under another name every second turn, and a quarter gets or loses its second family: so that an
    up creates, updates and deletes.
    """
    made: dict[str, Args] = {}
    for number in range(count):
        quarter, group = divmod(number, 4)
        is_odd = bool((turn + quarter) // 2 % 2)
        name = f"db-{number}" + ("-odd" if group == 0 and is_odd else "")
        addresses = [f"192.0.2.{number + 1}", f"198.51.100.{turn % 250 + 1}"]
        if group == 1 and is_odd:
            addresses.append(f"2001:db8::{number + 1:x}")
        ports = [{"name": "postgres", "port": 5432}]
        made[name] = {"namespace": namespace, "addresses": addresses, "ports": ports}
    return made


def program(declared: dict[str, Args]) -> str:
    """Return a program that declares them."""
    return (
        "from components import ExternalService\n"
        f"for name, args in {declared!r}.items():\n"
        "    ExternalService(name, args)\n"
    )


def live(cluster: Cluster, namespace: str) -> Live:
    """Return the Services and EndpointSlices of a namespace."""
    text = cluster.kubectl("get", "services,endpointslices", "-n", namespace, "-o", "json")
    return {(one["kind"], one["metadata"]["name"]): one for one in json.loads(text)["items"]}


def assert_converged(
    cluster: Cluster, stack: Stack, namespace: str, declared: dict[str, Args]
) -> Live:
    """What is declared stands in the cluster and nothing else, and the state knows just that."""

    def declare() -> None:
        for name, args in declared.items():
            ExternalService(name, args)

    manifests = render(declare)
    found = live(cluster, namespace)
    assert sorted(found) == sorted((one["kind"], one["metadata"]["name"]) for one in manifests)
    for manifest in manifests:
        del manifest["metadata"]["annotations"]  # of the mocks' stack, not of this one
        assert missing(manifest, found[manifest["kind"], manifest["metadata"]["name"]]) == []
    refreshed = stack.run("refresh", "--preview-only", "--expect-no-changes")
    assert refreshed.returncode == 0, refreshed.stdout
    known = 1 + len(declared) + len(manifests)  # the stack, the components, their objects
    assert counts(refreshed.stdout) == {"unchanged": known}, refreshed.stdout
    return found


def counts(said: str) -> dict[str, int]:
    """Return the counts of a summary."""
    summary = said.rpartition("Resources:")[2]
    return {what: int(number) for number, what in re.findall(r"(\d+) ([a-z]+)", summary)}


def recover(stack: Stack) -> float:
    """Do what `make up` does, and return the seconds that its up took."""
    stack.backend.release(stack.name)
    stack.backend.select(stack.name)
    began = time.monotonic()
    stack.backend.up(stack.name, "--skip-preview", kubeconfig=stack.kubeconfig)
    return time.monotonic() - began


def recover_by_hand(stack: Stack) -> float:
    """Run the commands of docs/recovery.md, and return the seconds that its up took."""
    restore_checkpoint(stack)
    cancelled = stack.run("cancel", "--yes")
    assert cancelled.returncode == 0, cancelled.stdout
    began = time.monotonic()
    stack.environment[ENVIRONMENT] = "true"
    try:
        stack.up()
    finally:
        del stack.environment[ENVIRONMENT]
    duration = time.monotonic() - began
    cleared = stack.run("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
    assert cleared.returncode == 0, cleared.stdout
    return duration


def restore_checkpoint(stack: Stack) -> None:
    """Mend files that were cut short, as that page says."""
    state = stack.folder / "state/.pulumi"
    file = state / f"stacks/{stack.project}/{stack.name}.json"
    for notes in (state / "meta.yaml.attrs", *file.parent.glob(f"{file.name}*.attrs")):
        notes.unlink(missing_ok=True)
    try:
        json.loads(file.read_text())
    except (OSError, ValueError):
        print("the checkpoint was cut short")
        shutil.copyfile(file.with_suffix(".json.bak"), file)
