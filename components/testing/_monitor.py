"""A mock monitor that answers for Kubernetes objects faster than the SDK's."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple, cast

import pulumi
from pulumi.runtime import mocks, rpc
from pulumi.runtime.proto import resource_pb2

from .mocks import KubernetesMocks

__all__ = ["Loop", "Monitor"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_SIGNATURE = b"4dabf18193072939515e22adb298388d"
"""Marks secrets, assets and references to resources on Pulumi's wire."""


class Monitor(mocks.MockMonitor):
    """Answers for components and Kubernetes objects directly, and for all else in a worker.

    The SDK's own monitor runs an event loop in its thread for each answer.

    Args:
        answering: Mocks for Kubernetes objects.
        worker: One thread, in which the SDK's monitor answers for all else.
        has_others: Whether these mocks forward all else to other mocks.
    """

    def __init__(self, answering: KubernetesMocks, worker: Executor, *, has_others: bool) -> None:
        super().__init__(answering)
        self._answering = answering
        self._worker = worker
        self._has_others = has_others

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - the SDK's name
        """Answer an invoke."""
        return self._worker.submit(cast("Any", super()).Invoke, request).result()

    def ReadResource(self, request: Any) -> Any:  # noqa: N802
        """Answer a read."""
        return self._worker.submit(cast("Any", super()).ReadResource, request).result()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        """Answer a registration."""
        is_kubernetes = request.type.startswith("kubernetes:") and "kind" in request.object
        is_theirs = self._has_others and request.custom and not is_kubernetes
        if is_theirs or _SIGNATURE in request.object.SerializeToString():
            return self._worker.submit(cast("Any", super()).RegisterResource, request).result()
        if request.type == "pulumi:pulumi:Stack":
            return cast("Any", super()).RegisterResource(request)
        args = pulumi.runtime.MockResourceArgs(
            typ=request.type,
            name=request.name,
            inputs=rpc.deserialize_properties(request.object),
            provider=request.provider,
            resource_id=request.importId,
            custom=bool(request.custom),
        )
        identity, state = self._answering.new_resource(args)
        urn = self.make_urn(request.parent, request.type, request.name)
        self.resources[urn] = self.ResourceRegistration(urn, identity or "", state)
        answer = resource_pb2.RegisterResourceResponse(urn=urn, id=identity or "")
        cast("Any", answer).object.update(_wire(state))
        return answer


class Loop(asyncio.SelectorEventLoop):
    """Calls the monitor in the loop's own thread, because mocks never block."""

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> "asyncio.Future[T]":
        """Run a call of the SDK directly, and anything else in a thread."""
        if executor is not None or not (func.__module__ or "").startswith("pulumi.runtime."):
            return super().run_in_executor(executor, func, *args)
        future: asyncio.Future[T] = self.create_future()
        try:
            result = func(*args)
        except Exception as error:  # noqa: BLE001 - goes to what awaits it
            self.call_soon(future.set_exception, error)
        else:
            self.call_soon(future.set_result, result)
        return future


def _wire(value: object) -> Any:
    """Return a plain value as `rpc.serialize_properties` does: without values that are None."""
    if isinstance(value, Mapping):
        items = cast("Mapping[str, object]", value).items()
        return {key: _wire(item) for key, item in items if item is not None}
    if isinstance(value, list):
        return [_wire(item) for item in cast("list[object]", value)]
    return rpc.UNKNOWN if isinstance(value, pulumi.output.Unknown) else value
