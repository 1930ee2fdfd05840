"""A CoreDNS of a test's own, on a port of loopback."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

from tools.install import ensure
from tools.parts import DATA_PLANE

_START = 20.0
_COREFILE = """\
example.com:PORT {
  bind 127.0.0.1
  file DIR/zone
}
amazonaws.com:PORT {
  bind 127.0.0.1
  template IN A {
    answer "{{ .Name }} 60 IN A 203.0.113.1"
  }
}
.:PORT {
  bind 127.0.0.1
  template IN ANY . {
    rcode SERVFAIL
  }
}
"""


def free_port() -> int:
    """Return a port that nothing listens on, by UDP or TCP."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            port = int(tcp.getsockname()[1])
            try:
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


@contextmanager
def coredns(folder: Path, zone: str, port: int = 0) -> Iterator[str]:
    """Serve a zone `example.com`, and an address for every name of `amazonaws.com`.

    Every other name is answered with SERVFAIL.

    Args:
        folder: An empty folder for its files.
        zone: The records of the zone, below its head.
        port: Where to listen. Defaults to any free port.

    Yields:
        The server's address, as `resolvers` takes it.
    """
    port = port or free_port()
    folder.mkdir(exist_ok=True)
    head = "$ORIGIN example.com.\n@ 60 IN SOA ns admin 1 60 60 60 60\n@ 60 IN NS ns\n"
    (folder / "zone").write_text(head + dedent(zone))
    (folder / "Corefile").write_text(
        _COREFILE.replace("PORT", str(port)).replace("DIR", str(folder))
    )
    program = ensure(DATA_PLANE[1:])["coredns"]
    with (folder / "log").open("wb") as log:
        command = [str(program), "-conf", str(folder / "Corefile")]
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait(port, process, folder / "log")
        yield f"127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _wait(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
