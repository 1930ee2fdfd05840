"""Reads files and splits them into documents."""

import codecs
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from .documents import Chunk

MAX_DOCUMENT = 64 << 20
"""The maximum size of one document in bytes; a file may have any number of documents."""

STDIN = "-"
"""The argument that means standard input."""

_PIPES = ("/dev/stdin", "/dev/fd/")
"""Prefixes of the names that shells give to pipes, as in `validate <(helm template shop)`."""
_UNENDING = (
    (stat.S_ISFIFO, "is a named pipe; give `-` and pipe into standard input"),
    (stat.S_ISSOCK, "is a socket, not a file"),
    (stat.S_ISCHR, "is a device, not a file"),
    (stat.S_ISBLK, "is a device, not a file"),
)
_NOTHING = re.compile(rb"(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*(?:[ \t]*(?:#[^\r\n]*)?)")
_YTT = b"#@"
"""Begins the annotations of ytt, which belong to the document after the `---`."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file, or a part of one, that cannot be read."""

    source: str
    reason: str
    line: int = 0
    """The line, counted from 1, like the column. 0 if the place is unknown."""
    column: int = 0
    is_ruled_off: bool = False
    """Whether it is a line such as `----- words`, which separates notes, not documents."""

    def __str__(self) -> str:
        place = f":{self.line}:{self.column}" if self.line else ""
        return f"{self.source}{place}: {self.reason}"


def chunks(source: str, content: bytes | None = None) -> Iterator[Chunk | Unreadable]:
    """Yield the documents of a file.

    They are split as by kubectl, at lines that begin with `---`.

    Args:
        source: The file.
        content: Its content. Defaults to None: the file is read.
    """
    try:
        with _open(source) if content is None else BytesIO(content) as stream:
            yield from _split(source, stream)
    except _TooLargeError as error:
        yield Unreadable(source, str(error), 1, 1)
    except UnicodeDecodeError as error:
        yield Unreadable(source, f"byte {error.start + 1} is not {error.encoding.upper()}")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        yield Unreadable(source, reason or str(error))


def _open(source: str) -> IO[bytes] | nullcontext[IO[bytes]]:
    if source == STDIN:
        if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison]
            raise OSError(None, "standard input is closed")
        return nullcontext(sys.stdin.buffer)
    if source == os.devnull or source.startswith(_PIPES):
        return open(source, "rb")  # noqa: PTH123, text stays as given
    _refuse_unending(os.stat(source))  # noqa: PTH116
    return open(source, "rb", opener=_open_at_once)


def _open_at_once(path: str, flags: int) -> int:
    """Open a regular file without blocking, even if a pipe has taken its place."""
    file = os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
    try:
        _refuse_unending(os.fstat(file))
    except OSError:
        os.close(file)
        raise
    return file


def _refuse_unending(status: os.stat_result) -> None:
    for is_of_kind, reason in _UNENDING:
        if is_of_kind(status.st_mode):
            raise OSError(None, reason)


class _TooLargeError(Exception):
    def __init__(self) -> None:
        super().__init__(f"a document is larger than {MAX_DOCUMENT >> 20} MiB")


def _split(source: str, stream: IO[bytes]) -> Iterator[Chunk | Unreadable]:
    begin, number, size = 0, 0, 0
    held, separated, is_line = bytearray(), False, True
    for line in _lines(stream):
        if is_line and line.startswith(b"---"):
            if separated or size > MAX_DOCUMENT or not _NOTHING.fullmatch(held):
                yield from _chunk(source, begin, bytes(held), size)
                held = bytearray()
            if _YTT not in held:
                held, size, begin = bytearray(), 0, number
            held += b"\n"
            size, separated = size + 1, True
            yield from _separator(source, line, number)
        else:
            size += len(line)
            if size <= MAX_DOCUMENT:
                held += line
        is_line = line.endswith(b"\n")
        number += is_line
    if separated or size > MAX_DOCUMENT or not _NOTHING.fullmatch(held):
        yield from _chunk(source, begin, bytes(held), size)


def _separator(source: str, line: bytes, number: int) -> Iterator[Unreadable]:
    rest = line[3:].strip()
    if rest and not rest.startswith(b"#"):
        reason = "kubectl accepts only a comment on the line of a `---`"
        is_ruled_off = rest.startswith(b"-")
        yield Unreadable(source, reason, number + 1, line.index(rest) + 1, is_ruled_off)


def _chunk(source: str, begin: int, text: bytes, size: int) -> Iterator[Chunk | Unreadable]:
    """Yield a document; one that is too large is empty."""
    if size > MAX_DOCUMENT:
        text = b""
        yield Unreadable(source, str(_TooLargeError()), begin + 1, 1)
    yield Chunk(begin, text)


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield a file's lines in UTF-8, without byte order mark; very long ones in pieces."""
    first = stream.readline(MAX_DOCUMENT + 1)
    if first.startswith(_UTF_16):
        stream = _from_utf_16(first, stream)
        first = stream.readline()
    yield first.removeprefix(codecs.BOM_UTF8)
    while line := stream.readline(MAX_DOCUMENT + 1):
        yield line


def _from_utf_16(first: bytes, stream: IO[bytes]) -> IO[bytes]:
    data = first + stream.read(2 * MAX_DOCUMENT + 1 - len(first))
    if len(data) > 2 * MAX_DOCUMENT:
        raise _TooLargeError
    return BytesIO(data.decode("utf-16").encode())
