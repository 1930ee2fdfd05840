"""The common part of all sources: the query in messages, empty results, errors, retries."""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from ipaddress import ip_address
from types import ModuleType
from typing import Any, Protocol, TypeVar, cast

import pulumi

from ..core.found import FoundBackend
from ..types import Backend
from .errors import SourceError

__all__ = ["Source", "collect", "one_line", "read", "report_left_out", "require", "retried"]

T = TypeVar("T")

_LONGEST = 300
_MOST_NAMED = 20
_FIRST_PAUSE = 0.5


class Source(Protocol):
    """A custom source: a query, and a call that answers it.

    `read` calls it and treats the answer like that of a built-in source.
    """

    @property
    def query(self) -> str:
        """The query as messages show it, such as `machines(role=postgres)`.

        It must be the same in every run, and must not contain a secret.
        """
        ...

    def __call__(self) -> Iterable[Backend]:
        """Return the backends. An `OSError` (timeouts included) is retried."""
        ...


def read(source: Source, *, allow_empty: bool = False, attempts: int = 3) -> list[Backend]:
    """Return the backends of a custom source.

    Args:
        source: The source.
        allow_empty: Whether to return an empty list if the source finds nothing. Defaults to False:
            an error.
        attempts: How often to call a source that fails with an `OSError`. Defaults to 3.

    Returns:
        The backends, sorted by id, else by address.

    Raises:
        SourceError: The source fails, finds nothing, or yields something that is not a backend.
    """
    query = source.query

    def ask() -> list[Backend]:
        return list(source())

    try:
        backends = retried(ask, attempts, OSError)
    except OSError as error:
        reason = one_line(str(error)) or type(error).__name__
        raise SourceError(f"{query}: {reason} (asked {attempts} times)") from None
    for index, backend in enumerate(cast("list[object]", backends)):
        if not _is_backend(backend):
            reason = f"must be a mapping with an `address`, not {type(backend).__name__}"
            raise SourceError(f"{query}: item {index}: {reason}")
    remedy = "correct the query, or pass allow_empty=True"
    return collect(query, backends, allow_empty=allow_empty, remedy=remedy)


def _is_backend(value: object) -> bool:
    return isinstance(value, Mapping) and "address" in value


def collect(
    query: str,
    backends: Iterable[Backend],
    *,
    allow_empty: bool,
    remedy: str,
    reason: str = "nothing found",
    subject: str = "",
) -> list[Backend]:
    """Return backends sorted by id and address, each with the query that found it.

    Args:
        query: The query; it must be the same in every run.
        backends: The backends that it found.
        allow_empty: Whether there may be none.
        remedy: What to do if there is none.
        reason: Why there is none.
        subject: How the message of an empty result begins. Defaults to the query.

    Raises:
        SourceError: There is none, and `allow_empty` is False.
    """
    found = [FoundBackend(cast("Mapping[str, Any]", backend), query) for backend in backends]
    if not found and not allow_empty:
        raise SourceError(f"{subject or query}: {reason} ({remedy})")
    return cast("list[Backend]", sorted(found, key=_order))


def _order(backend: Mapping[str, Any]) -> tuple[str, int, int, str]:
    """Return the sort key of a backend: id, family, and the address as a number."""
    identity, text = backend.get("id") or "", backend["address"]
    if not isinstance(text, str):  # an Output
        return identity, 0, 0, ""
    try:
        address = ip_address(text)
    except ValueError:
        return identity, 0, 0, text
    return identity, address.version, int(address), text


def report_left_out(query: str, what: str, names: Sequence[str]) -> None:
    """Log a warning that names the resources without an address of the requested kind."""
    if names:
        shown = ", ".join(sorted(names)[:_MOST_NAMED])
        more = len(names) - _MOST_NAMED
        rest = f" and {more} more" if more > 0 else ""
        pulumi.log.warn(f"{query}: {len(names)} left out, {what}: {shown}{rest}")


def require(subject: str, module: str, package: str, name: str) -> ModuleType:
    """Import the module of an optional extra.

    Args:
        subject: The source that needs it, for the message.
        module: The module.
        package: The package that provides it.
        name: The extra's name.

    Raises:
        SourceError: The package is not installed. The message names the extra.
    """
    try:
        return import_module(module)
    except ImportError:
        remedy = f"pip install 'k8s-endpoints[{name}]'"
        raise SourceError(f"{subject}: needs {package} ({remedy})") from None


def retried(
    call: Callable[[], T], attempts: int, transient: type[Exception] | tuple[type[Exception], ...]
) -> T:
    """Return the result of a call; retry transient errors, with growing pauses."""
    for attempt in range(1, attempts):
        try:
            return call()
        except transient:
            time.sleep(_FIRST_PAUSE * 2 ** (attempt - 1))
    return call()


_SECRETS = re.compile(
    r"(?<=://)[^/@\s]+(?=@)"  # user and password of a URL
    r"|\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b"  # AWS keys and unique ids
    r"|(?<![\w.-])\d{12}(?![\w.-])"  # AWS accounts
)


def one_line(text: str) -> str:
    """Return a text on one line, without credentials, keys and account numbers."""
    return _SECRETS.sub("***", " ".join(text.split()))[:_LONGEST]
