"""The engine runs the provider that `PROVIDER` chooses, and no other."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from testbed.stack import Stack
from tools.golang import module_folder
from tools.install import ensure
from tools.parts import PROVIDERS, PULUMI
from tools.paths import GO_MODULES
from tools.providers import PROGRAM, Provider, home

RENDER = "kubernetes:renderYamlToDirectory"
DECLARES = """
    from pulumi_kubernetes.core.v1 import ConfigMap

    ConfigMap("settings", metadata={"name": "settings"}, data={"level": "1"})
"""


@pytest.fixture
def stack_of() -> Iterator[Callable[[Path, str], Stack]]:
    """Makes stacks with a provider; homes that were made for programs of tests are removed."""
    homes: set[Path] = set()

    def make(folder: Path, provider: str) -> Stack:
        parts = ensure(PULUMI, provider)
        if provider not in PROVIDERS:
            homes.add(home(parts[PROGRAM]))
        config = {RENDER: str(folder / "yaml")}
        return Stack(folder, parts, Path(os.devnull), config=config).write(DECLARES)

    yield make
    for made in homes:
        shutil.rmtree(made)


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A provider on PATH that leaves a mark when it is started, and ends at once."""
    program = tmp_path / "ambient" / PROGRAM
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ntouch {program}.started\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(program.parent), os.environ["PATH"]]))
    return program


@pytest.mark.parametrize("kind", PROVIDERS)
def test_a_provider_on_path_runs_only_when_chosen(
    tmp_path: Path, on_path: Path, stack_of: Callable[[Path, str], Stack], kind: str
) -> None:
    stack = stack_of(tmp_path / "stack", kind)

    done = stack.run("up", "--yes", "--skip-preview")

    assert done.returncode == 0, done.stdout
    assert "warning" not in done.stdout
    assert not Path(f"{on_path}.started").exists()

    assert stack_of(tmp_path / "chosen", str(on_path)).run("preview").returncode != 0
    assert Path(f"{on_path}.started").exists()


@pytest.mark.parametrize("kind", PROVIDERS)
def test_a_provider_chosen_by_path_runs(
    tmp_path: Path, stack_of: Callable[[Path, str], Stack], kind: str
) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    copy = folder / PROGRAM
    shutil.copy2(ensure(PULUMI, kind)[PROGRAM], copy)
    stack = stack_of(tmp_path / "stack", str(copy))

    assert stack.up() == {"created": 2}
    assert Provider(str(copy), stack.parts[PROGRAM]).kind == kind
    copy.unlink()
    assert stack.run("preview").returncode != 0


def test_untyped_children_have_the_names_of_the_types() -> None:
    sdk = module_folder(
        GO_MODULES / "pulumi-kubernetes", "github.com/pulumi/pulumi-kubernetes/sdk/v4"
    )
    kinds = (sdk / "go" / "kubernetes" / "yaml" / "v2" / "kinds.go").read_text()
    typed = re.findall(r'case "([^"]+)":\n.*\n.*RegisterResource\("([^"]+)"', kinds)
    assert len(typed) > 150

    for kind, token in typed:
        version, _, name = kind.rpartition("/")
        assert token == f"kubernetes:{'core/v1' if version == 'v1' else version}:{name}"
