"""A minimal DNS client for tests: one question over TCP, so answers of any size."""

import secrets
import socket
import struct
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

_KINDS = {"A": 1, "CNAME": 5, "AAAA": 28, "SRV": 33}
_NAMES = {number: kind for kind, number in _KINDS.items()}
_NXDOMAIN = 3
_TIMEOUT = 5.0


class Record(NamedTuple):
    """One record of an answer."""

    kind: str
    name: str
    value: str
    """An address, or the name of a target."""
    port: int = 0
    """Of SRV."""


def resolve(server: str, name: str, kind: str) -> list[Record]:
    """Return the sorted records of a server's answer; none if the name does not exist."""
    number = secrets.token_bytes(2)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    question = labels + b"\0" + struct.pack("!HH", _KINDS[kind], 1)
    message = number + struct.pack("!HHHHH", 0x0100, 1, 0, 0, 0) + question
    with socket.create_connection((server, 53), timeout=_TIMEOUT) as connection:
        connection.sendall(struct.pack("!H", len(message)) + message)
        with connection.makefile("rb") as stream:
            answer = stream.read(struct.unpack("!H", stream.read(2))[0])
    flags, _, count = struct.unpack("!HHH", answer[2:8])
    assert answer[:2] == number
    assert flags & 0xF in {0, _NXDOMAIN}, f"{name}: rcode {flags & 0xF}"
    return sorted(_records(answer, 12 + len(question), count))


def _records(message: bytes, position: int, count: int) -> list[Record]:
    records = []
    for _ in range(count):
        name, position = _name(message, position)
        number, _, _, length = struct.unpack("!HHIH", message[position : position + 10])
        position += 10
        data = message[position : position + length]
        kind = _NAMES[number]
        if kind == "A":
            records.append(Record(kind, name, str(IPv4Address(data))))
        elif kind == "AAAA":
            records.append(Record(kind, name, str(IPv6Address(data))))
        elif kind == "CNAME":
            records.append(Record(kind, name, _name(message, position)[0]))
        else:
            (port,) = struct.unpack("!H", data[4:6])
            records.append(Record(kind, name, _name(message, position + 6)[0], port))
        position += length
    return records


def _name(message: bytes, position: int) -> tuple[str, int]:
    """Return the name that begins at a position, and where what follows it begins."""
    labels: list[str] = []
    after = 0
    while length := message[position]:
        if length >= 0xC0:  # the rest stands elsewhere
            after = after or position + 2
            (position,) = struct.unpack("!H", message[position : position + 2])
            position &= 0x3FFF
            continue
        labels.append(message[position + 1 : position + 1 + length].decode())
        position += 1 + length
    return ".".join(labels), after or position + 1
