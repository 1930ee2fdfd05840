"""`pulumi` is killed with its checkpoints off, and the program changes: its orphans are found."""

import os
import random
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from testbed.stack import Stack
from tests.faults.twenty_services import assert_converged, live, program, recover
from tests.support.orphans import listed, orphans
from tests.support.running import running
from tools.cluster import Cluster

pytestmark = pytest.mark.both_kinds

KILLS = int(os.environ.get("FAULT_KILLS") or 30) // 2  # on each kind of provider
UP = ("up", "--yes", "--skip-preview")
CHECKPOINTS_OFF = {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_EXPERIMENTAL": "true"}
SERVICES = 8


def services(namespace: str, turn: int) -> dict[str, dict[str, Any]]:
    """Return the arguments of Services that have other names in each turn, except for two."""
    names = ["stays-a", "stays-b", *(f"db-{turn}-{number}" for number in range(SERVICES - 2))]
    ports = [{"name": "postgres", "port": 5432}]
    return {
        name: {
            "namespace": namespace,
            "addresses": [f"192.0.2.{turn % 250 + 1}", f"2001:db8::{number:x}"],
            "ports": ports,
        }
        for number, name in enumerate(names)
    }


def declared_objects(services: Iterable[str]) -> set[tuple[str, str]]:
    return {
        one
        for name in services
        for one in (
            ("Service", name),
            ("EndpointSlice", f"{name}-ipv4"),
            ("EndpointSlice", f"{name}-ipv6"),
        )
    }


def test_orphans_of_ups_without_checkpoints_are_found_and_deleted(
    cluster: Cluster, new_stack: Callable[..., Stack], namespace: str
) -> None:
    seed = int(os.environ.get("FAULT_SEED") or secrets.randbelow(10**6))
    chance = random.Random(seed)  # noqa: S311 - moments, no secrets
    print(f"FAULT_SEED={seed}")
    neighbour = leave_orphans_of_another_stack(cluster, new_stack, namespace)
    stack = new_stack(project=f"killed-in-{namespace}", environment=dict(CHECKPOINTS_OFF))
    stack.write(program(services(namespace, 0))).up()

    killed, turn, left_behind = 0, 0, 0
    while killed < KILLS:
        turn += 2
        assert turn < 4 * KILLS, "most ups end before they are killed"
        new = declared_objects(services(namespace, turn)) - {*live(cluster, namespace)}
        enough = chance.randrange(len(new) + 1)
        with running(stack.write(program(services(namespace, turn))), *UP) as up:
            while up.engine.poll() is None and len(new & {*live(cluster, namespace)}) < enough:
                time.sleep(0.02)
            time.sleep(chance.random() / 5)
            killed += up.engine.poll() is None
            up.kill()
        declared = services(namespace, turn + 1)
        recover(stack.write(program(declared)))

        found = {*live(cluster, namespace)} - declared_objects(declared) - neighbour
        assert listed(stack) == dict.fromkeys(found, "")
        print(f"killed with {enough} of {len(new)} created: {len(found)} orphans")
        left_behind += bool(found)
        if killed % 5 == 0:
            done = orphans(stack, "--delete", "--yes")
            assert done.returncode == 0, done.stdout + done.stderr
            assert {*live(cluster, namespace)} == declared_objects(declared) | neighbour
    assert left_behind
    del stack.environment["PULUMI_SKIP_CHECKPOINTS"]
    orphans(stack, "--delete", "--yes")
    cluster.kubectl("delete", "-n", namespace, *(f"{kind}/{name}" for kind, name in neighbour))
    assert_converged(cluster, stack, namespace, declared)


def leave_orphans_of_another_stack(
    cluster: Cluster, new_stack: Callable[..., Stack], namespace: str
) -> set[tuple[str, str]]:
    """Return the objects of a stack whose state is gone: they are nobody else's."""
    neighbour = new_stack(project=f"neighbour-in-{namespace}")
    args = {"namespace": namespace, "addresses": ["192.0.2.1"], "ports": [{"port": 80}]}
    neighbour.write(program({"neighbour": args})).up()
    neighbour.run("state", "delete", "--all", "--force", "--yes")
    made = {*live(cluster, namespace)}
    assert listed(neighbour) == dict.fromkeys(made, "")
    return made
