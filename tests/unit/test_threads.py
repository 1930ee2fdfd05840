"""Programs in threads: each ends only what is its own, and finds its modules loaded."""

import asyncio
import subprocess
import sys
from importlib import metadata
from types import SimpleNamespace
from typing import Any

import pytest

from components._runtime import threads as _threads
from tools.paths import ROOT


class Servicers:
    """The callback servers of an SDK before 3.260, as far as ending them goes."""

    _servicers: list[Any]

    @classmethod
    async def shutdown(cls) -> None:
        for one in cls._servicers:
            one.ended.append(one.name)


def test_a_program_stops_only_its_own_callback_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[str] = []
    monkeypatch.setattr(Servicers, "shutdown", Servicers.__dict__["shutdown"])
    other = asyncio.new_event_loop()
    try:

        async def program() -> None:
            loop = asyncio.get_running_loop()
            Servicers._servicers = [
                SimpleNamespace(name=name, ended=ended, _server=SimpleNamespace(_loop=of))
                for name, of in (("first", loop), ("other", other), ("second", loop))
            ]
            _threads._repair(Servicers)
            await Servicers.shutdown()
            await Servicers.shutdown()

        asyncio.run(program())
    finally:
        other.close()
    assert ended == ["first", "second"]
    assert [one.name for one in Servicers._servicers] == ["other"]


@pytest.mark.parametrize(
    ("sdk", "repairs"),
    [("3.182.0", 1), ("3.246.0", 1), ("3.259.1", 1), ("3.260.0", 0), ("3.272.0", 0), ("4.0.0", 0)],
)
def test_an_sdk_is_repaired_once_if_it_needs_it(
    monkeypatch: pytest.MonkeyPatch, sdk: str, repairs: int
) -> None:
    repaired: list[Any] = []
    monkeypatch.setattr(_threads, "_done", [])
    monkeypatch.setattr(_threads, "_repair", repaired.append)
    monkeypatch.setattr(metadata, "version", lambda _: sdk)
    for _ in range(3):
        _threads.end_own_callbacks_only()
    assert len(repaired) == repairs


def test_components_made_in_threads_at_once_find_whole_modules() -> None:
    """In a process of its own, where nothing is loaded yet."""
    program = (
        "import sys, threading, types\n"
        "sys.setswitchinterval(1e-6)\n"
        "from components._runtime.late_types import KINDS\n"
        "from components._runtime.threads import load\n"
        "errors, barrier = [], threading.Barrier(8)\n"
        "def use():\n"
        "    barrier.wait()\n"
        "    try:\n"
        "        for kind in KINDS.values():\n"
        "            load(kind.typed)\n"
        "            kind.typed().__init__\n"
        "    except Exception as error:\n"
        "        errors.append(error)\n"
        "threads = [threading.Thread(target=use) for _ in range(8)]\n"
        "for one in threads: one.start()\n"
        "for one in threads: one.join()\n"
        "print(errors)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
