"""Parts are built two at once, unless they share libraries, and one that fails ends the others."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from tools import builds, parts, paths
from tools.console import CommandError
from tools.parts import Part

BASE = parts.CONTROL_PLANE[1]
A1, A2, B, C = (
    replace(BASE, name=name, module=module)
    for name, module in [("a1", "a"), ("a2", "a"), ("b", "b"), ("c", "c")]
)
REASONS = dict.fromkeys(["a1", "a2", "a3", "b", "c"], "not on PATH")


class Fake:
    """A build that ends when it has been looked at some times."""

    def __init__(self, name: str, log: list[str], looks: int, failure: str = "") -> None:
        self.name, self.log, self.looks, self.failure = name, log, looks, failure
        log.append(f"start {name}")

    def is_running(self) -> bool:
        self.looks -= 1
        return self.looks >= 0

    def finish(self) -> None:
        if self.failure:
            raise CommandError(self.failure)
        self.log.append(f"end {self.name}")

    def cancel(self) -> None:
        self.log.append(f"cancel {self.name}")


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Build parts, each of which takes the given number of looks, and return what happened."""
    monkeypatch.setattr(builds, "_PAUSE", 0)

    def run(looks: dict[Part, int], failing: str = "") -> list[str]:
        log: list[str] = []
        failure = {failing: "broken"}

        def begin(part: Part) -> Fake:
            return Fake(part.name, log, looks[part], failure.get(part.name, ""))

        try:
            log += [f"have {part.name}" for part in builds.run(list(looks), REASONS, begin)]
        except CommandError as error:
            log.append(str(error))
        return [line for line in log if not line.startswith("have ")]

    return run


def test_two_parts_are_built_at_once(start: Callable[..., list[str]]) -> None:
    assert start({A1: 5, B: 1, C: 1}) == [
        "start a1",
        "start b",
        "end b",
        "start c",
        "end c",
        "end a1",
    ]


def test_parts_that_share_libraries_are_built_one_after_another(
    start: Callable[..., list[str]],
) -> None:
    assert start({A1: 1, A2: 1, B: 9}) == [
        "start a1",
        "start b",
        "end a1",
        "start a2",
        "end a2",
        "end b",
    ]
    shared = replace(B, libraries="a")
    assert start({A1: 1, shared: 1}) == ["start a1", "end a1", "start b", "end b"]


def test_short_builds_run_beside_others_of_their_libraries_once_these_are_compiled(
    start: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    takes = {"a1": 60, "a2": 60, "a3": 5}
    monkeypatch.setattr(builds, "seconds", lambda part: takes[part.name])
    short = replace(A1, name="a3")

    assert start({A1: 1, A2: 9, short: 1}) == [
        "start a1",
        "end a1",
        "start a2",
        "start a3",
        "end a3",
        "end a2",
    ]
    takes["a3"] = 40
    assert start({A1: 1, A2: 1, short: 1})[-2:] == ["start a3", "end a3"]


def test_a_failed_build_ends_the_others(start: Callable[..., list[str]]) -> None:
    said = start({A1: 0, B: 9, C: 0}, failing="a1")
    assert sorted(said) == ["broken", "cancel b", "start a1", "start b"]


def test_progress_shows_the_current_parts_and_the_time_left() -> None:
    progress = builds.Progress([A1, A2, B, C], 0)
    progress.begin(A1, 0)
    progress.begin(B, 0)
    assert not progress.is_due(29)
    assert progress.is_due(31)
    assert progress.text(20) == "building a1 for 20 s, b for 20 s; about 2 min left"
    assert not progress.is_due(31)
    assert progress.end(A1, 120) == "a1: built in 120 s; about 2 min left"
    progress.begin(A2, 120)
    progress.end(B, 120)
    progress.end(A2, 125)
    progress.begin(C, 125)
    assert progress.text(140).endswith("less than a minute left")
    assert progress.end(C, 150) == "c: built in 25 s"


def test_kwok_is_built_with_the_libraries_of_kubernetes() -> None:
    pins: dict[str, dict[str, str]] = {}
    for module in ("kwok", "kubernetes"):
        text = (paths.GO_MODULES / module / "go.mod").read_text()
        pins[module] = dict(re.findall(r"^\t(\S+) (v\S+)", text, re.MULTILINE))
    assert len(pins["kwok"]) > 100
    theirs = {name: one for name, one in pins["kubernetes"].items() if one != "v0.0.0"}
    differing = {
        name for name, version in pins["kwok"].items() if theirs.get(name, version) != version
    }
    assert differing <= {"github.com/go-errors/errors"}
