"""Searches a cluster within the user's permissions."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from ...core.orphan_search import KINDS, Orphan
from .programs import ProgramError, failed, run

_PAGE = 500
"""The page size of lists from the API server, in objects."""


@dataclass
class Searched:
    """The namespaces that were searched for a kind."""

    everywhere: bool = False
    namespaces: list[str] = field(default_factory=list[str])
    refused: list[str] = field(default_factory=list[str])
    """The namespaces that permissions exclude."""
    hidden: bool = False
    """Whether permissions hide the list of namespaces."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster, as `kubectl` reaches it."""

    options: Sequence[str] = ()
    """Options of kubectl, such as `--context`."""

    def objects(
        self, namespaces: Collection[str], hints: Collection[str], searched: dict[str, Searched]
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield kind and wire form of all objects that may be orphans.

        Args:
            namespaces: The namespaces to search; empty for all that permissions allow.
            hints: The namespaces to try if permissions do not allow a list of namespaces.
            searched: Collects the searched namespaces of each kind.

        Raises:
            ProgramError: The cluster does not answer.
        """
        for kind in KINDS:
            where = searched[kind] = Searched()
            for item in self._kind(kind, namespaces, hints, where):
                yield kind, item

    def delete(self, orphan: Orphan) -> str:
        """Delete an object, unless it has changed since it was found.

        Returns:
            The reason why it was not deleted, or an empty text.
        """
        path = KINDS[orphan.key.kind].path(orphan.key.namespace, orphan.key.name)
        options = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": "Background",
            "preconditions": {"uid": orphan.uid, "resourceVersion": orphan.version},
        }
        command = [*self._kubectl(), "delete", "--raw", path, "-f", "-"]
        done = run(command, stdin=json.dumps(options))
        if done.returncode == 0 or "(NotFound)" in done.stderr:
            return ""
        if "(Conflict)" in done.stderr:
            return "it has changed meanwhile; run the command again"
        return done.stderr.strip() or "kubectl failed"

    def _kind(
        self,
        kind: str,
        namespaces: Collection[str],
        hints: Collection[str],
        where: Searched,
    ) -> Iterator[Mapping[str, Any]]:
        if not namespaces:
            found = self._list(kind)
            if found is not None:
                where.everywhere = True
                yield from found
                return
            namespaces = self._namespaces()
            if not namespaces:
                where.hidden = True
                namespaces = {*hints, self._current_namespace()}
        for namespace in sorted(namespaces):
            found = self._list(kind, namespace)
            (where.refused if found is None else where.namespaces).append(namespace)
            yield from found or ()

    def _list(self, kind: str, namespace: str = "") -> list[Mapping[str, Any]] | None:
        """Return the objects, or None if permissions do not allow it."""
        items: list[Mapping[str, Any]] = []
        query = {"limit": str(_PAGE)}
        if labels := KINDS[kind].labels:
            query["labelSelector"] = labels
        while True:
            page = self._raw(f"{KINDS[kind].path(namespace)}?{urlencode(query)}")
            if page is None:
                return None
            items += page.get("items") or ()
            metadata: Mapping[str, str] = page.get("metadata") or {}
            if not metadata.get("continue"):
                return items
            query["continue"] = metadata["continue"]

    def _namespaces(self) -> set[str]:
        page = self._raw("/api/v1/namespaces")
        return {item["metadata"]["name"] for item in (page or {}).get("items") or ()}

    def _current_namespace(self) -> str:
        path = "jsonpath={..namespace}"
        done = run([*self._kubectl(), "config", "view", "--minify", "-o", path])
        return done.stdout.strip() or "default"

    def _raw(self, path: str) -> dict[str, Any] | None:
        command = [*self._kubectl(), "get", "--raw", path]
        done = run(command)
        if done.returncode == 0:
            answer: dict[str, Any] = json.loads(done.stdout)
            return answer
        if "(Forbidden)" in done.stderr:
            return None
        raise ProgramError(failed(command, done))

    def _kubectl(self) -> list[str]:
        return ["kubectl", *self.options]
