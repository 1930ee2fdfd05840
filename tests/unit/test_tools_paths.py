"""Where things are, on paths with special characters."""

import os
from pathlib import Path

import pytest

from tools import backend, links, paths
from tools.console import CommandError
from tools.links import Links


@pytest.fixture(autouse=True)
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(links, "_PARENTS", (str(folder),))
    return folder


def test_a_plain_path_is_taken_as_it_is(tmp_path: Path, parent: Path) -> None:
    file = tmp_path / "a-b_c.d+e@f" / "etcd"
    assert Links(tmp_path).plain(file) == file
    assert list(parent.iterdir()) == []


@pytest.mark.parametrize("name", ["a b", "a,b", "a#b", "it's", "$HOME", "\u00e9", "100%", "a;b"])
def test_any_other_path_gets_a_link_that_every_run_finds(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "etcd").write_text("here")

    plain = Links(folder).plain(folder / "etcd")

    assert plain.read_text() == "here"
    assert name not in str(plain)
    assert Links(folder).plain(folder / "etcd") == plain
    assert plain.is_relative_to(Links(folder).folder)
    assert Links(folder).folder.stat().st_mode & 0o777 == 0o700
    assert Links(folder).folder.parent.stat().st_mode & 0o777 == 0o700
    Links(folder).remove()
    assert not plain.parent.is_symlink()
    assert (folder / "etcd").exists()


def test_a_link_that_leads_elsewhere_is_put_right(tmp_path: Path) -> None:
    folder = tmp_path / "a b"
    folder.mkdir()
    link = Links(folder).plain(folder / "etcd").parent
    link.unlink()
    link.symlink_to(tmp_path)

    assert Links(folder).plain(folder / "etcd").parent.readlink() == folder


def linked(parent: Path) -> None:
    own = parent / f"k8s-endpoints-{os.getuid()}"
    (parent / "elsewhere").mkdir(mode=0o700)
    own.symlink_to(parent / "elsewhere")


def opened(parent: Path) -> None:
    own = parent / f"k8s-endpoints-{os.getuid()}"
    own.mkdir()
    own.chmod(0o777)


@pytest.mark.parametrize("attack", [linked, opened])
def test_a_folder_that_others_may_have_made_is_refused(
    tmp_path: Path, parent: Path, attack: object
) -> None:
    assert callable(attack)
    attack(parent)
    with pytest.raises(CommandError, match="must be a folder that is yours alone"):
        Links(tmp_path / "a b").plain(tmp_path / "a b" / "etcd")


@pytest.mark.parametrize("path", ["/home/me/a:b", "/home/me/a\nb"])
def test_a_checkout_that_cannot_be_on_path_is_refused(
    monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(paths, "ROOT", Path(path))
    with pytest.raises(CommandError, match=r"the path of this checkout contains .*: move it"):
        paths.check_root()


def test_any_other_checkout_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "ROOT", Path("/home/me/it's a $HOME #1, 100% \u00e9?&(x)"))
    paths.check_root()


def test_the_url_of_the_state_is_encoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "mine")
    here = backend.StateBackend(tmp_path / "a b#?100%20", {"pulumi": Path("/somewhere/pulumi")})
    url = here.environment()["PULUMI_BACKEND_URL"]
    assert url == f"file://{tmp_path}/a%20b%23%3F100%2520"
