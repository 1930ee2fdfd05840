"""What Pulumi stores of the stack of each registration."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from pulumi.runtime import resource
from pulumi.runtime.proto import resource_pb2
from pulumi_kubernetes import core

from components import ExternalService
from components._runtime.stack_traces import short_stack_trace
from components.testing import _shortcuts

DATABASE: dict[str, Any] = {
    "addresses": ["192.0.2.10"],
    "ports": [{"name": "pg", "port": 5432}],
    "endpoint_api": "Both",
}

STORED = "stackTrace" in resource_pb2.RegisterResourceRequest.DESCRIPTOR.fields_by_name
"""Whether this SDK sends stack traces; the oldest ones send a position alone."""


@pytest.fixture(autouse=True)
def no_limit() -> Iterator[None]:
    """Have no limit of tracebacks before a test, and see that none is left."""
    assert not hasattr(sys, "tracebacklimit")
    yield
    left = sys.__dict__.pop("tracebacklimit", None)
    assert left is None


@pytest.fixture
def traced(recorder: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Record what the SDK sends to an engine, with the stacks that `render` leaves out."""
    _shortcuts.take()
    if STORED:
        shortened: Any = resource._get_stack_trace
        monkeypatch.setattr(resource, "_get_stack_trace", shortened.__wrapped__)
    return recorder


def deep(calls: int, program: Callable[[], object]) -> object:
    """Call a program from below so many calls."""
    return deep(calls - 1, program) if calls else program()


def traces(recorder: Any, program: Callable[[], object]) -> dict[str, list[str]]:
    """Return the files in the stack trace of each resource, innermost first."""
    recorder(lambda: deep(20, program))
    return {
        request.type: [position.uri.rpartition("/")[2] for position in positions(request)]
        for request in recorder.requests
    }


def positions(request: Any) -> list[Any]:
    """Return what is sent of the stack."""
    if STORED:
        return [frame.pc for frame in request.stackTrace.frames]
    return [request.sourcePosition] if request.HasField("sourcePosition") else []


def test_a_component_keeps_the_nearest_frames_of_the_user_and_its_children_none(
    traced: Any,
) -> None:
    found = traces(traced, lambda: ExternalService("db", DATABASE))

    own = found.pop("k8s-endpoints:index:ExternalService")
    assert own == ["test_stack_traces.py"] * (3 if STORED else 1)
    assert len(found) == 3
    expected: list[str] = [] if STORED else ["late_types.py"]
    assert all(files == expected for files in found.values()), found


def test_the_user_s_own_resources_keep_all_of_theirs(traced: Any) -> None:
    found = traces(traced, lambda: core.v1.Secret("own"))

    (files,) = found.values()
    assert len(files) > (20 if STORED else 0)


def test_a_stricter_limit_of_the_user_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "tracebacklimit", 3, raising=False)
    with short_stack_trace(10):
        assert sys.tracebacklimit == 3
    assert sys.tracebacklimit == 3
    monkeypatch.undo()


def test_a_wider_limit_of_the_user_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "tracebacklimit", 99, raising=False)
    with pytest.raises(KeyError), short_stack_trace(10):
        raise KeyError
    assert sys.tracebacklimit == 99
    monkeypatch.undo()


def test_threads_that_overlap_leave_no_limit() -> None:
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with short_stack_trace(10):
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    with ExitStack() as first:
        first.enter_context(short_stack_trace(10))
        thread.start()
        assert inside.wait(10)
    assert hasattr(sys, "tracebacklimit"), "the other thread is not done"
    leave.set()
    thread.join(10)
    assert not hasattr(sys, "tracebacklimit")
