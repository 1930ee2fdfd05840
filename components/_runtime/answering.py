"""What a program does at its end: hooks stay answered after an error, a failure lets it fail.

At the first error of an Output the SDK stops answering hooks, although the engine continues with
what the program registered before. Each update that asks a hook then fails with "connection
refused", or waits for ever on the oldest SDKs: a Service has its new ports, its slices keep the
old ones. The process stays until the engine has answered all registrations anyway, so the hooks may
stay as well.

With `--continue-on-error` a program continues after an object that could not be written, and at its
end the engine deletes what it has not declared: the old slices of a split whose new ones failed, or
raw resources of the objects that a component should have adopted. After a program that fails, the
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
"""Is in the URN of each of our components, and so in the parent's of what they register."""
_POLL_SECONDS = 0.1
_MOST_NAMED = 10
_QUIET_POLLS = 3
"""How often in a row nothing is open before all is done: an answer lets others begin."""


class _Registrations:
    """Keeps the registrations that the engine has not answered, as far as hooks depend on them.

    Those are the registrations of what has hooks, and of components and providers, which come
    before and are answered at once. Other resources may take long, and nobody asks a hook for them.

    Args:
        register: Registers a resource; called in many threads.
    """

    def __init__(self, register: Callable[..., Any]) -> None:
        self._register = register
        self._open: set[object] = set()
        self.failed: list[str] = []
        """The names of those of our objects that could not be written."""

    def __call__(self, request: Any, *args: Any, **options: Any) -> Any:
        is_quick = not request.custom or request.type.startswith("pulumi:providers:")
        has_hooks = bool(request.hooks.ByteSize())
        token = object()
        if is_quick or has_hooks:
            self._open.add(token)  # in one step, whatever other threads do
        try:
            answer = self._register(request, *args, **options)
        finally:
            self._open.discard(token)
        if _OURS in request.parent and answer.result != resource_pb2.Result.SUCCESS:
            self.failed.append(f"{request.type.rpartition(':')[2]} {request.name}")
        return answer

    async def all_answered(self) -> None:
        """Wait until the engine has answered all, and those that an answer lets begin."""
        quiet = 0
        while quiet < _QUIET_POLLS:
            await asyncio.sleep(_POLL_SECONDS)
            quiet = 0 if self._open else quiet + 1


_of_engine: "WeakKeyDictionary[object, _Registrations]" = WeakKeyDictionary()


def keep_answering(engine: Any) -> None:
    """Let the hooks of this engine be answered until it needs them no more."""
    engine.RegisterResource = _of_engine[engine] = _Registrations(engine.RegisterResource)
    _wait_after_errors()


@cache
def _wait_after_errors() -> None:
    """Put the wait behind that of the SDK, which an error ends early. Once in a process.

    Raises:
        RunError: One of our objects could not be written.
    """
    wait: Any = getattr(stack, "wait_for_rpcs", None)
    if wait is None:  # an SDK that does it in another way
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
