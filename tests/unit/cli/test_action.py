"""The GitHub Action: its step runs in the shell that GitHub has, in a user's repository."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.paths import ROOT

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
STEP: dict[str, Any] = ACTION["runs"]["steps"][-1]
WRONG = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 0}]}\n"
ALIAS = WRONG.replace("ports: [{port: 0}]", "type: ExternalName, externalName: localhost")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository whose modules and values are made to be mistaken for something else."""
    folder = tmp_path / "checkout"
    (folder / "deploy it").mkdir(parents=True)
    (folder / "deploy it" / "a.yaml").write_text(WRONG)
    (folder / "alias.yaml").write_text(ALIAS)
    for module in ("yaml", "components"):
        (folder / module).mkdir()
        (folder / module / "__init__.py").write_text("raise ImportError('a foreign module')\n")
    return folder


def run(checkout: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    python = checkout.parent / "k8s-endpoints" / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    assert given.keys() <= ACTION["inputs"].keys()
    values = {name: given.get(name, one["default"]) for name, one in ACTION["inputs"].items()}
    step = {
        name: values[text.removeprefix("${{ inputs.").removesuffix(" }}")]
        for name, text in STEP["env"].items()
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEP["run"]],
        cwd=checkout,
        env={
            "PATH": os.environ["PATH"],
            "RUNNER_TEMP": str(checkout.parent),
            "GITHUB_ACTION_PATH": str(ROOT),
            **step,
        },
        capture_output=True,
        text=True,
    )


def test_findings_are_annotations(checkout: Path) -> None:
    done = run(checkout)
    assert done.returncode == 1, done.stderr
    assert "::error file=deploy it/a.yaml,line=4," in done.stdout
    assert "::warning file=alias.yaml,line=4," in done.stdout


def test_the_input_holds_one_file_a_line(checkout: Path) -> None:
    done = run(checkout, files="alias.yaml\n")
    assert done.returncode == 0, done.stderr
    assert "deploy it" not in done.stdout
    both = run(checkout, files="alias.yaml\ndeploy it\n")
    assert both.returncode == 1
    assert "::warning file=alias.yaml" in both.stdout


def test_inputs_become_arguments(checkout: Path) -> None:
    assert run(checkout, exclude="deploy it\n", fail_on="warning").returncode == 1
    assert run(checkout, exclude="deploy it\n*.json").returncode == 0
    assert run(checkout, arguments="--exclude=deploy it\n--no-hazards").stdout == ""
    assert run(checkout, kubernetes_version="0.1").returncode == 2
    assert "none.json" in run(checkout, baseline="none.json").stderr
    assert run(checkout, files="; touch broken\n$(touch broken)").returncode == 2
    assert not (checkout / "broken").exists()


def test_sarif_is_written_beside_the_annotations(checkout: Path) -> None:
    done = run(checkout, sarif_file="out.sarif")
    assert done.returncode == 1
    assert "::error " in done.stdout
    (log,) = json.loads((checkout / "out.sarif").read_text())["runs"]
    places = [one["locations"][0]["physicalLocation"] for one in log["results"]]
    assert places[0]["artifactLocation"]["uri"] == "alias.yaml"


def test_every_input_is_described_and_used() -> None:
    used = {text.removeprefix("${{ inputs.").removesuffix(" }}") for text in STEP["env"].values()}
    assert used == ACTION["inputs"].keys()
    assert all(one["description"].endswith(".") for one in ACTION["inputs"].values())
