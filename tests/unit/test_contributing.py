"""CONTRIBUTING.md names files, targets and modules that exist."""

import re

import pytest

from tools.paths import ROOT

GUIDE = (ROOT / "CONTRIBUTING.md").read_text()
PATHS = sorted(
    {
        path
        for path in re.findall(r"`([\w./-]+/[\w./-]*)`", GUIDE)
        if "NN" not in path and "/" in path
    }
)
MODULES = sorted({*re.findall(r"-m ((?:tests|tools)\.[\w.]+)", GUIDE)})
TARGETS = sorted(
    {
        word
        for line in re.findall(r"\bmake((?: [a-z][a-z-]+)+)(?= |`|$)", GUIDE, re.MULTILINE)
        for word in line.split()
    }
)


@pytest.mark.parametrize("path", PATHS)
def test_paths_in_the_guide_exist(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("module", MODULES)
def test_modules_in_the_guide_exist(module: str) -> None:
    assert (ROOT / f"{module.replace('.', '/')}.py").exists()


@pytest.mark.parametrize("target", TARGETS)
def test_make_targets_in_the_guide_exist(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert re.search(rf"^([a-z-]+ )*{target}( [a-z-]+)*:", makefile, re.MULTILINE)


def test_paths_modules_and_targets_were_found() -> None:
    assert len(PATHS) > 15
    assert len(MODULES) >= 3
    assert {"demo", "lint", "unit", "lock", "recordings"} <= {*TARGETS}
