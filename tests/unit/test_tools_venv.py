"""Environments are made once, by one process at a time, and the right one is used."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tools import paths, venv
from tools.locks import locked, remove_folder


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    calls: list[list[str]] = []
    monkeypatch.setattr(venv, "VENV", tmp_path / "all")
    monkeypatch.setattr(venv, "RUNTIME_VENV", tmp_path / "runtime")
    monkeypatch.setattr(venv, "make", lambda folder: folder.mkdir(exist_ok=True))
    monkeypatch.setattr(venv, "install", lambda what, _folder: calls.append(what))
    return calls


def test_the_project_is_installed_after_the_lock(pip: list[list[str]]) -> None:
    venv.ensure()

    pinned, project = pip
    assert pinned == ["--requirement", str(paths.LOCK)]
    assert {"--no-deps", "--no-build-isolation"} < {*project}


def test_the_runtime_environment_is_small(tmp_path: Path, pip: list[list[str]]) -> None:
    assert venv.ensure_runtime() == tmp_path / "runtime"
    assert pip[0] == ["--requirement", str(paths.RUNTIME_LOCK)]
    assert venv.existing() == tmp_path / "runtime"


def test_a_complete_environment_serves_as_the_runtime_one(
    tmp_path: Path, pip: list[list[str]]
) -> None:
    venv.ensure()
    pip.clear()

    assert venv.ensure_runtime() == tmp_path / "all"
    assert pip == []


def test_a_complete_environment_is_used_from_then_on(tmp_path: Path, pip: list[list[str]]) -> None:
    assert venv.existing() == tmp_path / "all"
    venv.ensure_runtime()
    venv.ensure()
    assert len(pip) == 4
    assert venv.existing() == tmp_path / "all"


def test_an_environment_out_of_date_is_better_than_none(
    tmp_path: Path, pip: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    small = venv.ensure_runtime()
    python = venv.python(small)
    python.parent.mkdir()
    python.touch()
    monkeypatch.setattr(venv, "ROOT", tmp_path)
    (tmp_path / "pyproject.toml").touch()

    assert venv.existing() == small
    assert len(pip) == 2


def test_an_environment_that_was_being_changed_is_not_taken_for_the_one_before(
    pip: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    venv.ensure()

    def interrupted(_what: list[str], _folder: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as changed:
        changed.setattr(venv, "LOCK", paths.RUNTIME_LOCK)
        changed.setattr(venv, "install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            venv.ensure()

    venv.ensure()
    assert len(pip) == 4


def test_one_environment_is_made_once_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(venv, "VENV", tmp_path / "all")
    monkeypatch.setattr(venv, "RUNTIME_VENV", tmp_path / "runtime")
    making: list[Path] = []
    made: list[Path] = []

    def make(folder: Path) -> None:
        making.append(folder)
        assert len(making) == 1, "another one is being made"
        time.sleep(0.2)
        folder.mkdir()
        made.append(making.pop())

    monkeypatch.setattr(venv, "make", make)
    monkeypatch.setattr(venv, "install", lambda _what, _folder: None)
    with ThreadPoolExecutor(2) as pool:
        folders = [one.result() for one in [pool.submit(venv.ensure_runtime) for _ in range(2)]]

    assert folders == [tmp_path / "runtime"] * 2
    assert made == [tmp_path / "runtime"]


def test_who_waited_for_a_removed_lock_locks_the_new_file(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "lock"
    held: list[str] = []

    def work(name: str) -> None:
        for _ in range(50):
            with locked(file):
                held.append(name)
                assert held == [name]
                held.clear()
                remove_folder(file)

    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(work, name) for name in "abcd"]:
            one.result()


def test_environments_are_removed_with_their_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pip: list[list[str]]
) -> None:
    monkeypatch.setattr(venv, "of_end", lambda end: tmp_path / end)
    venv.ensure()
    venv.ensure_end("oldest")
    assert len(pip) == 3

    venv.remove()

    assert list(tmp_path.iterdir()) == []
