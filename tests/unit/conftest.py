"""What several unit tests share: an unknown Output, and a record of all that is registered."""

import asyncio
import os
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import Any

import pulumi
import pytest
from hypothesis import settings as hypothesis_settings
from pulumi.runtime import settings
from pulumi.runtime.proto.engine_pb2 import WARNING

from components.testing import KubernetesMocks, render
from tests.support.loops import abandon

os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "1"  # an Output in a string is an error

hypothesis_settings.register_profile("unit", deadline=None, database=None)
hypothesis_settings.load_profile("unit")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Refuse Outputs that are made on import: they would stay in the SDK, in a loop of their own.

    The first test that asks the SDK what it still waits for would meet them.
    """
    before = {*settings.SETTINGS.outputs}
    report = yield
    if report.passed and {*settings.SETTINGS.outputs} - before:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} makes an Output on import; make it in a test"
    return report


@pytest.fixture
def unknown() -> Callable[[], pulumi.Output[Any]]:
    """Make an Output as a preview has it for what is only known after an update."""

    def make() -> pulumi.Output[Any]:
        async def give(value: object) -> Any:
            return value

        return pulumi.Output(set(), give(None), give(value=False), give(value=False))

    return make


class Recorder:
    """Renders a program; keeps every request to register a resource, and every warning."""

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.warnings: list[tuple[str, str]] = []
        """The URN that each warning is for, and its text."""

    def __call__(self, program: Callable[[], object], **options: bool) -> list[dict[str, Any]]:
        def recorded() -> object:
            monitor: Any = settings.get_monitor()
            register = monitor.RegisterResource

            def record(request: Any) -> Any:
                if request.type != "pulumi:pulumi:Stack":
                    self.requests.append(request)
                return register(request)

            monitor.RegisterResource = record
            engine: Any = settings.get_engine()
            engine.Log = self._log
            return program()

        return render(recorded, **options)

    def _log(self, request: Any) -> None:
        if request.severity == WARNING:
            self.warnings.append((request.urn, request.message))

    def names(self) -> list[tuple[str, str]]:
        return [(request.type, request.name) for request in self.requests]


@contextmanager
def typed_at_once() -> Iterator[None]:
    """Let children be typed at once, as under an SDK that lacks what is needed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("components._runtime.late_types._sdk", lambda: None)
        yield


@pytest.fixture(params=[nullcontext, typed_at_once], ids=["typed late", "typed at once"])
def both_types(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run a test for each way in which children get their types."""
    with request.param():
        yield


@pytest.fixture
def aliases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let resources have aliases, as with an engine, though mocks have no use for them."""
    monkeypatch.setattr("components._runtime.aliases.monitor", settings.get_monitor)


@pytest.fixture
def recorder(aliases: None) -> Recorder:  # noqa: ARG001
    return Recorder()


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the cluster answer for Services with other fields of metadata and spec."""
    observed = KubernetesMocks._observed

    def change(metadata: dict[str, Any] | None = None, **spec: Any) -> None:
        def answered(mocks: KubernetesMocks, manifest: dict[str, Any]) -> dict[str, Any]:
            state = observed(mocks, manifest)
            if manifest["kind"] == "Service":
                state["metadata"] = {**state["metadata"], **(metadata or {})}
                state["spec"] = {**state["spec"], **spec}
            return state

        monkeypatch.setattr(KubernetesMocks, "_observed", answered)

    return change


@pytest.fixture
def sdk_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Return the SDK a loop for plain `set_mocks`, and close what the SDK leaves open."""
    loop = asyncio.new_event_loop()
    executor = ThreadPoolExecutor(max_workers=1)
    loop.set_default_executor(executor)
    asyncio.set_event_loop(loop)

    def close_worker_loop() -> None:
        try:
            worker_loop = asyncio.get_event_loop()
        except RuntimeError:
            return
        asyncio.set_event_loop(None)
        worker_loop.close()

    try:
        yield loop
    finally:
        try:
            abandon(loop)
        finally:
            settings.reset_options()
            executor.submit(close_worker_loop).result()
            executor.shutdown()
            asyncio.set_event_loop(None)
            loop.close()
