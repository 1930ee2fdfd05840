"""What `make` does: it finds parts, reads states and locks, and lays out tables."""

import json
import os
from pathlib import Path

import pytest

from tools import backend, console, install, parts, paths, report, venv
from tools.paths import ROOT

ETCD = next(part for part in parts.CONTROL_PLANE if part.name == "etcd")
PULUMI = parts.PULUMI[0]


def put(folder: Path, name: str, says: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    return tmp_path


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ("etcd Version: 3.7.3", ""),
        ("etcd Version: 3.6.0", ""),
        ("etcd Version: 3.5.30", "the one on PATH is 3.5.30"),
        ("etcd Version: 4.0.0", "the one on PATH is 4.0.0"),
        ("etcd, a fine store", "the one on PATH does not tell its version"),
    ],
)
def test_a_part_on_path_is_used_in_a_usable_version(path: Path, says: str, reason: str) -> None:
    put(path, "etcd", says)

    found, why = install._on_path(ETCD)

    assert why == reason
    assert found == (None if reason else path / "etcd")


@pytest.mark.usefixtures("path")
def test_a_part_that_is_not_on_path_is_built() -> None:
    assert install._on_path(ETCD) == (None, "not on PATH")


def test_a_pulumi_without_language_host_is_not_used(path: Path) -> None:
    put(path, "pulumi", "v3.250.0")
    assert install._on_path(PULUMI)[1] == "the one on PATH lacks pulumi-language-python"

    put(path, "pulumi-language-python", "")
    assert install._on_path(PULUMI) == (path / "pulumi", "")


def test_nothing_is_built_where_path_has_pulumi(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(path, "pulumi", "v3.250.0")
    put(path, "pulumi-language-python", "")
    monkeypatch.setattr(install, "TOOLS", tmp_path / "tools")
    monkeypatch.setattr(install, "_RECORD", tmp_path / "tools" / "parts.json")

    found = install.ensure(parts.PULUMI)

    assert set(found.values()) == {path / "pulumi"}


def test_a_part_is_looked_for_again_when_it_changes(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(path, "etcd", "etcd Version: 3.6.5")
    monkeypatch.setattr(install, "TOOLS", tmp_path / "tools")
    monkeypatch.setattr(install, "_RECORD", tmp_path / "tools" / "parts.json")
    built: list[object] = []
    monkeypatch.setattr(install, "_build", lambda missing, _record: built.extend(missing))
    install.ensure((ETCD,))

    put(path, "etcd", "etcd Version: 3.3.0 ")
    install.ensure((ETCD,))

    assert built == [(ETCD, "the one on PATH is 3.3.0")]


def test_pins_of_go_modules_are_complete() -> None:
    for part in (*parts.PULUMI, *parts.CONTROL_PLANE, *parts.DATA_PLANE):
        folder = ROOT / "tools" / "go" / part.module
        assert part.version in (folder / "go.mod").read_text() or part.module == "pulumi-kubernetes"
        assert (folder / "go.sum").read_text()


def test_a_second_set_up_of_the_environment_does_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(venv, "VENV", tmp_path)
    monkeypatch.setattr(venv, "of_end", tmp_path.joinpath)
    monkeypatch.setattr(venv, "make", lambda folder: folder.mkdir(exist_ok=True))
    calls: list[tuple[str, Path]] = []
    monkeypatch.setattr(venv, "install", lambda what, folder: calls.append((what[-1], folder)))

    for _ in range(2):
        venv.ensure()
        assert [venv.ensure_end(end) for end in venv.ENDS] == [
            tmp_path / "oldest",
            tmp_path / "newest",
        ]

    assert calls == [
        (str(paths.LOCK), tmp_path),
        (str(ROOT), tmp_path),
        (str(ROOT / "requirements/oldest.txt"), tmp_path / "oldest"),
        (str(ROOT / "requirements/newest.txt"), tmp_path / "newest"),
    ]


def test_a_table_has_columns_and_rows_of_several_lines() -> None:
    assert console.table(["A", "BB"], [["one", "1\n2"], ["x", ""]]) == "A    BB\none  1\n     2\nx"


def test_services_are_read_from_an_exported_stack() -> None:
    resources = [
        {"type": "kubernetes:core/v1:Service", "id": "shop/db"},
        {"type": "kubernetes:core/v1:Namespace", "id": "shop"},
        {"type": "pulumi:pulumi:Stack"},
    ]
    exported = json.dumps({"deployment": {"resources": resources}})
    assert report.services_of_state(exported) == [("shop", "db")]
    assert report.services_of_state('{"deployment": {}}') == []
    assert report.ways_of_state(exported) == []


def test_routes_are_read_from_an_exported_stack() -> None:
    made = {"metadata": {"name": "web"}, "spec": {"rules": []}}
    resources = [
        {"type": "kubernetes:networking.k8s.io/v1:Ingress", "outputs": made},
        {"type": "kubernetes:networking.k8s.io/v1:Ingress"},  # which an up has left pending
        {"type": "kubernetes:core/v1:Service", "outputs": made},
    ]
    exported = json.dumps({"deployment": {"resources": resources}})
    assert report.ways_of_state(exported) == [{**made, "kind": "Ingress"}]


def test_endpoints_are_counted_and_cut_short() -> None:
    endpoints = [
        {"addresses": [f"192.0.2.{n}"], "conditions": {"ready": n < 12}} for n in range(15)
    ]
    shown = report._endpoints({"spec": {"type": "ClusterIP"}}, [{"endpoints": endpoints}])
    assert shown.splitlines()[-2:] == ["and 4 more", "(3 not ready)"]


@pytest.mark.parametrize(
    ("given", "local"),
    [
        ({}, True),
        ({"PULUMI_BACKEND_URL": "https://pulumi.example"}, False),
        ({"PULUMI_ACCESS_TOKEN": "pul-1"}, False),
    ],
)
def test_the_state_is_local_unless_the_user_is_logged_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], local: bool
) -> None:
    for name in ("PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    assert (backend.StateBackend.of_user(tmp_path, {}).directory is not None) is local


def test_a_login_in_the_home_folder_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    monkeypatch.delenv("PULUMI_ACCESS_TOKEN", raising=False)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path))
    (tmp_path / "credentials.json").write_text('{"current": "https://pulumi.example"}')

    assert backend.StateBackend.of_user(tmp_path, {}).directory is None


def test_the_passphrase_is_made_once_and_readable_by_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE", raising=False)
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE_FILE", raising=False)
    here = backend.StateBackend(tmp_path, {"pulumi": Path("/somewhere/pulumi")})

    file = Path(here.environment()["PULUMI_CONFIG_PASSPHRASE_FILE"])
    first = file.read_text()

    assert len(first) >= 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert here.environment()["PULUMI_CONFIG_PASSPHRASE_FILE"] == str(file)
    assert file.read_text() == first


def test_the_users_own_passphrase_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "mine")

    environment = backend.StateBackend(
        tmp_path, {"pulumi": Path("/somewhere/pulumi")}
    ).environment()

    assert environment["PULUMI_CONFIG_PASSPHRASE"] == "mine"  # noqa: S105
    assert "PULUMI_CONFIG_PASSPHRASE_FILE" not in environment
