"""The marker `both_kinds` runs a test on each kind of provider, or on the one that is chosen."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.paths import ROOT
from tools.providers import PROGRAM

MARKED = "tests/cluster/test_provider_kinds.py::test_creating_an_existing_object"
UNMARKED = "tests/cluster/test_scale.py"


def collected(*nodes: str, **environment: str) -> list[str]:
    """Return the parameters of the tests that pytest would run."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    kept.pop("PROVIDER", None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", *nodes],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    tests = [line for line in done.stdout.splitlines() if "::" in line]
    return [(re.findall(r"\[(.*)\]", test) or [""])[0] for test in tests]


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    program = tmp_path / PROGRAM
    program.touch(mode=0o755)
    return program


def test_a_marked_test_runs_on_each_kind() -> None:
    assert collected(MARKED) == ["upsert", "create"]


def test_a_provider_on_path_is_a_third(newer: Path) -> None:
    path = os.pathsep.join([str(newer.parent), os.environ["PATH"]])

    assert collected(MARKED, PATH=path) == ["upsert", "create", "other"]


@pytest.mark.parametrize("kind", ["upsert", "create"])
def test_a_chosen_kind_is_the_only_one(kind: str) -> None:
    assert collected(MARKED, PROVIDER=kind) == [kind]


def test_a_provider_chosen_by_path_is_the_only_one(newer: Path) -> None:
    assert collected(MARKED, PROVIDER=str(newer)) == ["other"]


def test_an_unmarked_test_runs_once() -> None:
    assert not {"upsert", "create"} & set(collected(UNMARKED))
