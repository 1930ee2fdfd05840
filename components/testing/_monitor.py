"""A mock monitor that answers for Kubernetes objects faster than the SDK's."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from functools import cache
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

_SPECIAL = (rpc.UNKNOWN.encode(), b"__")
"""Marks of values that need the SDK's own reading: unknown ones, and internal keys such as
`__provider`, which the oldest SDKs drop."""


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
        has_kind = "kind" in request.object and bool(request.object["kind"])
        is_kubernetes = request.type.startswith("kubernetes:") and has_kind
        is_theirs = self._has_others and request.custom and not is_kubernetes
        sent = request.object.SerializeToString()
        if is_theirs or _SIGNATURE in sent:
            return self._worker.submit(cast("Any", super()).RegisterResource, request).result()
        if request.type == "pulumi:pulumi:Stack":
            return cast("Any", super()).RegisterResource(request)
        is_plain = not any(part in sent for part in _SPECIAL)
        read = _values if is_plain else rpc.deserialize_properties
        args = pulumi.runtime.MockResourceArgs(
            typ=request.type,
            name=request.name,
            inputs=read(request.object),
            provider=request.provider,
            resource_id=request.importId,
            custom=bool(request.custom),
        )
        identity, state = self._answering.new_resource(args)
        urn = self.make_urn(request.parent, request.type, request.name)
        self.resources[urn] = self.ResourceRegistration(urn, identity or "", state)
        answer = resource_pb2.RegisterResourceResponse(urn=urn, id=identity or "")
        if is_plain and _reads_mappings():
            return _Answer(answer, _wire(state))
        cast("Any", answer).object.update(_wire(state))
        return answer


class _Answer:
    """An answer whose values are a mapping already, which the SDK reads as it reads a Struct.

    Args:
        answer: All else of it.
        values: The properties of the resource, without unknown and other special values.
    """

    def __init__(self, answer: resource_pb2.RegisterResourceResponse, values: Any) -> None:
        self._answer = answer
        self.object = values

    def __getattr__(self, name: str) -> Any:
        return getattr(self._answer, name)


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
    """Return a plain value as the SDK reads it from the wire: without None, integers as floats."""
    if isinstance(value, Mapping):
        items = cast("Mapping[str, object]", value).items()
        return {key: _wire(item) for key, item in items if item is not None}
    if isinstance(value, list):
        return [_wire(item) for item in cast("list[object]", value)]
    if isinstance(value, pulumi.output.Unknown):
        return rpc.UNKNOWN
    return float(value) if type(value) is int else value


def _values(struct: Any) -> dict[str, Any]:
    """Return what `rpc.deserialize_properties` returns of properties without special values."""
    found = {key: _value(value) for key, value in struct.fields.items()}
    return {key: value for key, value in found.items() if value is not None}


def _value(value: Any) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "struct_value":
            return _values(value.struct_value)
        case "list_value":
            return [_value(item) for item in value.list_value.values]
        case "number_value":
            return value.number_value
        case "bool_value":
            return value.bool_value
        case _:
            return None


@cache
def _reads_mappings() -> bool:
    """Return whether this SDK reads properties from a mapping as from a Struct."""
    values: Any = {"a": {"b": [1.0, {"c": "d"}], "e": True}, "f": {}}
    try:
        return bool(rpc.deserialize_properties(values, keep_unknowns=True) == values)
    except Exception:  # noqa: BLE001 - an SDK that works differently
        return False
