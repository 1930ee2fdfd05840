"""Watches the objects of a namespace without missing a change, in order for each kind."""

from collections.abc import Iterator, Mapping
from queue import Empty, Queue
from threading import Thread
from time import monotonic
from typing import Any, NamedTuple

from ...topology import Snapshot
from ...validation.object_set import name_of
from ...validation.untyped import mapping, text
from .proxy import Proxy
from .snapshots import paths_of

_VERBS = {"ADDED": "added", "MODIFIED": "changed", "DELETED": "deleted"}
_AGAIN = 1.0


class Event(NamedTuple):
    """A change of an object."""

    subject: str
    """The changed object, such as `EndpointSlice db-1`."""
    verb: str
    """`added`, `changed` or `deleted`."""


class Watches:
    """Watches all kinds of a namespace from one moment on.

    Args:
        proxy: The proxy to read from.
        namespace: The namespace.
    """

    def __init__(self, proxy: Proxy, namespace: str) -> None:
        self._proxy = proxy
        self._objects: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._queue: Queue[tuple[str, Mapping[str, Any]]] = Queue()
        self._paths = paths_of(namespace)
        found = proxy.lists(self._paths)
        self._unseen = {
            kind: "your permissions do not allow listing them"
            for kind, one in found.items()
            if one.refused
        }
        for kind, listed in found.items():
            for item in listed.items:
                self._objects[kind, name_of(item)] = item
            if listed.version:
                thread = Thread(target=self._follow, args=(kind, listed.version), daemon=True)
                thread.start()

    @property
    def snapshot(self) -> Snapshot:
        """The namespace's objects after all events returned so far."""
        return Snapshot(list(self._objects.values()), is_live=True, unseen=self._unseen)

    def events(self, seconds: float | None) -> Iterator[Event]:
        """Yield the changes as they arrive; each is already in the snapshot.

        Args:
            seconds: The time to watch; None for no limit.
        """
        end = None if seconds is None else monotonic() + seconds
        while end is None or monotonic() < end:
            try:
                left = 1.0 if end is None else max(0.0, min(1.0, end - monotonic()))
                kind, event = self._queue.get(timeout=left)
            except Empty:
                continue
            item = mapping(event.get("object"))
            verb = text(event.get("type"))
            key = kind, name_of(item)
            if verb == "DELETED":
                self._objects.pop(key, None)
            else:
                self._objects[key] = item
            yield Event(f"{kind} {key[1]}", _VERBS.get(verb, "changed"))

    def _follow(self, kind: str, version: str) -> None:
        """Watch a kind, and list it again when the watch ends."""
        path = self._paths[kind]
        known = {key[1]: one for key, one in self._objects.items() if key[0] == kind}
        while True:
            for event in self._proxy.watch(path, version):
                item = mapping(event.get("object"))
                if event.get("type") not in _VERBS:
                    break  # an error: the version is too old
                version = text(mapping(item.get("metadata")).get("resourceVersion")) or version
                if event.get("type") == "DELETED":
                    known.pop(name_of(item), None)
                else:
                    known[name_of(item)] = item
                self._queue.put((kind, event))
            try:
                listed = self._proxy.list(path)
            except Exception:  # noqa: BLE001 - the proxy has ended, and this thread with it
                return
            version = listed.version
            self._catch_up(kind, known, {name_of(one): one for one in listed.items})

    def _catch_up(
        self,
        kind: str,
        known: dict[str, Mapping[str, Any]],
        now: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Queue the changes that happened without a watch."""
        for name in known.keys() - now.keys():
            self._queue.put((kind, {"type": "DELETED", "object": known.pop(name)}))
        for name, item in now.items():
            if known.get(name) != item:
                verb = "MODIFIED" if name in known else "ADDED"
                known[name] = item
                self._queue.put((kind, {"type": verb, "object": item}))
