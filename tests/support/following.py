"""`explain --watch` that follows a Service while a test changes what it leads to."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from testbed.cluster import path_with_kubectl
from tools.cluster import Cluster
from tools.paths import ROOT

_PATIENCE = 30.0


class Following:
    """What it has printed so far."""

    def __init__(self, process: subprocess.Popen[bytes], file: Path) -> None:
        self._process = process
        self._file = file

    @property
    def text(self) -> str:
        """The tree, and a line for each event."""
        return self._file.read_text()

    def wait_until_it_says(self, *texts: str) -> None:
        """Wait until all of some texts are printed."""
        end = time.monotonic() + _PATIENCE
        while not all(one in self.text for one in texts):
            assert self._process.poll() is None, self.text
            assert time.monotonic() < end, (texts, self.text)
            time.sleep(0.1)

    def stop(self) -> int:
        """Press Ctrl-C, and return the exit code."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(10)


Follow = Callable[[str, str], Following]
"""Follows a Service, given its namespace and name."""


@contextmanager
def following(cluster: Cluster, namespace: str, service: str) -> Iterator[Following]:
    """Follow a Service until the end of the block; every change in it is seen."""
    python = ["env", "--default-signal", sys.executable]  # as if started at a prompt
    command = [*python, "-m", "components", "explain", service, "-n", namespace, "--watch"]
    with TemporaryDirectory() as folder:
        file = Path(folder) / "said"
        with (
            file.open("wb") as sink,
            subprocess.Popen(
                [*command, f"--kubeconfig={cluster.kubeconfig}"],
                cwd=ROOT,
                env={**os.environ, "PATH": path_with_kubectl(cluster)},
                stdout=sink,
                stderr=subprocess.STDOUT,
            ) as process,
        ):
            made = Following(process, file)
            try:
                made.wait_until_it_says(f"Service {namespace}/{service}")
                yield made
            finally:
                process.kill()
