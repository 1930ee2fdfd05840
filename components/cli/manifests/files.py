"""Which files there are, and their text in documents."""

import codecs
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from .documents import Chunk

MAX_DOCUMENT = 64 << 20
"""How many bytes one document may have; a file may have any number of documents."""

_STDIN = "-"
_MOST_FOLDERS = 100
_ENDINGS = (".yaml", ".yml", ".json")
_NOTHING = re.compile(rb"(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*(?:[ \t]*(?:#[^\r\n]*)?)")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file, or a part of one, that cannot be read."""

    source: str
    reason: str
    line: int = 0
    """Counted from 1, as the column is. 0 where the place is not known."""
    column: int = 0

    def __str__(self) -> str:
        place = f":{self.line}:{self.column}" if self.line else ""
        return f"{self.source}{place}: {self.reason}"


def sources(arguments: Iterable[str]) -> Iterator[str | Unreadable]:
    """Give the files that are meant: `-`, files, and every manifest below a folder.

    A folder's files come in the order of their paths. Hidden files and folders are passed over.
    """
    for argument in arguments:
        if argument != _STDIN and os.path.isdir(argument):  # noqa: PTH112, text stays as given
            found = False
            for source in _below(argument, ()):
                found = True
                yield source
            if not found:
                yield Unreadable(argument, f"no manifests in this folder ({', '.join(_ENDINGS)})")
        else:
            yield argument


def _below(folder: str, above: tuple[tuple[int, int], ...]) -> Iterator[str | Unreadable]:
    try:
        status = os.stat(folder)  # noqa: PTH116, as above
        names = os.listdir(folder)  # noqa: PTH208
    except OSError as error:
        yield Unreadable(folder, error.strerror or str(error))
        return
    identity = (status.st_dev, status.st_ino)
    if identity in above:
        yield Unreadable(folder, "a link leads back to a folder that it is in")
        return
    if len(above) > _MOST_FOLDERS:
        yield Unreadable(folder, f"more than {_MOST_FOLDERS} folders in one another")
        return
    paths = [os.path.join(folder, name) for name in names if not name.startswith(".")]  # noqa: PTH118
    for path, is_folder in sorted(map(_in_order, paths)):
        if is_folder:
            yield from _below(path.removesuffix("/"), (*above, identity))
        elif path.endswith(_ENDINGS):
            yield path


def _in_order(path: str) -> tuple[str, bool]:
    """Give what sorts a path as those below it are sorted, and whether it is a folder."""
    is_folder = os.path.isdir(path)  # noqa: PTH112
    return f"{path}/" if is_folder else path, is_folder


def chunks(source: str) -> Iterator[Chunk | Unreadable]:
    """Give the documents of a file, one at a time.

    They are parted as kubectl parts them: by lines that begin with `---`.
    """
    try:
        with _open(source) as stream:
            yield from _split(source, stream)
    except _TooLargeError as error:
        yield Unreadable(source, str(error), 1, 1)
    except UnicodeDecodeError as error:
        yield Unreadable(source, f"byte {error.start + 1} is not {error.encoding.upper()}")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        yield Unreadable(source, reason or str(error))


def _open(source: str) -> IO[bytes] | nullcontext[IO[bytes]]:
    if source == _STDIN:
        if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison]
            raise OSError(None, "standard input is closed")
        return nullcontext(sys.stdin.buffer)
    if stat.S_ISFIFO(os.stat(source).st_mode) and not source.startswith("/dev/"):  # noqa: PTH116
        raise OSError(None, "is a named pipe; give `-` and pipe into standard input")
    return Path(source).open("rb")


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
            held, size, separated, begin = bytearray(b"\n"), 1, True, number
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
        reason = "kubectl takes nothing but a comment on the line of a `---`"
        yield Unreadable(source, reason, number + 1, line.index(rest) + 1)


def _chunk(source: str, begin: int, text: bytes, size: int) -> Iterator[Chunk | Unreadable]:
    """Give a document; one that is too large is empty."""
    if size > MAX_DOCUMENT:
        text = b""
        yield Unreadable(source, str(_TooLargeError()), begin + 1, 1)
    yield Chunk(begin, text)


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Give a file's lines in UTF-8, without its byte order mark; the longest in pieces."""
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
