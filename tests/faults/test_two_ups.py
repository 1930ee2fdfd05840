"""Two ups of one stack at once: one fails and says why."""

from contextlib import ExitStack

import pytest

from testbed.cluster import versions
from testbed.stack import Stack
from tests.faults.twenty_services import WAITING, assert_converged, program, recover, services
from tests.support.running import running
from tools.cluster import Cluster
from tools.console import CommandError

pytestmark = pytest.mark.both_kinds

UP = ("up", "--yes", "--skip-preview")
LOCKED = "error: the stack is currently locked by 1 lock(s)"


def test_a_second_up_fails_and_changes_nothing(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(program(services(namespace, 0))).up()
    before = versions(cluster, "services,endpointslices", namespace)
    declared = services(namespace, 1)
    stack.write(program(declared) + WAITING)

    with running(stack, *UP) as first:
        first.wait_until_it_says("it waits")
        second = stack.run(*UP)

        assert second.returncode != 0
        assert LOCKED in second.stdout
        assert "`pulumi cancel`" in second.stdout
        assert f"(pid {first.engine.pid})" in second.stdout
        with pytest.raises(CommandError, match=f"being changed by process {first.engine.pid}"):
            recover(stack)
        assert first.engine.poll() is None
        (stack.folder / "go").touch()
        done = first.finish()

    assert done.returncode == 0, done.stdout
    assert versions(cluster, "services,endpointslices", namespace) != before
    assert_converged(cluster, stack, namespace, declared)


def test_at_most_one_of_two_simultaneous_ups_deploys(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    for turn in range(3):
        declared = services(namespace, turn)
        stack.write(program(declared))

        with ExitStack() as both:
            ups = [both.enter_context(running(stack, *UP, log=f"{n}.log")) for n in range(2)]
            done = [up.finish() for up in ups]

        refused = [one for one in done if one.returncode != 0]
        # Each writes a lock of its own before it looks for others': both may give way.
        assert refused
        for one in refused:
            assert "error: the stack is currently locked by" in one.stdout
            assert "`pulumi cancel`" in one.stdout
        recover(stack)
        assert_converged(cluster, stack, namespace, declared)
