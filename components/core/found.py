"""Backends of sources, which remember the query that found them."""

from collections.abc import Mapping
from typing import Any

__all__ = ["FoundBackend", "query_of"]


class FoundBackend(dict[str, Any]):
    """A backend and the query that found it, equal to the plain mapping.

    The query travels with the backend through lists, sums and filters, so that a component can
    compare what a query finds with what it found at the last deployment. `backend | {...}` keeps
    it; `{**backend, ...}` makes a plain mapping without it.
    """

    def __init__(self, values: Mapping[str, Any], query: str) -> None:
        super().__init__(values)
        self.query = query

    def __or__(self, other: Mapping[str, Any]) -> "FoundBackend":  # type: ignore[override]
        return FoundBackend({**self, **other}, self.query)

    def copy(self) -> "FoundBackend":
        """Return a copy that keeps the query."""
        return FoundBackend(self, self.query)


def query_of(backend: object) -> str:
    """Return the query that found a backend, or an empty text if no source did."""
    return backend.query if isinstance(backend, FoundBackend) else ""
