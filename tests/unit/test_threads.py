"""Programs in threads: what each of them ends, and which modules are loaded before."""

import asyncio
import subprocess
import sys
from importlib import metadata
from types import SimpleNamespace
from typing import Any

import pytest

from components import _threads
from tools.paths import ROOT


class Servicers:
    """The callback servers of an SDK before 3.260, as far as ending them goes."""

    _servicers: list[Any]

    @classmethod
    async def shutdown(cls) -> None:
        for one in cls._servicers:
            one.ended.append(one.name)


def test_a_program_ends_its_own_callback_servers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_importing_a_component_loads_the_modules_that_it_uses() -> None:
    modules = ("core.v1", "discovery.v1", "meta.v1")
    text = (
        "import sys, types; from components import ExternalService\n"
        f"loaded = [sys.modules['pulumi_kubernetes.' + name] for name in {modules}]\n"
        "assert all(type(one) is types.ModuleType for one in loaded), loaded\n"
    )
    subprocess.run([sys.executable, "-c", text], cwd=ROOT, check=True)
