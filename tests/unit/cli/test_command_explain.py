"""`explain` names the first break of a path, from files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.cli.main import main
from tests.support.broken_setups import (
    SETUPS,
    SOUND,
    UNKNOWN,
    Setup,
    in_namespace,
)

Run = Callable[..., tuple[int, Any]]

CODES = {SOUND: 0, UNKNOWN: 2}


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `explain -o json` over objects; return the exit code and what it prints."""

    def explain(manifests: object, *arguments: str) -> tuple[int, Any]:
        file = tmp_path / "setup.yaml"
        file.write_text(yaml.safe_dump_all(manifests))
        code = main(["explain", "-o", "json", "-f", str(file), *arguments])
        return code, json.loads(capsys.readouterr().out)

    return explain


def options(setup: Setup) -> list[str]:
    client = ["--from", setup.client] if setup.client else []
    return [setup.service, "-n", "shop", *client]


def first(row: Any) -> str:
    return row["first"]["code"] if row["first"] else row["verdict"]


@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: setup.name)
def test_the_first_break_is_named(setup: Setup, run: Run) -> None:
    code, row = run(in_namespace(setup.broken, "shop"), *options(setup))
    assert first(row) == setup.from_files, row["problems"]
    assert code == CODES.get(setup.from_files, 1)
    if row["first"]:
        assert row["first"]["remedy"]
        assert row["first"]["page"]


@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: setup.name)
def test_the_mended_twin_has_none(setup: Setup, run: Run) -> None:
    code, row = run(in_namespace(setup.mended, "shop"), *options(setup))
    assert first(row) == setup.mended_files, row["problems"]
    assert code == CODES[setup.mended_files]


def test_setups_have_distinct_names() -> None:
    assert len({setup.name for setup in SETUPS}) == len(SETUPS) >= 40
