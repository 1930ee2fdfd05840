"""`pulumi` is killed at any moment of an up; what `make up` then does converges, and what a person
does who follows docs/recovery.md.
"""

import os
import random
import secrets
import time
from collections.abc import Collection

import pytest

from testbed.cluster import Object
from testbed.stack import Stack
from tests.faults.twenty_services import (
    WAITING,
    Live,
    assert_converged,
    live,
    program,
    recover,
    recover_by_hand,
    services,
)
from tests.support.running import Running, running
from tools.cluster import Cluster

pytestmark = pytest.mark.both_kinds

KILLS = int(os.environ.get("FAULT_KILLS") or 30)
UP = ("up", "--yes", "--skip-preview")


def test_an_up_killed_at_any_moment_converges_when_run_again(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    seed = int(os.environ.get("FAULT_SEED") or secrets.randbelow(10**6))
    chance = random.Random(seed)  # noqa: S311 - moments, no secrets
    print(f"FAULT_SEED={seed}")
    stack.write(program(services(namespace, 0))).up()
    declared = services(namespace, 1)
    duration = recover(stack.write(program(declared)))
    before = assert_converged(cluster, stack, namespace, declared)

    turn, killed, halfway = 1, 0, 0
    while killed < KILLS:
        turn += 1
        assert turn < 2 * KILLS, "most ups end before they are killed"
        # One in each part of an up, at random within it, in an order that leaps.
        moment = duration * ((turn * 11) % KILLS + chance.random()) / KILLS
        how = chance.choice([Running.kill, Running.kill_engine])
        declared = services(namespace, turn)
        stack.write(program(declared))
        with running(stack, *UP) as up:
            time.sleep(moment)
            is_running = up.engine.poll() is None
            how(up)
            written, slices = count_written(before, live(cluster, namespace))
            print(
                f"{how.__name__} {'at' if is_running else 'too late, at'} {moment:.2f} of"
                f" {duration:.2f} s: {written} of {slices} slices written"
            )
            killed += is_running
            halfway += is_running and 0 < written < slices
            if turn % 2:
                duration = recover(stack)
                assert up.processes() == []
            else:
                duration = recover_by_hand(stack)
        after = assert_converged(cluster, stack, namespace, declared)
        assert lost(before, after, declared) == []
        before = after
    print(f"{killed} killed, {halfway} of them between the first write and the last")
    assert halfway

    declared = services(namespace, turn + 4)  # the names and the families of this turn
    assert stack.write(program(declared)).up()["updated"] == len(declared)
    assert_converged(cluster, stack, namespace, declared)


def test_after_a_kill_a_raw_up_reports_the_lock_and_changes_nothing(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(program(services(namespace, 0))).up()
    before = live(cluster, namespace)
    declared = services(namespace, 1)
    with running(stack.write(WAITING + program(declared)), *UP) as up:
        up.wait_until_it_says("it waits")
        up.kill()
    stack.write(program(declared))

    done = stack.run(*UP)

    assert done.returncode != 0
    assert "the stack is currently locked by 1 lock(s)" in done.stdout
    assert "`pulumi cancel`" in done.stdout
    assert f"(pid {up.engine.pid})" in done.stdout
    assert live(cluster, namespace) == before
    recover(stack)
    assert_converged(cluster, stack, namespace, declared)


def count_written(before: Live, after: Live) -> tuple[int, int]:
    """Return how many of the slices have been written since, and how many there were."""
    old = {key: version(one) for key, one in before.items() if key[0] == "EndpointSlice"}
    new = {key: version(one) for key, one in after.items()}
    return sum(new.get(key) != known for key, known in old.items()), len(old)


def version(one: Object) -> str:
    return one["metadata"]["resourceVersion"]


def lost(before: Live, after: Live, declared: Collection[str]) -> list[str]:
    """Return the Services that were to stay, and are not the same objects any more."""
    return [
        name
        for (kind, name), one in before.items()
        if kind == "Service"
        and name in declared
        and after[kind, name]["metadata"]["uid"] != one["metadata"]["uid"]
    ]
