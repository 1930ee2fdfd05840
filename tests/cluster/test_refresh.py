"""`examples/refresh`: the loop updates the stacks whose backends changed, and no others."""

import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from testbed.cluster import get, versions
from tools.backend import StateBackend
from tools.cluster import Cluster
from tools.paths import ROOT
from tools.providers import Provider
from tools.signals import hear_interrupts

_numbers = itertools.count(1)


class Loop:
    """The example in a folder of its own, with a state of its own."""

    def __init__(self, folder: Path, cluster: Cluster, provider: Provider) -> None:
        number = next(_numbers)
        self.stacks = (f"refresh-{number}a", f"refresh-{number}b")
        self.folder = folder / "refresh"
        shutil.copytree(ROOT / "examples" / "refresh", self.folder)
        backend = StateBackend(folder / "state", provider.among(cluster.parts), self.folder)
        self._environment = {
            **backend.environment(cluster.kubeconfig),
            "MACHINES": str(folder),
            "PYTHONPATH": str(ROOT),
        }
        self._machines = folder
        self._log = folder / "log"

    def write(self, stack: str, *addresses: str) -> None:
        machines = [
            {"name": f"db-{number}", "ip": address, "zone": "a"}
            for number, address in enumerate(addresses)
        ]
        partial = self._machines / f".{stack}"
        partial.write_text(json.dumps(machines))
        partial.rename(self._machines / f"{stack}.json")

    @contextmanager
    def running(self, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
        command = [sys.executable, "-u", str(self.folder / "refresh.py"), *self.stacks, *arguments]
        with self._log.open("wb") as sink:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env={**os.environ, **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                preexec_fn=hear_interrupts,  # noqa: PLW1509 - the tests have one thread
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def said(self) -> str:
        return self._log.read_text()

    def rounds(self) -> list[dict[str, list[str]]]:
        """Return the rows of each finished round, by stack."""
        tables = self.said().split("STACK ")[1:]
        rows = [[line.split(maxsplit=5) for line in one.splitlines()[1:]] for one in tables]
        return [
            {row[0]: row for row in one if row and row[0] in self.stacks}
            for one in rows
            if len(one) >= len(self.stacks)
        ]

    def wait_for(self, stack: str, state: str, process: Any) -> list[str]:
        """Wait until the last round ended in a state for a stack, and return its row."""
        deadline = time.monotonic() + 240
        while True:
            rounds = self.rounds()
            if rounds and rounds[-1].get(stack, ["", ""])[1] == state:
                return rounds[-1][stack]
            assert process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)


@pytest.fixture
def loop(tmp_path: Path, cluster: Cluster, provider: Provider) -> Loop:
    made = Loop(tmp_path, cluster, provider)
    for stack in made.stacks:
        cluster.kubectl("create", "namespace", stack)
        made.write(stack, "192.0.2.10", "192.0.2.11", "192.0.2.12")
    return made


def test_the_refresh_loop_deploys_changes(cluster: Cluster, loop: Loop) -> None:
    first, second = loop.stacks
    kinds = "services,endpointslices"

    def live() -> dict[str, str]:
        return {
            f"{stack}/{name}": version
            for stack in loop.stacks
            for name, version in versions(cluster, kinds, stack).items()
        }

    with loop.running("--rounds", "200", "--every", "0.5") as process:
        for stack in loop.stacks:
            loop.wait_for(stack, "unchanged", process)
        assert loop.rounds()[0][first][1] == "updated", loop.said()
        before = live()
        assert len(before) == 4

        loop.write(first, "192.0.2.20", "192.0.2.11", "192.0.2.12")
        row = loop.wait_for(first, "updated", process)
        assert "1 update" in row[5], row
        loop.wait_for(first, "unchanged", process)
        after = live()
        changed = [name for name in after if after[name] != before[name]]
        assert changed == [f"{first}/orders-db-ipv4"]
        assert all(one[second][1] == "unchanged" for one in loop.rounds()[1:]), loop.said()

        loop.write(second, "192.0.2.10")
        row = loop.wait_for(second, "failed", process)
        assert f"machines(stack={second}): 1 found, 3 at the last deployment" in row[5], row
        assert loop.rounds()[-1][first][1] == "unchanged", "the others continue"
        assert live() == after

        loop.write(second)
        loop.wait_for(second, "failed", process)
        loop.write(second, "192.0.2.10", "192.0.2.11")
        loop.wait_for(second, "updated", process)
    slice_ = get(cluster, "endpointslice", second, "orders-db-ipv4")
    assert len(slice_["endpoints"]) == 2


def test_the_refresh_loop_exits_with_the_code_of_its_last_round(loop: Loop) -> None:
    first, second = loop.stacks
    loop.write(second)
    with loop.running("--rounds", "1") as process:
        assert process.wait(240) == 1, loop.said()
    assert loop.rounds()[-1][first][1] == "updated"
    assert f"machines(stack={second}): nothing found" in loop.said()
