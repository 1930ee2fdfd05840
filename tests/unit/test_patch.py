"""A module is changed by exact replacements: what does not match stops the build."""

from pathlib import Path

import pytest

from tools.console import CommandError
from tools.patch import Patch, Replacement

FILE = "pkg/await/await.go"
TEXT = "package await\n\nfunc one() {}\nfunc two() {}\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "module"
    (folder / FILE).parent.mkdir(parents=True)
    (folder / FILE).write_text(TEXT)
    (folder / "pkg" / "other.go").write_text("package pkg\n")
    (folder / "go.mod").write_text("module example.com/m\n")
    return folder


@pytest.fixture
def build(tmp_path: Path) -> Path:
    folder = tmp_path / "build"
    folder.mkdir()
    (folder / "go.mod").write_text("module tools\n\nrequire example.com/m v1.0.0\n")
    (folder / "go.sum").write_text("example.com/m v1.0.0 h1:x\n")
    return folder


def patch(*replacements: tuple[str, str]) -> Patch:
    return Patch("example.com/m", tuple(Replacement(FILE, old, new) for old, new in replacements))


def test_all_replacements_are_made_and_the_build_takes_the_copy(
    source: Path, build: Path, tmp_path: Path
) -> None:
    target = tmp_path / "a folder" / "patched"

    modfile = patch(("one", "uno"), ("two", "due")).apply(source, build, target)

    assert (target / "module" / FILE).read_text() == TEXT.replace("one", "uno").replace(
        "two", "due"
    )
    assert (target / "module" / "pkg" / "other.go").read_text() == "package pkg\n"
    assert (target / "module" / "go.mod").read_text() == "module example.com/m\n"
    assert modfile.read_text() == (
        f'{(build / "go.mod").read_text()}\nreplace example.com/m => "{target / "module"}"\n'
    )
    assert modfile.with_suffix(".sum").read_text() == (build / "go.sum").read_text()
    assert (source / FILE).read_text() == TEXT


@pytest.mark.parametrize(("old", "times"), [("three", 0), ("func", 2)])
def test_a_text_that_does_not_occur_exactly_once_stops_the_build(
    source: Path, build: Path, tmp_path: Path, old: str, times: int
) -> None:
    changes = patch(("one", "uno"), (old, "new"))

    with pytest.raises(CommandError) as raised:
        changes.apply(source, build, tmp_path / "patched")

    assert str(raised.value) == (
        "example.com/m: pkg/await/await.go must contain this text once, and contains it"
        f" {times} times; adapt the replacement to this version:\n{old}"
    )
    assert not (tmp_path / "patched").exists()


def test_a_replacement_may_not_break_the_next_one(
    source: Path, build: Path, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="contains it 0 times"):
        patch(("one", "uno"), ("one", "uno")).apply(source, build, tmp_path / "patched")


def test_remains_of_an_earlier_build_are_removed(source: Path, build: Path, tmp_path: Path) -> None:
    patch(("one", "uno")).apply(source, build, tmp_path / "patched")
    (source / "pkg" / "other.go").unlink()

    patch(("two", "due")).apply(source, build, tmp_path / "patched")

    assert not (tmp_path / "patched" / "module" / "pkg" / "other.go").exists()
    assert "func one" in (tmp_path / "patched" / "module" / FILE).read_text()
