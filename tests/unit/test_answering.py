"""A program that ends with an error ends when the engine needs its hooks no more; one whose objects
could not be written ends with an error.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from pulumi.runtime import settings, stack

from components._runtime import answering as _answering

SUCCESS, FAIL, SKIP = range(3)


COMPONENT = "urn:pulumi:dev::shop::k8s-endpoints:index:ExternalService::db"


def request(
    kind: str = "kubernetes:core/v1:Service",
    *,
    custom: bool = True,
    hooks: int = 9,
    result: int = SUCCESS,
    parent: str = COMPONENT,
) -> Any:
    """Return a request that the engine below answers with itself."""
    size = SimpleNamespace(ByteSize=lambda: hooks)
    return SimpleNamespace(
        type=kind, name="shop/db", custom=custom, hooks=size, result=result, parent=parent
    )


class Engine:
    """Stands in for the monitor: it answers a registration when told."""

    def __init__(self) -> None:
        self.answers = threading.Event()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the monitor's name
        self.answers.wait(20)
        return request


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    made = Engine()
    monkeypatch.setattr(settings, "get_monitor", lambda: made)
    monkeypatch.setattr(_answering, "_POLL_SECONDS", 0.01)
    yield made
    made.answers.set()


@pytest.fixture
def end(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Exception | None], Any]]:
    """Make the SDK's wait for the end of a program, which ends by an error or without one."""
    errors: list[Exception | None] = []

    async def wait() -> None:
        if errors[0] is not None:
            raise errors[0]

    monkeypatch.setattr(stack, "wait_for_rpcs", wait)
    _answering._wait_after_errors.cache_clear()

    def run(error: Exception | None) -> Any:
        errors[:] = [error]
        return asyncio.ensure_future(stack.wait_for_rpcs())

    yield run
    _answering._wait_after_errors.cache_clear()


async def is_done(task: Any, seconds: float = 0.2) -> bool:
    done, _ = await asyncio.wait([task], timeout=seconds)
    return bool(done)


ASKED = {
    "an object with hooks": request(),
    "a component, for which objects wait": request("acme:index:Team", custom=False, hooks=0),
    "a provider": request("pulumi:providers:kubernetes", hooks=0),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_an_error_waits_for_registrations_with_hooks(
    engine: Engine, end: Callable[[Exception | None], Any], asked: Any
) -> None:
    async def program() -> None:
        _answering.keep_answering(engine)
        answer = asyncio.ensure_future(asyncio.to_thread(engine.RegisterResource, asked))
        await asyncio.sleep(0.05)
        task = end(ValueError("refused"))
        assert not await is_done(task)
        engine.answers.set()
        with pytest.raises(ValueError, match="refused"):
            await task
        assert await answer is asked

    asyncio.run(program())


def test_an_error_waits_for_registrations_that_an_answer_starts(
    engine: Engine, end: Callable[[Exception | None], Any]
) -> None:
    async def program() -> None:
        _answering.keep_answering(engine)
        task = end(ValueError("refused"))
        await asyncio.sleep(0.015)
        answer = asyncio.ensure_future(asyncio.to_thread(engine.RegisterResource, request()))
        assert not await is_done(task)
        engine.answers.set()
        await answer
        with pytest.raises(ValueError, match="refused"):
            await task

    asyncio.run(program())


def test_an_error_does_not_wait_for_other_resources(
    engine: Engine, end: Callable[[Exception | None], Any]
) -> None:
    async def program() -> None:
        _answering.keep_answering(engine)
        slow = request("aws:rds/instance:Instance", hooks=0)
        answer = asyncio.ensure_future(asyncio.to_thread(engine.RegisterResource, slow))
        await asyncio.sleep(0.05)
        with pytest.raises(ValueError, match="refused"):
            await asyncio.wait_for(end(ValueError("refused")), 5)
        engine.answers.set()
        await answer

    asyncio.run(program())


def test_an_engine_that_refuses_a_registration_has_answered_it(
    engine: Engine, end: Callable[[Exception | None], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(request: Any) -> Any:
        raise RuntimeError(request.type)

    monkeypatch.setattr(engine, "RegisterResource", refuse)

    async def program() -> None:
        _answering.keep_answering(engine)
        with pytest.raises(RuntimeError):
            engine.RegisterResource(request())
        with pytest.raises(ValueError, match="refused"):
            await asyncio.wait_for(end(ValueError("refused")), 5)

    asyncio.run(program())


def test_a_program_without_errors_is_not_delayed(
    engine: Engine, end: Callable[[Exception | None], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_answering, "_POLL_SECONDS", 1000)

    async def program() -> None:
        _answering.keep_answering(engine)
        await asyncio.wait_for(end(None), 5)

    asyncio.run(program())


@pytest.mark.usefixtures("engine")
def test_a_run_without_hooks_is_not_delayed(
    end: Callable[[Exception | None], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_answering, "_POLL_SECONDS", 1000)

    async def program() -> None:
        _answering.keep_answering(Engine())
        with pytest.raises(ValueError, match="refused"):
            await asyncio.wait_for(end(ValueError("refused")), 5)

    asyncio.run(program())


def test_an_sdk_that_ends_programs_in_another_way_is_left_alone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(stack, "wait_for_rpcs")
    _answering._wait_after_errors.cache_clear()
    _answering.keep_answering(engine)
    assert not hasattr(stack, "wait_for_rpcs")
    _answering._wait_after_errors.cache_clear()


def test_this_sdk_ends_programs_as_expected() -> None:
    assert "wait_for_rpcs" in stack.run_pulumi_func.__code__.co_names


@pytest.mark.parametrize("result", [FAIL, SKIP])
def test_a_program_fails_when_an_object_could_not_be_written(
    engine: Engine, end: Callable[[Exception | None], Any], result: int
) -> None:
    async def program() -> None:
        engine.answers.set()
        _answering.keep_answering(engine)
        engine.RegisterResource(request())
        engine.RegisterResource(request(result=result))
        expected = "not written, so nothing is deleted: Service shop/db"
        with pytest.raises(pulumi.RunError, match=expected):
            await end(None)

    asyncio.run(program())


@pytest.mark.parametrize("hooks", [0, 9])
def test_a_program_fails_for_every_object_of_a_component(
    engine: Engine, end: Callable[[Exception | None], Any], hooks: int
) -> None:
    async def program() -> None:
        engine.answers.set()
        _answering.keep_answering(engine)
        engine.RegisterResource(request(hooks=hooks, result=FAIL))
        with pytest.raises(pulumi.RunError, match="not written"):
            await end(None)

    asyncio.run(program())


@pytest.mark.parametrize("hooks", [0, 9])
@pytest.mark.parametrize("parent", ["", "urn:pulumi:dev::shop::acme:index:Team::team"])
def test_a_program_does_not_fail_for_an_object_of_the_user(
    engine: Engine, end: Callable[[Exception | None], Any], hooks: int, parent: str
) -> None:
    async def program() -> None:
        engine.answers.set()
        _answering.keep_answering(engine)
        engine.RegisterResource(request(hooks=hooks, result=FAIL, parent=parent))
        await end(None)

    asyncio.run(program())
