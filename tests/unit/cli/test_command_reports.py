"""The formats: what each says, and that nothing in a manifest breaks out of it."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from components.cli.formats.wording import MEANINGS
from components.cli.main import main
from components.validation import RULES
from components.validation.hazards import HAZARDS, kustomize

MANIFESTS = """\
apiVersion: v1
kind: Service
metadata:
  name: a
  namespace: shop
spec:
  selector: {app: a}
  ports:
  - name: web
    port: 0
    protocol: TCP
  tpye: ClusterIP
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
apiVersion: v1
kind: Service
metadata: {name: b}
"""
FILES = {"document", "null-document", "ignore-unused", "ignore-reason"}
NUMBER = "must be between 1 and 65535, inclusive"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two files, the second of which cannot be read."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a b.yaml").write_text(MANIFESTS)
    (tmp_path / "c.yaml").write_text("a: [\n")
    return ["a b.yaml", "c.yaml"]


def report(capsys: pytest.CaptureFixture[str], form: str, *files: str) -> str:
    main(["validate", "--no-hazards", "-o", form, *files])
    return capsys.readouterr().out


def test_text_is_grouped_and_has_lines(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = report(capsys, "text", *files).splitlines()
    assert lines == [
        "a b.yaml",
        "  Service shop/a",
        f"    10:5  error    spec.ports[0].port: Invalid value: 0: {NUMBER}  [service-port-number]",
        (
            f"    9:5   error    spec.ports[0].targetPort: Invalid value: 0: {NUMBER}"
            "  [service-target-port-number]"
        ),
        "    12:3  warning  spec.tpye: unknown field  [unknown-field]",
        "  Service b (document 2)",
        "    18:1  error    spec.ports: Required value  [service-ports-required]",
        "",
        "1  service-port-number         docs/validation.md#service-port-number",
        "1  service-ports-required      docs/validation.md#service-ports-required",
        "1  service-target-port-number  docs/validation.md#service-target-port-number",
        "1  unknown-field               docs/validation.md#unknown-field",
        (
            "2 objects, 3 errors, 1 warning, 1 of other kinds passed over (ConfigMap 1),"
            " 1 unreadable part"
        ),
    ]


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
    ],
)
def test_text_has_colours_on_a_terminal_only(
    files: list[str],
    environment: dict[str, str],
    coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plain = report(capsys, "text", *files)
    assert "\033" not in plain
    terminal = StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    main(["validate", "--no-hazards", *files])
    shown = terminal.getvalue()
    assert ("\033[31merror  \033[0m" in shown) is coloured
    assert re.sub(r"\033\[\d+m", "", shown) == plain


def test_nothing_found_is_one_line_of_text_and_an_empty_array(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.yaml"
    file.touch()
    line = "0 objects, 0 errors, 0 warnings, 0 of other kinds passed over\n"
    assert report(capsys, "text", str(file)) == line
    assert report(capsys, "json", str(file)) == "[]\n"
    assert report(capsys, "github", str(file)) == ""


def test_findings_are_annotations_of_github(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = report(capsys, "github", *files).splitlines()
    file, title = "file=a b.yaml", "title=Service shop/a%3A "
    assert lines == [
        (
            f"::error {file},line=10,col=5,{title}service-port-number::spec.ports[0].port:"
            f" Invalid value: 0: {NUMBER}"
        ),
        (
            f"::error {file},line=9,col=5,{title}service-target-port-number::"
            f"spec.ports[0].targetPort: Invalid value: 0: {NUMBER}"
        ),
        (
            "::warning file=a b.yaml,line=12,col=3,title=Service shop/a%3A unknown-field::"
            "spec.tpye: unknown field"
        ),
        (
            "::error file=a b.yaml,line=18,col=1,title=Service b%3A service-ports-required::"
            "spec.ports: Required value"
        ),
        "::error file=c.yaml,line=2,col=1,title=cannot be read::did not find expected node content",
    ]


def test_sarif_has_what_the_standard_requires(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    log = json.loads(report(capsys, "sarif", *files))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    assert run["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
    driver = run["tool"]["driver"]
    assert driver["name"]
    rules = [rule["id"] for rule in driver["rules"]]
    assert len(rules) == len(set(rules))
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"] == MEANINGS[rule["id"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"none", "note", "warning", "error"}
        assert result["message"]["text"]
        for location in result["locations"]:
            check_location(location)
            assert all(one["fullyQualifiedName"] for one in location["logicalLocations"])
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 2
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"] == "did not find expected node content"
    check_location(notification["locations"][0])


def check_location(location: dict[str, Any]) -> None:
    physical = location["physicalLocation"]
    assert re.fullmatch(r"[!-~]+", physical["artifactLocation"]["uri"])
    assert physical["region"]["startLine"] >= 1
    assert physical["region"]["startColumn"] >= 1


def test_sarif_has_the_position(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    (run,) = json.loads(report(capsys, "sarif", files[0]))["runs"]
    assert run["invocations"][0]["executionSuccessful"] is True
    first = run["results"][0]
    assert first["message"]["text"] == (
        f"Service shop/a: spec.ports[0].port: Invalid value: 0: {NUMBER}"
    )
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "a%20b.yaml"},
                "region": {"startLine": 10, "startColumn": 5},
            },
            "logicalLocations": [{"fullyQualifiedName": "Service shop/a.spec.ports[0].port"}],
        }
    ]


def test_every_code_has_a_meaning() -> None:
    files = {*FILES, "placeholder", "node-port-taken", "cluster-ip-taken", "baseline-stale"}
    assert {*RULES, *HAZARDS, *kustomize.HAZARDS, *files} == MEANINGS.keys()
    assert all(MEANINGS.values())
