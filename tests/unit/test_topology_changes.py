"""What has changed on a path, and the watches that report it."""

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from components.cli.live.proxy import Listed
from components.cli.live.watches import Watches
from components.topology import Explainer, Explanation, Snapshot, changes
from tests.support.broken_setups import (
    DRAINING,
    Manifest,
    endpoint_slice,
    in_namespace,
    ingress,
    selecting,
    service,
)


def explained(*manifests: Manifest) -> Explanation:
    given = in_namespace(manifests, "shop")
    return Explainer(Snapshot(given, is_live=True)).explain(("shop", "db"))


ONE = explained(service(), endpoint_slice(addresses=["192.0.2.1"]))
PORT = "port pg 5432/TCP: 1 backend"


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (ONE, []),
        (
            explained(service(), endpoint_slice(addresses=["192.0.2.1", "192.0.2.2"])),
            ["+192.0.2.2 (ready)", f"{PORT} -> 2 backends"],
        ),
        (
            explained(
                service(),
                endpoint_slice(addresses=["192.0.2.1"], conditions=DRAINING),
                endpoint_slice(name="db-2", addresses=["192.0.2.2"]),
            ),
            ["+192.0.2.2 (ready)", "192.0.2.1 ready -> draining"],
        ),
        (
            explained(
                service(), endpoint_slice(addresses=["192.0.2.1"]), ingress({"number": 5432})
            ),
            ["0 routes -> 1"],
        ),
        (
            explained(service(selector={"app": "db"}), endpoint_slice(addresses=["192.0.2.1"])),
            ["the selector is now app=db"],
        ),
    ],
    ids=["nothing", "backend", "drained", "route", "selector"],
)
def test_changes_are_reported(after: Explanation, said: list[str]) -> None:
    assert changes(ONE, after) == said


def test_a_break_is_reported_with_its_text() -> None:
    after = explained(
        service(), endpoint_slice({"name": "x", "port": 5432}, addresses=["192.0.2.1"])
    )
    said = changes(ONE, after)
    assert said[0] == "192.0.2.1 gets no traffic"
    assert "sound -> broken" in said
    assert said[-1].startswith('no slice has a port "pg"')
    assert "broken -> sound" in changes(after, ONE)


@pytest.mark.parametrize(("absent", "hint"), [("shop", " (nor such a namespace)"), ("", "")])
def test_a_namespace_that_does_not_exist_is_named(absent: str, hint: str) -> None:
    snapshot = Snapshot([], is_live=True, absent_namespace=absent)
    first = Explainer(snapshot).explain(("shop", "db")).first
    assert first is not None
    assert first.code == "service-missing"
    assert f'there is no Service "db" in namespace "shop"{hint}: ' in first.text


def test_a_deleted_service_is_reported() -> None:
    gone = Explainer(Snapshot([], is_live=True)).explain(("shop", "db"))
    assert changes(ONE, gone)[0] == "the Service is gone"
    assert changes(gone, ONE)[0] == "the Service is there"


class Server:
    """Stands in for the proxy: lists once, then gives events, then ends the watch."""

    def __init__(self) -> None:
        made = in_namespace([service(), endpoint_slice(), selecting()], "shop")
        self.objects = {one["kind"] + one["metadata"]["name"]: one for one in made}
        self.events: list[Mapping[str, Any]] = []
        self.may_end = threading.Event()
        self.watched: list[str] = []

    def lists(self, wanted: Mapping[str, str]) -> dict[str, Listed]:
        return {kind: self._listed(kind) for kind in wanted}

    def list(self, path: str) -> Listed:
        if "endpointslices" not in path:
            raise OSError
        return self._listed("EndpointSlice")

    def watch(self, path: str, version: str) -> Iterator[Mapping[str, Any]]:
        self.watched.append(version)
        if "endpointslices" in path and len(self.watched) < 20:
            yield from self.events
            self.events = []
            self.may_end.wait(5)
            return
        threading.Event().wait(5)

    def _listed(self, kind: str) -> Listed:
        if kind == "Pod":
            return Listed(refused="no right")
        found = [one for one in self.objects.values() if one["kind"] == kind]
        return Listed(found, version="7")


def test_watches_follow_and_catch_up() -> None:
    server = Server()
    changed = {**server.objects["EndpointSlicedb-1"], "endpoints": []}
    server.events = [{"type": "MODIFIED", "object": changed}]
    watches = Watches(server, "shop")  # type: ignore[arg-type]
    assert watches.snapshot.unseen == {"Pod": "your permissions do not allow listing them"}
    event = next(watches.events(5))
    assert event == ("EndpointSlice db-1", "changed")
    assert changed in watches.snapshot.manifests

    del server.objects["EndpointSlicedb-1"]  # while nothing is watched
    server.may_end.set()
    assert next(watches.events(5)) == ("EndpointSlice db-1", "deleted")
    assert changed not in watches.snapshot.manifests


def test_a_watch_ends_in_time() -> None:
    assert list(Watches(Server(), "shop").events(0.1)) == []  # type: ignore[arg-type]
