"""A Service under a steady load while its stack changes."""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from testbed.dataplane.rig import Rig
from testbed.dataplane.traffic import Load
from testbed.stack import Stack
from tests.support.programs import external_service

PORTS = [{"name": "postgres", "port": 5432}]

Row = tuple[str, int, int, float]
"""What was done, connections made, failed, and the longest gap in milliseconds."""


@dataclass(frozen=True)
class ServiceUnderLoad:
    """The Service `db` of one stack, and what connections to it meet."""

    rig: Rig
    stack: Stack
    namespace: str
    report: Callable[[Row], None]

    @property
    def service(self) -> str:
        """Its name in DNS, without the cluster's domain."""
        return f"db.{self.namespace}.svc"

    def up(self, **args: object) -> float:
        """Deploy it as an `ExternalService`; give when that was in force."""
        given = {"namespace": self.namespace, "ports": PORTS, **args}
        return self.run(external_service("db", **given))

    def run(self, program: str) -> float:
        """Deploy a program; give when that was in force."""
        self.stack.write(program).up()
        self.rig.settle()
        return time.monotonic()

    @contextmanager
    def load(
        self, title: str, untouched: Collection[str] = (), port: int = 5432, kind: str = "A"
    ) -> Iterator[Load]:
        """Connect to it throughout the context; no connection may fail.

        Args:
            title: What is done meanwhile.
            untouched: Addresses of backends to which long-lived connections must survive.
            port: The Service's port.
            kind: The DNS record of the address that it connects to: `A`, or `AAAA` for IPv6.
        """
        client, address = self.rig.client, self.rig.address(self.service, kind)
        with client.held(address, port, untouched) as held:
            with client.load(address, port) as load:
                yield load
            gap = load.longest_gap * 1000
            self.report((title, len(load.made), len(load.failed), gap))
            for connection in held:
                assert connection.ask() == connection.answer
        assert [f"at {one.begun - load.begun:.2f} s: {one.problem}" for one in load.failed] == []
