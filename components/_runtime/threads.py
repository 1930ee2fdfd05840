"""Lets programs run in threads of one process, as inline programs of the Automation API do.

Pulumi has two problems with threads. The modules of `pulumi_kubernetes` load on first use, and a
thread may see a module that another has half loaded; so models are loaded here, by one thread at a
time, before the SDK reads what types a class has. And before 3.260 the SDK ends the callback
servers of all programs in the process when one program ends, so that hooks of the others fail or
hang.
"""

import asyncio
import threading
from collections.abc import Callable
from importlib import import_module, metadata
from types import SimpleNamespace
from typing import Any

from pulumi_kubernetes import core, meta

__all__ = ["end_own_callbacks_only", "load"]

_REPAIRED = (3, 260)
"""The first SDK version with the fix, whose internals are left alone."""

_lock = threading.Lock()
_done: list[bool] = []


def load(*modules: Callable[[], object]) -> None:
    """Load modules of models, and those that all others refer to, one thread at a time.

    Args:
        modules: Functions that each access a module, which loads it.
    """
    with _lock:
        for take in (lambda: meta.v1.ObjectMetaArgs, lambda: core.v1.PodTemplateSpecArgs, *modules):
            take()


def end_own_callbacks_only() -> None:
    """Make each program end only the callback servers of its own event loop, on older SDKs."""
    with _lock:
        if not _done and _sdk() < _REPAIRED:
            _repair(import_module("pulumi.runtime._callbacks")._CallbackServicer)  # noqa: SLF001
        _done[:] = [True]


def _sdk() -> tuple[int, ...]:
    major, minor, *_ = metadata.version("pulumi").split(".")
    return int(major), int(minor)


def _repair(servicers: Any) -> None:
    """Replace `shutdown` of a class of callback servers, so that other programs' servers stay."""
    end = servicers.shutdown.__func__

    async def shutdown(kind: Any) -> None:
        loop = asyncio.get_running_loop()
        own = [one for one in kind._servicers if one._server._loop is loop]  # noqa: SLF001
        for one in own:
            kind._servicers.remove(one)  # noqa: SLF001
        await end(SimpleNamespace(_servicers=own))

    servicers.shutdown = classmethod(shutdown)
