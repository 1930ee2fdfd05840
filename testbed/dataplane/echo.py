"""Servers that answer with their own identity, in many namespaces, on every address there.

Run as `python -m testbed.dataplane.echo <namespace>=<name> ...`; prints a line once all listen.
Every line, and every datagram, is answered with one line: name, address, port and protocol of the
server that got it. A connection stays open until the client closes it.
"""

import asyncio
import socket
import struct
import sys
from functools import partial

from .namespaces import Namespace

PORTS = (5140, 5432, 5433, 8080, 9187)
"""What each listens on, by TCP and by UDP."""

_IP_PKTINFO = 8  # the standard library does not name it
_BACKLOG = 4096


async def main(arguments: list[str]) -> None:
    """Serve until killed."""
    for argument in arguments:
        namespace, _, name = argument.partition("=")
        Namespace(namespace).enter()
        for port in PORTS:
            for family in (socket.AF_INET, socket.AF_INET6):
                answer_connections = partial(_answer_lines, name)
                listener = _bound(family, socket.SOCK_STREAM, port)
                await asyncio.start_server(answer_connections, sock=listener, backlog=_BACKLOG)
                datagrams = _bound(family, socket.SOCK_DGRAM, port)
                answer_datagrams = partial(_answer_datagrams, name, port, datagrams)
                asyncio.get_running_loop().add_reader(datagrams, answer_datagrams)
    print("listening", flush=True)
    await asyncio.Event().wait()


def _bound(family: int, kind: int, port: int) -> socket.socket:
    sock = socket.socket(family, kind)
    sock.settimeout(0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    if kind == socket.SOCK_DGRAM:  # tell to which address a datagram came
        v4 = family == socket.AF_INET
        level = socket.IPPROTO_IP if v4 else socket.IPPROTO_IPV6
        sock.setsockopt(level, _IP_PKTINFO if v4 else socket.IPV6_RECVPKTINFO, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sock.bind(("", port))
    return sock


async def _answer_lines(
    name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    address, port, *_ = writer.get_extra_info("sockname")
    try:
        while await reader.readline():
            writer.write(f"{name} {address} {port} tcp\n".encode())
            await writer.drain()
    except ConnectionError:
        pass  # the client is gone
    finally:
        writer.close()


def _answer_datagrams(name: str, port: int, sock: socket.socket) -> None:
    """Answer what has come, each from the address that it was sent to."""
    while True:
        try:
            _, told, _, client = sock.recvmsg(4096, 256)
        except BlockingIOError:
            return
        ((level, kind, data),) = told
        if level == socket.IPPROTO_IP:
            address = socket.inet_ntop(socket.AF_INET, data[8:12])
            data = struct.pack("I4s4s", 0, data[8:12], bytes(4))
        else:
            address = socket.inet_ntop(socket.AF_INET6, data[:16])
            data = data[:16] + bytes(4)
        answer = f"{name} {address} {port} udp\n".encode()
        sock.sendmsg([answer], [(level, kind, data)], 0, client)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
