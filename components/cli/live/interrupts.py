"""Handles signals while a command has something in a cluster to delete."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
_KINDS = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]


@contextmanager
def ending_in_order() -> Generator[None]:
    """Raise `SystemExit` on SIGTERM and SIGHUP, so that `finally` runs as it does on Ctrl-C.

    A signal that is ignored, such as SIGHUP under `nohup`, stays ignored.
    """

    def end(number: int, _: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield  # other threads cannot set handlers
        return
    previous = {kind: signal.getsignal(kind) for kind in _KINDS if kind != signal.SIGINT}
    for kind, handler in previous.items():
        if handler is signal.SIG_DFL:
            signal.signal(kind, end)
    try:
        yield
    finally:
        for kind, handler in previous.items():
            signal.signal(kind, handler)


@contextmanager
def held_back() -> Generator[None]:
    """Deliver signals only after the block, also to programs that it starts."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    previous = signal.pthread_sigmask(signal.SIG_BLOCK, _KINDS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous)
