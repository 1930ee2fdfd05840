"""A state that cannot be written: a clear error, and with space again nothing is lost."""

import json
import os
import sys
from collections.abc import Iterator

import pytest

from testbed.cluster import versions
from testbed.stack import Stack
from tests.faults.disks import Disk, disk_of_its_own
from tests.faults.twenty_services import assert_converged, program, services
from tools.backend import StateBackend
from tools.cluster import Cluster

pytestmark = [
    pytest.mark.both_kinds,
    pytest.mark.skipif(
        "CI" not in os.environ and (sys.platform != "linux" or os.geteuid() != 0),
        reason="mounts in a namespace of their own need root and Linux",
    ),
]

COUNT = 3
UP = ("up", "--yes", "--skip-preview", "--parallel=1")


@pytest.fixture
def deployed(stack: Stack, namespace: str) -> Stack:
    """A stack that has deployed the first turn."""
    stack.write(program(services(namespace, 0, COUNT))).up()
    return stack


@pytest.fixture
def disk(deployed: Stack) -> Iterator[Disk]:
    """What the deployed stack's state is on."""
    with disk_of_its_own(deployed) as made:
        yield made


def test_a_read_only_state_is_an_error_before_any_change(
    cluster: Cluster, deployed: Stack, disk: Disk, namespace: str
) -> None:
    before = versions(cluster, "services,endpointslices", namespace)
    state = disk.content()
    declared = services(namespace, 1, COUNT)
    disk.forbid_writing()

    done = deployed.write(program(declared)).run(*UP)

    assert done.returncode != 0
    assert "error: " in done.stdout
    assert "read-only file system" in done.stdout
    assert str(deployed.folder / "state") in done.stdout
    assert "Traceback" not in done.stdout
    assert versions(cluster, "services,endpointslices", namespace) == before
    assert disk.content() == state
    disk.allow_writing()
    deployed.up()
    assert_converged(cluster, deployed, namespace, declared)


@pytest.mark.parametrize("kilobytes", [0, 4], ids="{} KiB left".format)
def test_a_disk_too_full_for_a_lock_is_an_error_before_any_change(
    cluster: Cluster, deployed: Stack, disk: Disk, namespace: str, kilobytes: int
) -> None:
    before = versions(cluster, "services,endpointslices", namespace)
    declared = services(namespace, 1, COUNT)
    disk.leave_free(kilobytes)

    done = deployed.write(program(declared)).run(*UP)

    assert done.returncode != 0
    assert "error: " in done.stdout
    assert "no space left on device" in done.stdout
    assert "Traceback" not in done.stdout
    assert versions(cluster, "services,endpointslices", namespace) == before
    disk.resize("64m")
    release(deployed, disk)  # of a lock that the engine began to write
    deployed.up()
    assert_converged(cluster, deployed, namespace, declared)


def test_a_disk_full_at_the_first_step_loses_nothing(
    cluster: Cluster, deployed: Stack, disk: Disk, namespace: str
) -> None:
    """The engine tries again for half a minute. It may leave a checkpoint that is cut short."""
    declared = services(namespace, 1, COUNT)
    # The checkpoint is written in its own place: a step must be larger than what is free, and than
    # what the rounding to blocks leaves.
    for args in declared.values():
        args["annotations"] = {"example.com/note": "n" * 24_000}
    disk.leave_free(8)

    done = deployed.write(program(declared)).run(*UP)

    assert done.returncode != 0
    assert "error: pre-step event returned an error: failed to save snapshot" in done.stdout, (
        done.stdout
    )
    assert "no space left on device" in done.stdout
    assert "Traceback" not in done.stdout
    disk.resize("64m")
    release(deployed, disk)
    deployed.up()
    assert_converged(cluster, deployed, namespace, declared)


def test_a_disk_full_at_the_end_loses_nothing(
    cluster: Cluster, deployed: Stack, disk: Disk, namespace: str
) -> None:
    declared = services(namespace, 1, COUNT)
    # A step puts one checkpoint in the place of another; at the end come two for the history.
    size = disk.checkpoint.stat().st_size
    disk.leave_free(size * 18 // 10 // 1024)

    done = deployed.write(program(declared)).run(*UP)

    assert done.returncode != 0
    assert "no space left on device" in done.stdout
    assert json.loads(disk.checkpoint.read_text())["checkpoint"]["latest"]["resources"]
    disk.resize("64m")
    release(deployed, disk)
    assert deployed.up().keys() == {"unchanged"}
    assert_converged(cluster, deployed, namespace, declared)


def release(stack: Stack, disk: Disk) -> None:
    """Do what `make up` does first, with the state as the stack sees it."""
    StateBackend(disk.seen, stack.parts, stack.folder).release(stack.name)
