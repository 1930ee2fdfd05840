"""Keeps answering hooks after an error, and fails the program if one of its objects failed.

At the first error of an Output the SDK stops answering hooks, although the engine continues with
what the program registered before. Each update that calls a hook then fails with "connection
refused", or hangs on the oldest SDKs: a Service has its new ports while its slices keep the old
ones. The process waits until the engine has answered all registrations anyway, so hooks can be
answered until then.

With `--continue-on-error` a program continues after an object that could not be written, and at its
end the engine deletes what the program has not declared: the old slices of a split whose new ones
failed, or raw resources whose objects a component should have adopted. If the program fails, the
engine deletes nothing.
"""

import asyncio
from collections.abc import Callable
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime import stack
from pulumi.runtime.proto import resource_pb2

from .engine import monitor

_OURS = "k8s-endpoints:index:"
"""Part of the URN of each of our components, and so of the parent of each child."""
_POLL_SECONDS = 0.1
_MOST_NAMED = 10
_QUIET_POLLS = 3
"""How many polls in a row must find nothing open, because an answer may start others."""


class _Registrations:
    """Tracks the unanswered registrations that hooks depend on.

    These are registrations of resources with hooks, and of components and providers, which come
    first and are answered at once. Other resources may take long, and have no hooks.

    Args:
        register: Registers a resource; called in many threads.
    """

    def __init__(self, register: Callable[..., Any]) -> None:
        self._register = register
        self._open: set[object] = set()
        self.failed: list[str] = []
        """The names of our objects that could not be written."""

    def __call__(self, request: Any, *args: Any, **options: Any) -> Any:
        is_quick = not request.custom or request.type.startswith("pulumi:providers:")
        has_hooks = bool(request.hooks.ByteSize())
        token = object()
        if is_quick or has_hooks:
            self._open.add(token)  # atomic, so safe beside other threads
        try:
            answer = self._register(request, *args, **options)
        finally:
            self._open.discard(token)
        if _OURS in request.parent and answer.result != resource_pb2.Result.SUCCESS:
            self.failed.append(f"{request.type.rpartition(':')[2]} {request.name}")
        return answer

    async def all_answered(self) -> None:
        """Wait until the engine has answered all registrations, and those that follow them."""
        quiet = 0
        while quiet < _QUIET_POLLS:
            await asyncio.sleep(_POLL_SECONDS)
            quiet = 0 if self._open else quiet + 1


_of_engine: "WeakKeyDictionary[object, _Registrations]" = WeakKeyDictionary()


def keep_answering(engine: Any) -> None:
    """Keep answering the hooks of this engine until it does not need them."""
    engine.RegisterResource = _of_engine[engine] = _Registrations(engine.RegisterResource)
    _wait_after_errors()


@cache
def _wait_after_errors() -> None:
    """Add our wait after the SDK's, which an error ends early. Done once per process.

    Raises:
        RunError: One of our objects could not be written.
    """
    wait: Any = getattr(stack, "wait_for_rpcs", None)
    if wait is None:  # an SDK that works differently
        return

    async def waiting(*args: Any, **options: Any) -> None:
        engine = monitor()
        registrations = None if engine is None else _of_engine.get(engine)
        try:
            await wait(*args, **options)
        except Exception:
            if registrations is not None:
                await registrations.all_answered()
            raise
        if registrations is not None and registrations.failed:
            failed = ", ".join(sorted(registrations.failed)[:_MOST_NAMED])
            raise pulumi.RunError(f"not written, so nothing is deleted: {failed}")

    stack.wait_for_rpcs = waiting
