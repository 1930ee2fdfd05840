"""Connections, and who answered them."""

import asyncio
import selectors
import socket
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from .namespaces import Namespace

_TIMEOUT = 5.0
_TRIES = 2000
"""How many connections are made at most to find certain backends."""
_RATE = 100.0
"""Connections per second of a load."""
_ENOUGH = 80
"""How many connections reach each of a few backends, all but surely."""
_PATIENCE = 20.0
_LONGEST = 180.0
"""Seconds after which a load ends by itself."""
_TCP_INFO_RETRANSMITS = 100
"""Where `struct tcp_info` holds how many segments were sent again."""


class Answer(NamedTuple):
    """The server that answered."""

    host: str
    address: str
    port: int
    protocol: str = "tcp"

    @classmethod
    def parse(cls, line: bytes) -> "Answer":
        """Read what a server of `echo.py` sends."""
        if not line.endswith(b"\n"):
            raise ConnectionError("closed without an answer")
        host, address, port, protocol = line.decode().split()
        return cls(host, address, int(port), protocol)


@dataclass(frozen=True)
class Held:
    """A connection that stays open."""

    sock: socket.socket
    answer: Answer
    """Who answered first."""

    def ask(self) -> Answer:
        """Ask again over the same connection."""
        return _converse(self.sock)


@dataclass(frozen=True)
class Client:
    """Connects from one namespace."""

    namespace: Namespace

    def ask(self, address: str, port: int, protocol: str = "tcp", times: int = 1) -> list[Answer]:
        """Make new connections, one after the other, and give who answered each."""
        one = _ask_by_tcp if protocol == "tcp" else _ask_by_udp
        return self.namespace.run(lambda: [one(address, port) for _ in range(times)])

    def hosts(self, address: str, port: int, protocol: str = "tcp", times: int = 60) -> set[str]:
        """Return the names of those who answered many connections."""
        return {answer.host for answer in self.ask(address, port, protocol, times)}

    def is_refused(self, address: str, port: int) -> bool:
        """Return whether a connection is refused at once."""
        try:
            self.ask(address, port)
        except ConnectionRefusedError:
            return True
        return False

    def survey(self, address: str, port: int, expected: set[str], at_most: int) -> set[str]:
        """Send datagrams, each as a client of its own, until all expected have answered."""
        return self.namespace.run(_survey, address, port, expected, at_most)

    @contextmanager
    def held(self, address: str, port: int, backends: Collection[str]) -> Iterator[list[Held]]:
        """Hold one connection to each of some backends, given by their addresses."""
        wanted = set(backends)
        with ExitStack() as stack:
            found: list[Held] = []
            for _ in range(_TRIES):
                if not wanted:
                    break
                sock = self.namespace.run(_connect, address, port)
                stack.callback(sock.close)
                answer = _converse(sock)
                if answer.address in wanted:
                    wanted.discard(answer.address)
                    found.append(Held(sock, answer))
            assert not wanted, f"{wanted} did not answer"
            yield found

    @contextmanager
    def load(self, address: str, port: int) -> Iterator["Load"]:
        """Open connections at a steady rate while the context is open."""
        load = Load(address, port)

        def work() -> None:
            self.namespace.enter()
            asyncio.run(load.offer())

        thread = threading.Thread(target=work)
        thread.start()
        try:
            load.go_on()
            yield load
            load.go_on()
        finally:
            load.stopping.set()
            thread.join()


class Attempt(NamedTuple):
    """One connection of a load."""

    begun: float
    ended: float
    answer: Answer | None
    problem: str = ""


@dataclass
class Load:
    """Connections that are opened when the schedule says so, not when the last one was answered."""

    address: str
    port: int
    attempts: list[Attempt] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    begun: float = field(default_factory=time.monotonic)

    @property
    def made(self) -> list[Attempt]:
        """The connections that were answered."""
        return [attempt for attempt in self.attempts if attempt.answer]

    @property
    def failed(self) -> list[Attempt]:
        """The others."""
        return [attempt for attempt in self.attempts if not attempt.answer]

    @property
    def longest_gap(self) -> float:
        """The longest time, in seconds, in which no connection was answered."""
        answered = sorted([self.begun, *(attempt.ended for attempt in self.made)])
        return max((later - earlier for earlier, later in pairwise(answered)), default=0.0)

    def answered_by(self, since: float = 0.0) -> set[str]:
        """Return the addresses of those who answered connections opened at or after a time."""
        return {one.answer.address for one in self.made if one.begun >= since and one.answer}

    def go_on(self) -> None:
        """Wait for enough further connections."""
        enough = len(self.attempts) + _ENOUGH
        deadline = time.monotonic() + _PATIENCE
        while len(self.attempts) < enough:
            assert time.monotonic() < deadline, "the load has come to a halt"
            time.sleep(0.01)

    async def offer(self) -> None:
        """Open connections until told to stop, or until it has been long enough."""
        self.begun = time.monotonic()
        running: set[asyncio.Task[None]] = set()
        for number in range(int(_LONGEST * _RATE)):
            await asyncio.sleep(self.begun + number / _RATE - time.monotonic())
            if self.stopping.is_set():
                break
            task = asyncio.create_task(self._attempt())
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)

    async def _attempt(self) -> None:
        begun = time.monotonic()
        answer, problem = None, ""
        try:
            answer = await asyncio.wait_for(_ask(self.address, self.port), _TIMEOUT)
        except OSError as failure:
            problem = f"{type(failure).__name__}: {failure}"
        self.attempts.append(Attempt(begun, time.monotonic(), answer, problem))


async def _ask(address: str, port: int) -> Answer:
    reader, writer = await asyncio.open_connection(address, port)
    try:
        sock = writer.get_extra_info("socket")
        state = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_RETRANSMITS + 4)
        if any(state[_TCP_INFO_RETRANSMITS:]):
            raise ConnectionError("the first packet was lost, and only its repetition answered")
        writer.write(b"who\n")
        return Answer.parse(await reader.readline())
    finally:
        writer.close()


def _connect(address: str, port: int) -> socket.socket:
    return socket.create_connection((address, port), timeout=_TIMEOUT)


def _converse(sock: socket.socket) -> Answer:
    sock.sendall(b"who\n")
    with sock.makefile("rb") as stream:
        return Answer.parse(stream.readline())


def _ask_by_tcp(address: str, port: int) -> Answer:
    with _connect(address, port) as sock:
        return _converse(sock)


def _ask_by_udp(address: str, port: int) -> Answer:
    with _datagram(address, port) as sock:
        sock.settimeout(_TIMEOUT)
        sock.send(b"who\n")
        return Answer.parse(sock.recv(512))


def _datagram(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.connect((address, port))
    return sock


def _survey(address: str, port: int, expected: set[str], at_most: int) -> set[str]:
    found: set[str] = set()
    for _ in range(0, at_most, 200):
        with ExitStack() as stack, selectors.DefaultSelector() as selector:
            for _ in range(200):
                sock = stack.enter_context(_datagram(address, port))
                sock.send(b"who\n")
                selector.register(sock, selectors.EVENT_READ)
            while selector.get_map() and (ready := selector.select(_TIMEOUT)):
                for key, _ in ready:
                    assert isinstance(key.fileobj, socket.socket)
                    found.add(Answer.parse(key.fileobj.recv(512)).address)
                    selector.unregister(key.fileobj)
            assert not selector.get_map(), "datagrams were not answered"
        if expected <= found:
            break
    return found
