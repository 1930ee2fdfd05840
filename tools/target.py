"""The target cluster: the embedded one, or the one that KUBECONFIG names."""

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .cluster import Cluster, kubectl
from .console import CommandError, step
from .paths import CLUSTER

_PATIENCE = 20.0
"""The timeout of the API server in seconds, including credentials from other programs."""

_ANSWERS = ("Error from server", "You must be logged in to the server")
"""How kubectl's output begins if a server has answered."""

_FAILURES = ("InternalError", "ServiceUnavailable", "Timeout", "GatewayTimeout")


@dataclass(frozen=True)
class Target:
    """A cluster to deploy to."""

    cluster: Cluster
    """The embedded one, whether it is the target or not."""
    kubeconfig: Path | None
    """The kubeconfig of the embedded one; None if the environment names another cluster."""
    name: str
    """Its name in the state."""

    @property
    def is_embedded(self) -> bool:
        """Return whether it is a control plane of this checkout."""
        return self.kubeconfig is not None

    @classmethod
    def of_user(cls, parts: Mapping[str, Path]) -> "Target":
        """Return the cluster of KUBECONFIG, or else the embedded one.

        Raises:
            CommandError: KUBECONFIG names no cluster.
        """
        embedded = Cluster(CLUSTER, parts)
        given = os.environ.get("KUBECONFIG")
        if not given or Path(given).absolute() == embedded.kubeconfig:
            return cls(embedded, embedded.kubeconfig, "the embedded control plane")
        query = "jsonpath={.clusters[0].cluster.server}"
        try:
            server = kubectl(parts["kubectl"], None, "config", "view", "--minify", "-o", query)
        except CommandError as failure:
            reason = str(failure).rpartition("error: ")[2]
            raise CommandError(f"KUBECONFIG={given} names no cluster: {reason}") from failure
        return cls(embedded, None, server)

    def start(self) -> bool:
        """Start the embedded cluster, and return whether a new one had to be created.

        Raises:
            CommandError: The API server of KUBECONFIG does not answer.
        """
        if self.is_embedded:
            return self.cluster.start()
        self.reach()
        return False

    def reach(self) -> None:
        """Check that the API server of KUBECONFIG answers; Pulumi would retry for many minutes.

        Raises:
            CommandError: It does not answer.
        """
        if self.is_embedded:
            return
        given, server = os.environ["KUBECONFIG"], _public(self.name)
        with step(f"cluster: {server} of KUBECONFIG={given}"):
            wrong = _ask(self.cluster.parts["kubectl"])
        if wrong is not None:
            raise CommandError(f"the API server {server} of KUBECONFIG={given} {wrong}")


def _ask(program: Path, *credentials: str) -> str | None:
    """Return None if the API server answers, else the error.

    A server that refuses the credentials also answers: `pulumi` reports the missing permission.
    """
    command = [str(program), "get", "--raw=/readyz", f"--request-timeout={_PATIENCE:.0f}s"]
    try:
        with subprocess.Popen(
            [*command, *credentials],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,  # programs that get credentials end with it
        ) as process:
            try:
                asked, said = process.communicate(timeout=_PATIENCE)
            except BaseException:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                raise
    except subprocess.TimeoutExpired:
        return f"does not answer within {_PATIENCE:.0f} s"
    if "Please enter Username" in asked:  # without credentials kubectl would not even connect
        return _ask(program, "--token=none")
    last = (said.strip().splitlines() or [""])[-1].removeprefix("error: ")
    if process.returncode == 0:
        return None
    if last.startswith(_ANSWERS):
        fails = any(f"({one})" in last for one in _FAILURES)
        return f"is not ready: {last}" if fails else None
    return f"does not answer: {last}"


def _public(server: str) -> str:
    """Return a server's URL without a user's name and password."""
    parts = urlsplit(server)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
