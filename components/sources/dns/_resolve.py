"""Resolves names: resolvers, retries, CNAMEs, and names that must not be resolved."""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from .._base import one_line, require, retried
from ..errors import SourceError
from ._moving import owner_of

if TYPE_CHECKING:
    from dns.name import Name
    from dns.resolver import Answer, Resolver

__all__ = ["Failed", "Names"]

_MOST_CNAMES = 8
_PORT = "53"
_BRACKETED = re.compile(r"\[([^]]*)\](?::(.*))?")
_ONE_SERVER = 2.0
"""The timeout of one resolver in seconds, before the next one is tried."""


class Failed(Exception):  # noqa: N818 - it never leaves the source
    """A name does not resolve, or has no records. The last good answer may replace it."""


class Names:
    """Resolves names.

    Args:
        query: The query in messages.
        resolvers: Addresses of resolvers, with a port or without; empty for the machine's own.
        timeout: The seconds that one query may take, over all resolvers.
        attempts: How often a query is sent.
        allow_moving: Whether names whose addresses are known to change are resolved.
    """

    def __init__(
        self,
        query: str,
        resolvers: Sequence[str],
        timeout: float,
        attempts: int,
        *,
        allow_moving: bool,
    ) -> None:
        require(query, "dns.resolver", "dnspython", "dns")
        self._query = query
        self._attempts = attempts
        self._allow_moving = allow_moving
        self._resolver = self._make(resolvers, timeout)

    def _make(self, resolvers: Sequence[str], timeout: float) -> "Resolver":
        from dns.exception import DNSException  # noqa: PLC0415 - an optional extra
        from dns.nameserver import Do53Nameserver  # noqa: PLC0415
        from dns.resolver import Resolver  # noqa: PLC0415

        try:
            resolver = Resolver(configure=not resolvers)
        except DNSException as error:
            remedy = "pass `resolvers`"
            raise SourceError(f"{self._query}: {one_line(str(error))} ({remedy})") from None
        if resolvers:
            resolver.nameservers = [
                Do53Nameserver(*_server(self._query, index, text))
                for index, text in enumerate(resolvers)
            ]
        resolver.lifetime = timeout
        resolver.timeout = min(_ONE_SERVER, timeout)
        return resolver

    def name(self, text: object) -> "Name":
        """Return an absolute name.

        Raises:
            SourceError: It is not a name, or its addresses are known to change.
        """
        from dns.exception import DNSException  # noqa: PLC0415 - an optional extra
        from dns.name import from_text  # noqa: PLC0415

        if not isinstance(text, str) or not text.strip("."):
            reason = "a name must be a string, known when the program runs"
            raise SourceError(f"{self._query}: {reason}")
        if _is_address(text):
            remedy = "give it in `addresses`"
            raise SourceError(f'{self._query}: "{text}" is an address, not a name ({remedy})')
        try:
            name = from_text(text)
        except DNSException as error:
            raise SourceError(f'{self._query}: "{text}": {one_line(str(error))}') from None
        self._refuse_moving(name, text)
        return name

    def _refuse_moving(self, name: "Name", asked: str) -> None:
        host = _shown(name)
        if not self._allow_moving and (owner := owner_of(host)):
            which = f'"{asked}"' if host == asked else f'"{asked}", which is an alias of {host},'
            raise SourceError(
                f"{self._query}: {which} is a name of {owner}, which changes its addresses"
                f' (use ExternalNameService with "{asked}", or pass allow_moving=True and run the'
                " program often)"
            )

    def records(self, text: str, kind: str) -> list[Any]:
        """Return the records of a name after following CNAMEs; empty if it has none of the kind.

        Raises:
            Failed: It does not resolve.
            SourceError: It must not be resolved.
        """
        name = self.name(text)
        for _ in range(_MOST_CNAMES):
            answer = self._ask(name, kind)
            aliases: Any = answer.chaining_result.cnames
            for link in aliases:
                self._refuse_moving(link[0].target, text)
            if answer.rrset is not None:
                return list(answer.rrset)
            if answer.canonical_name == name:
                return []
            name = answer.canonical_name  # the server knows only the alias
        raise Failed(f'"{text}": more than {_MOST_CNAMES} aliases')

    def _ask(self, name: "Name", kind: str) -> "Answer":
        from dns.exception import DNSException, Timeout  # noqa: PLC0415 - an optional extra
        from dns.resolver import NXDOMAIN, NoNameservers  # noqa: PLC0415

        def ask() -> "Answer":
            return self._resolver.resolve(name, kind, raise_on_no_answer=False, search=False)

        try:
            return retried(ask, self._attempts, (Timeout, NoNameservers))
        except NXDOMAIN:
            raise Failed(f'"{_shown(name)}" does not exist') from None
        except Timeout:
            servers = ", ".join(map(_server_text, self._resolver.nameservers))
            raise Failed(f'"{_shown(name)}": no answer from {servers}') from None
        except (DNSException, OSError) as error:
            raise Failed(f'"{_shown(name)}": {one_line(str(error))}') from None


def _shown(name: "Name") -> str:
    return name.to_text(omit_final_dot=True)


def _server_text(server: Any) -> str:
    """Return a resolver in the form of the argument; the machine's own are texts."""
    return server if isinstance(server, str) else f"{server.address}:{server.port}"


def _server(query: str, index: int, text: object) -> tuple[str, int]:
    """Return the address and the port of a resolver."""
    if isinstance(text, str):
        bracketed = _BRACKETED.fullmatch(text)
        if bracketed:
            host, port = bracketed[1], bracketed[2] or _PORT
        elif text.count(":") == 1:
            host, _, port = text.partition(":")
        else:
            host, port = text, _PORT
        if _is_address(host) and port.isdecimal():
            return host, int(port)
    reason = "must be an address, with a port or without"
    raise SourceError(f"{query}: resolvers[{index}]: {reason}")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
