"""Renders the objects that a program declares as plain manifests."""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from inspect import isawaitable
from typing import Any

import pulumi
from pulumi.runtime import config, settings, stack

from .._runtime.gc_tuning import paused
from .._runtime.program_run import is_one_program
from . import _shortcuts
from ._monitor import Loop, Monitor
from .mocks import KubernetesMocks

__all__ = ["render"]


def render(
    program: Callable[[], object],
    *,
    preview: bool = False,
    mocks: pulumi.runtime.Mocks | None = None,
) -> list[dict[str, Any]]:
    """Run a program under Pulumi mocks and return the Kubernetes manifests that it declares.

    It can be called anywhere, any number of times: inside `pulumi.runtime.test`, under other mocks,
    in a running event loop. The program sees the caller's configuration; its changes are discarded.

    Args:
        program: A function without arguments that declares resources. May be a coroutine function.
        preview: Whether to run like `pulumi preview`. Defaults to False: like `pulumi up`.
        mocks: Mocks for everything outside Kubernetes: clouds, stack references, invokes.
            Defaults to none: such resources come back as given.

    Returns:
        The manifests as plain dicts in order of registration, with names and namespaces filled in.

    Raises:
        Exception: The first error of the program, such as a `ValidationError`.
    """
    kubernetes = KubernetesMocks(mocks)
    errors: list[BaseException] = []
    outer_config = dict(config.CONFIG.get())

    def run() -> None:
        try:
            _run(program, kubernetes, preview, outer_config, has_others=mocks is not None)
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            errors.append(error)

    context = contextvars.Context()
    thread = threading.Thread(target=context.run, args=(run,), name="k8s-endpoints-render")
    with paused():
        thread.start()
        thread.join()
    if errors:
        raise errors[0]
    return kubernetes.manifests


def _run(
    program: Callable[[], object],
    mocks: KubernetesMocks,
    preview: bool,  # noqa: FBT001
    outer_config: dict[str, Any],
    *,
    has_others: bool,
) -> None:
    """Run in a separate thread and context, so that no state of the SDK is shared."""
    _shortcuts.take()
    config.CONFIG.set(outer_config)
    settings.reset_options(project="project", stack="stack", preview=preview)
    loop = Loop()
    loop.set_exception_handler(lambda _loop, _context: None)
    # One worker keeps calls in the order of the program.
    executor = ThreadPoolExecutor(max_workers=1)
    loop.set_default_executor(executor)
    asyncio.set_event_loop(loop)
    try:
        monitor = Monitor(mocks, executor, has_others=has_others)
        loop.run_until_complete(_declare(program, mocks, monitor, preview))
    finally:
        _cancel_rest(loop)
        executor.submit(_close_worker_loop).result()
        executor.shutdown()
        asyncio.set_event_loop(None)
        loop.close()


async def _declare(
    program: Callable[[], object],
    mocks: KubernetesMocks,
    monitor: Monitor,
    preview: bool,  # noqa: FBT001
) -> None:
    pulumi.runtime.set_mocks(mocks, preview=preview, monitor=monitor)
    is_one_program(settings.get_monitor())
    result = program()
    if isawaitable(result):
        await result
    await stack.wait_for_rpcs()


def _close_worker_loop() -> None:
    """Close the loop that the SDK's mock monitor makes in its worker thread."""
    try:
        loop = asyncio.get_event_loop()
    except RuntimeError:  # there is no loop
        return
    asyncio.set_event_loop(None)
    loop.close()


def _cancel_rest(loop: asyncio.AbstractEventLoop) -> None:
    rest = asyncio.all_tasks(loop)
    for task in rest:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*rest, return_exceptions=True))
