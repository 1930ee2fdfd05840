"""Workflows call targets that exist, and run nothing that is not pinned."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.paths import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = {
    target
    for line in re.findall(r"^([a-z][a-z -]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for target in line.split()
}


def steps(file: Path) -> list[dict[str, Any]]:
    jobs = yaml.safe_load(file.read_text())["jobs"].values()
    return [step for job in jobs for step in job.get("steps", [])]


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_actions_are_pinned_by_commit_with_their_version(file: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", file.read_text())
    assert used
    for action, version in used:
        if not action.startswith("./"):
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", version)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_jobs_have_read_rights_unless_they_ask_for_more(file: Path) -> None:
    assert yaml.safe_load(file.read_text())["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_every_make_target_exists(file: Path) -> None:
    commands = [step["run"] for step in steps(file) if "run" in step]
    called = {one for command in commands for one in re.findall(r"\bmake ([a-z-]+)", command)}
    assert called
    assert called <= TARGETS


def test_ci_runs_every_python_that_is_supported() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    supported = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', project)
    unit = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]["unit"]
    assert unit["strategy"]["matrix"]["python"] == supported
