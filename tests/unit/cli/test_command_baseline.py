"""A baseline holds known findings, so that only new ones are reported."""

import json
from pathlib import Path

import pytest

from components.cli.main import main

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {ports: [{port: 0}]}
"""
OTHER = SERVICE.replace("name: db", "name: other")
KNOWN = "2 known"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one faulty manifest, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "a.yaml").write_text(SERVICE)
    return tmp_path


class Command:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys
        self.out = self.err = ""

    def __call__(self, *arguments: str) -> int:
        code = main(["validate", "--no-hazards", *arguments])
        self.out, self.err = self.capsys.readouterr()
        return code


@pytest.fixture
def validate(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


def test_known_findings_do_not_fail(validate: Command) -> None:
    assert validate("deploy") == 1
    assert validate("--write-baseline", "known.json", "deploy") == 0
    assert validate.out == "known.json: 2 findings known from now on\n"
    assert validate("--baseline", "known.json", "deploy") == 0
    assert "0 errors" in validate.out
    assert KNOWN in validate.out


def test_new_findings_fail(validate: Command, folder: Path) -> None:
    validate("--write-baseline", "known.json", "deploy")
    file = folder / "deploy" / "a.yaml"
    file.write_text(f"# lines move\n\n{SERVICE}---\n{OTHER}")
    assert validate("--baseline", "known.json", "-o", "json", "deploy") == 1
    assert {row["name"] for row in json.loads(validate.out)} == {"other"}


def test_a_further_finding_of_a_known_kind_is_new(validate: Command, folder: Path) -> None:
    validate("--write-baseline", "known.json", "deploy")
    (folder / "deploy" / "a.yaml").write_text(f"{SERVICE}---\n{SERVICE}")
    assert validate("--baseline", "known.json", "-o", "json", "deploy") == 1
    assert len(json.loads(validate.out)) == 2


def test_a_baseline_holds_no_lines_and_no_values(validate: Command, folder: Path) -> None:
    validate("--write-baseline", "known.json", "deploy")
    content = json.loads((folder / "known.json").read_text())
    assert content["version"] == 1
    assert content["findings"][0] == {
        "path": "deploy/a.yaml",
        "kind": "Service",
        "namespace": "shop",
        "name": "db",
        "field": "spec.ports[0].port",
        "code": "service-port-number",
    }


def test_paths_are_relative_to_the_baseline(
    validate: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    validate("--write-baseline", "known.json", "deploy")
    monkeypatch.chdir(folder / "deploy")
    assert validate("--baseline", "../known.json", "a.yaml") == 0
    assert KNOWN in validate.out
    assert validate("--baseline", str(folder / "known.json"), str(folder / "deploy")) == 0
    assert KNOWN in validate.out


def test_mended_findings_are_reported_as_stale(validate: Command, folder: Path) -> None:
    validate("--write-baseline", "known.json", "deploy")
    (folder / "deploy" / "a.yaml").write_text(SERVICE.replace("port: 0", "port: 80"))
    assert validate("--baseline", "known.json", "-o", "json", "deploy") == 0
    rows = json.loads(validate.out)
    assert [(row["source"], row["code"], row["severity"]) for row in rows] == [
        ("known.json", "baseline-stale", "warning")
    ] * 2
    assert '"service-port-number" in "deploy/a.yaml"' in rows[0]["message"]
    assert validate("--baseline", "known.json", "--fail-on", "warning", "deploy") == 1


def test_findings_of_deleted_files_are_stale(validate: Command, folder: Path) -> None:
    validate("--write-baseline", "known.json", "deploy")
    (folder / "deploy" / "a.yaml").rename(folder / "deploy" / "b.yaml")
    (folder / "deploy" / "b.yaml").write_text(OTHER.replace("port: 0", "port: 80"))
    validate("--baseline", "known.json", "deploy")
    assert validate.out.count("[baseline-stale]") == 2


def test_validating_some_of_the_files_makes_nothing_stale(validate: Command, folder: Path) -> None:
    (folder / "deploy" / "b.yaml").write_text(OTHER)
    validate("--write-baseline", "known.json", "deploy")
    (folder / "deploy" / "b.yaml").write_text(OTHER.replace("port: 0", "port: 80"))
    validate("--baseline", "known.json", "deploy/b.yaml")
    assert "baseline-stale" not in validate.out
    (folder / "deploy" / "a.yaml").write_text("a: [\n")
    assert validate("--baseline", "known.json", "deploy/a.yaml", "deploy/b.yaml") == 2
    assert "baseline-stale" not in validate.out


def test_hazards_that_were_not_looked_for_are_not_stale(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alias = SERVICE.replace("ports: [{port: 0}]", "type: ExternalName, externalName: localhost")
    (folder / "deploy" / "a.yaml").write_text(alias)
    main(["validate", "--write-baseline", "known.json", "deploy"])
    assert "external-name-localhost" in (folder / "known.json").read_text()
    assert main(["validate", "--baseline", "known.json", "--no-hazards", "deploy"]) == 0
    assert main(["validate", "--baseline", "known.json", "deploy"]) == 0
    assert "stale" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file or directory; write it with --write-baseline known.json"),
        ("a: b", "it is not JSON"),
        ("[]", "is not a baseline of version 1"),
        ('{"version": 2, "findings": []}', "is not a baseline of version 1"),
        ('{"version": 1}', "is not a baseline of version 1"),
        ("[" * 100_000, "it is not JSON"),
    ],
)
def test_a_missing_baseline_is_exit_2(
    validate: Command, folder: Path, content: str | None, reason: str
) -> None:
    if content is not None:
        (folder / "known.json").write_text(content)
    assert validate("--baseline", "known.json", "deploy") == 2
    assert validate.err.startswith("known.json: ")
    assert reason in validate.err
    assert validate.out == ""


def test_an_unwritable_baseline_is_exit_2(validate: Command) -> None:
    assert validate("--write-baseline", "nowhere/known.json", "deploy") == 2
    assert "nowhere/known.json: No such file" in validate.err


def test_an_unreadable_file_stays_exit_2(validate: Command, folder: Path) -> None:
    (folder / "deploy" / "b.yaml").write_text("apiVersion: v1\nkind: [\n")
    assert validate("--write-baseline", "known.json", "deploy") == 2
    assert validate("--baseline", "known.json", "deploy") == 2
