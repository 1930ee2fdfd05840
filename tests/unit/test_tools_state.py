"""What `make` reads in the local state: locks, checkpoints, and which cluster it belongs to."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import console
from tools.state import State


def lock(folder: Path, **holder: object) -> None:
    file = folder / ".pulumi" / "locks" / "organization" / "shop" / "dev" / "1.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(holder))


def dead_process() -> int:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_a_lock_of_a_dead_process_is_cancelled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock(tmp_path, pid=dead_process(), hostname=socket.gethostname(), username="me")
    here = State(tmp_path)

    here.release("dev")

    assert "died while it changed the stack; cancelling its lock" in capsys.readouterr().out
    assert here._locks("dev") == []


def test_a_lock_of_another_host_is_respected(tmp_path: Path) -> None:
    lock(tmp_path, pid=dead_process(), hostname="elsewhere", username="me")

    with pytest.raises(console.CommandError, match="stack dev is locked by me on elsewhere"):
        State(tmp_path).release("dev")


def test_a_lock_of_another_stack_is_left_alone(tmp_path: Path) -> None:
    lock(tmp_path, pid=dead_process(), hostname=socket.gethostname(), username="me")

    State(tmp_path).release("production")

    assert len(State(tmp_path)._locks("dev")) == 1


@pytest.mark.parametrize("cut", ["", '{"version": 3, "check'])
def test_a_truncated_checkpoint_is_replaced_by_the_one_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cut: str
) -> None:
    folder = tmp_path / ".pulumi" / "stacks" / "shop"
    folder.mkdir(parents=True)
    (folder / "dev.json").write_text(cut)
    (folder / "dev.json.bak").write_text('{"version": 3}')
    (folder / "other.json").write_text(cut)

    State(tmp_path).release("dev")

    assert (folder / "dev.json").read_text() == '{"version": 3}'
    assert "its last checkpoint was cut short" in capsys.readouterr().out
    assert (folder / "other.json").read_text() == cut


def test_a_checkpoint_that_was_moved_aside_is_taken_back(tmp_path: Path) -> None:
    folder = tmp_path / ".pulumi" / "stacks" / "shop"
    folder.mkdir(parents=True)
    (folder / "dev.json.bak").write_text("{}")

    State(tmp_path).release("dev")

    assert (folder / "dev.json").read_text() == "{}"


def test_a_truncated_first_checkpoint_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / ".pulumi" / "stacks" / "shop"
    folder.mkdir(parents=True)
    (folder / "dev.json").write_text("")

    State(tmp_path).release("dev")

    assert not (folder / "dev.json").exists()


def test_a_whole_checkpoint_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / ".pulumi" / "stacks" / "shop"
    folder.mkdir(parents=True)
    (folder / "dev.json").write_text("{}")
    (folder / "dev.json.bak").write_text('{"older": true}')

    State(tmp_path).release("dev")

    assert (folder / "dev.json").read_text() == "{}"


OBJECT = {"type": "kubernetes:core/v1:Service", "custom": True, "urn": "urn:service"}
NO_OBJECTS = [
    {"type": "pulumi:pulumi:Stack"},
    {"type": "pulumi:providers:kubernetes", "custom": True},
    {"type": "k8s-endpoints:index:ExternalService"},
]
CREATING = {"type": "creating", "resource": {"urn": "urn:service"}}
UPDATING = {"type": "updating", "resource": {"urn": "urn:service"}}


def checkpoint(folder: Path, resources: object = None, pending: object = None) -> Path:
    file = folder / ".pulumi" / "stacks" / "shop" / "dev.json"
    file.parent.mkdir(parents=True)
    latest = {"resources": resources, "pending_operations": pending}
    file.write_text(json.dumps({"version": 3, "checkpoint": {"latest": latest}}))
    return file


@pytest.mark.parametrize(
    ("resources", "pending", "holds"),
    [
        (None, None, False),
        (NO_OBJECTS, [], False),
        ([*NO_OBJECTS, OBJECT], [], True),
        (NO_OBJECTS, [CREATING], True),
        ([OBJECT], [UPDATING], True),
    ],
)
def test_a_state_belongs_to_a_cluster_only_while_it_holds_objects(
    tmp_path: Path, resources: object, pending: object, holds: bool
) -> None:
    state = State(tmp_path)
    checkpoint(tmp_path, resources, pending)
    state.bind("https://one.example")

    assert state.holds("dev") is holds
    state.check_target("dev", "https://one.example")
    if holds:
        with pytest.raises(console.CommandError, match="is the state of https://one"):
            state.check_target("dev", "https://two.example")
    else:
        state.check_target("dev", "https://two.example")


def test_a_checkpoint_that_cannot_be_read_may_hold_objects(tmp_path: Path) -> None:
    checkpoint(tmp_path).write_text("")
    assert State(tmp_path).holds("dev")


def test_a_checkpoint_that_was_moved_aside_may_hold_objects(tmp_path: Path) -> None:
    file = checkpoint(tmp_path)
    file.rename(file.with_name("dev.json.bak"))
    assert State(tmp_path).holds("dev")


def test_no_state_holds_no_objects(tmp_path: Path) -> None:
    state = State(tmp_path / "none")
    assert not state.has("dev")
    assert not state.holds("dev")
    assert not state.was_interrupted("dev")
    state.reset()
    state.mark_recovered("dev")
    state.unbind()


def cut_short(folder: Path) -> None:
    file = checkpoint(folder)
    file.with_name("dev.json.bak").write_text(file.read_text())
    file.write_text("")


def dead_lock(folder: Path) -> None:
    lock(folder, pid=dead_process(), hostname=socket.gethostname(), username="me")


def pending_create(folder: Path) -> None:
    checkpoint(folder, [], [CREATING])


@pytest.mark.parametrize("fault", [cut_short, dead_lock, pending_create])
def test_an_interrupted_update_is_remembered_until_one_succeeds(
    tmp_path: Path, fault: Callable[[Path], None]
) -> None:
    fault(tmp_path)

    for _ in range(2):  # the lock is cancelled and the checkpoint mended by the first one
        State(tmp_path).release("dev")
        assert State(tmp_path).was_interrupted("dev")
        assert State(tmp_path).holds("dev")
    if fault is not pending_create:
        State(tmp_path).mark_recovered("dev")
        assert not State(tmp_path).was_interrupted("dev")
    assert not State(tmp_path).was_interrupted("production")


@pytest.mark.parametrize("pending", [[], [UPDATING]])
def test_nothing_else_counts_as_interrupted(tmp_path: Path, pending: list[object]) -> None:
    checkpoint(tmp_path, [OBJECT], pending)
    State(tmp_path).release("dev")
    assert not State(tmp_path).was_interrupted("dev")


def test_a_reset_leaves_the_passphrase_alone(tmp_path: Path) -> None:
    state = State(tmp_path)
    checkpoint(tmp_path, [OBJECT])
    state.bind("https://one.example")
    state.interrupt("dev")
    state.passphrase.write_text("secret")

    state.reset()

    assert [one.name for one in tmp_path.iterdir()] == ["passphrase"]
