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


IN_THREADS = """
import sys, threading
import pulumi
from components import DeployedService, EgressPolicy, ExternalService, HttpIngress
from components import SelectorService, route_backend
from components.testing import render

PORTS = [{{"name": "http", "port": 80}}]
EXTERNAL = {{"addresses": ["192.0.2.1"], "ports": PORTS}}
errors, barrier = [], threading.Barrier(6)

def program():
    {program}

def use():
    barrier.wait()
    try:
        render(program)
    except Exception as error:
        errors.append(error)

threads = [threading.Thread(target=use) for _ in range(6)]
for one in threads: one.start()
for one in threads: one.join()
print(errors)
"""
PROGRAMS = {
    "looked at": "ExternalService('db', EXTERNAL).service.spec.type",
    "transformed": "ExternalService('db', EXTERNAL, pulumi.ResourceOptions(transformations="
    "[lambda args: None]))",
    "workload": "DeployedService('app', {'image': 'nginx:1', 'replicas': 1, 'ports': PORTS})",
    "policy": "EgressPolicy('only', {'pod_selector': {'app': 'web'}, 'to': "
    "[ExternalService('db', EXTERNAL).destination]})",
    "ingress": "web = SelectorService('web', {'selector': {'app': 'web'}, 'ports': PORTS,"
    " 'await_ready': False}); HttpIngress('front', {'class_name': 'x', 'rules': [{'host': 'a.test',"
    " 'paths': [{'backend': route_backend(web, 'http')}]}]})",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_programs_in_threads_find_whole_modules(program: str) -> None:
    """In a process of its own, where nothing is loaded yet."""
    command = [sys.executable, "-c", IN_THREADS.format(program=program)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stdout
