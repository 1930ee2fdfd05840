"""Reads from the API server through `kubectl proxy`, which handles the login.

kubectl holds the credentials: they never enter this process. The proxy listens on a socket in a
folder that only its user may open, and refuses everything except reads.
"""

import json
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from ...validation.untyped import items as list_of
from ...validation.untyped import mapping, text
from .programs import ProgramError

PAGE = 500
"""The page size of lists from the API server, in objects."""

_AT_ONCE = 14
_TIMEOUT = 60.0
_WRITING = "POST,PUT,PATCH,DELETE"


@dataclass(frozen=True, slots=True)
class Listed:
    """The result of a list request."""

    items: Sequence[Mapping[str, Any]] = ()
    refused: str = ""
    """Why nothing could be read; empty if it could."""
    requests: int = 1
    version: str = ""
    """The `resourceVersion` of the list: a watch from this version misses nothing."""


class Proxy(AbstractContextManager["Proxy"]):
    """A running `kubectl proxy`, which ends with the context.

    Args:
        options: Options of kubectl, such as `--context`.
    """

    def __init__(self, options: Sequence[str]) -> None:
        self._options = options
        self._stack = ExitStack()
        self._path = ""

    def __enter__(self) -> Self:
        if not hasattr(socket, "AF_UNIX"):
            raise ProgramError("this system has no Unix sockets, which `kubectl proxy` listens at")
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="kubectl-"))
        self._path = str(Path(folder) / "socket")
        command = [
            "kubectl",
            *self._options,
            "proxy",
            f"--unix-socket={self._path}",
            f"--reject-methods={_WRITING}",
        ]
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
            )
        except FileNotFoundError:
            self._stack.close()
            raise ProgramError("kubectl is not on PATH") from None
        self._stack.callback(self._end, process)
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        if not process.stdout.readline().startswith("Starting to serve"):
            reason = self._reason(process)
            self._stack.close()
            raise ProgramError(f"kubectl proxy does not start: {reason}")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def lists(self, wanted: Mapping[str, str]) -> dict[str, Listed]:
        """Return the objects of several lists, requested in parallel.

        Args:
            wanted: The API paths of the lists, by name.

        Raises:
            ProgramError: The cluster does not answer.
        """
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return dict(zip(wanted, pool.map(self.list, wanted.values()), strict=True))

    def list(self, path: str) -> Listed:
        """Return the objects of a list, page by page, or one object."""
        with closing(_UnixConnection(self._path)) as connection:
            return self._pages(connection, path)

    def watch(self, path: str, version: str) -> Iterator[Mapping[str, Any]]:
        """Yield the events of a list from a version on, until the API server ends the watch."""
        query = urlencode({"watch": "1", "resourceVersion": version})
        with closing(_UnixConnection(self._path, timeout=None)) as connection:
            try:
                connection.request("GET", f"{path}?{query}")
                for line in connection.getresponse():
                    yield mapping(json.loads(line))
            except (OSError, HTTPException, ValueError):
                return  # it was cut off: the caller lists again

    def _pages(self, connection: HTTPConnection, path: str) -> Listed:
        items: list[Mapping[str, Any]] = []
        path, _, selected = path.partition("?")
        query = {"limit": str(PAGE)}
        requests = 0
        while True:
            requests += 1
            given = "&".join(part for part in (selected, urlencode(query)) if part)
            status, answer = _get(connection, f"{path}?{given}")
            if status == 404:  # noqa: PLR2004 - Not Found: the kind, or the one object
                return Listed(requests=requests)
            if status == 403:  # noqa: PLR2004 - Forbidden
                return Listed(refused=str(answer.get("message") or "forbidden"), requests=requests)
            if status != 200:  # noqa: PLR2004 - OK
                raise ProgramError(_failed(path, status, answer))
            if "items" not in answer:
                return Listed([answer], requests=requests)
            api = answer.get("apiVersion")
            kind = str(answer.get("kind", "")).removesuffix("List")
            items += (
                {"apiVersion": api, "kind": kind, **mapping(item)}
                for item in list_of(answer.get("items"))
            )
            metadata = mapping(answer.get("metadata"))
            following = text(metadata.get("continue"))
            if not following:
                version = text(metadata.get("resourceVersion"))
                return Listed(items, requests=requests, version=version)
            query["continue"] = following

    @staticmethod
    def _end(process: subprocess.Popen[str]) -> None:
        process.terminate()
        try:
            process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()

    @staticmethod
    def _reason(process: subprocess.Popen[str]) -> str:
        process.terminate()
        _, said = process.communicate()
        return said.strip() or f"exit code {process.returncode}"


def _get(connection: HTTPConnection, path: str) -> tuple[int, Mapping[str, Any]]:
    try:
        connection.request("GET", path, headers={"Accept": "application/json"})
        response = connection.getresponse()
        body = response.read()
    except (OSError, HTTPException) as error:
        raise ProgramError(f"the cluster does not answer: {error}") from None
    try:
        return response.status, mapping(json.loads(body))
    except ValueError:
        return response.status, {"message": body.decode("utf-8", "replace").strip()}


def _failed(path: str, status: int, answer: Mapping[str, Any]) -> str:
    message = str(answer.get("message") or "").splitlines()
    reason = message[0] if message else "no reason"
    if answer.get("kind") != "Status":  # the answer is from kubectl
        return f"kubectl does not reach the cluster: {reason}"
    return f"the cluster answers {path} with {status}: {reason}"


class _UnixConnection(HTTPConnection):
    def __init__(self, path: str, timeout: float | None = _TIMEOUT) -> None:
        super().__init__("localhost", timeout=timeout)
        self._unix_path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._unix_path)
