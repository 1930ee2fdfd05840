"""How the folders of the repository depend on each other: only tests import `tests`."""

import ast
from collections.abc import Iterator

import pytest

from tools.paths import ROOT

FOLDERS = ("bench", "testbed", "tools", "components")
PYTHON = {file for folder in (*FOLDERS, "tests") for file in (ROOT / folder).rglob("*.py")}


def uses_of_tests(program: str) -> Iterator[str]:
    """Yield what a program takes from `tests`: as an import, or as a module that it runs."""
    for node in ast.walk(ast.parse(program)):
        match node:
            case ast.Import(names=aliases):
                names = [alias.name for alias in aliases]
            case ast.ImportFrom(module=str(name), level=0):
                names = [name]
            case ast.Constant(value=str(name)) if name.startswith("tests.") and " " not in name:
                names = [name]
            case _:
                names = []
        yield from (name for name in names if name.partition(".")[0] == "tests")


@pytest.mark.parametrize("folder", FOLDERS)
def test_only_tests_import_tests(folder: str) -> None:
    files = [file for file in PYTHON if file.is_relative_to(ROOT / folder)]
    assert len(files) > 1
    assert {file: found for file in files if (found := [*uses_of_tests(file.read_text())])} == {}


@pytest.mark.parametrize(
    "program",
    [
        "import tests",
        "import json, tests.support.raw as raw",
        "from tests import support",
        "from tests.support.raw import raw",
        "def late():\n    from tests.support import raw",
        "run(sys.executable, '-m', 'tests.support.automation')",
    ],
)
def test_a_use_of_tests_is_found(program: str) -> None:
    assert [*uses_of_tests(program)]


@pytest.mark.parametrize(
    "program",
    [
        "import testbed.cluster",
        "from testbed import tests",
        "from .tests import raw",
        "from components import testing as tests_of_users",
        "'''What tests.support was.'''",
        "run('pytest', 'tests/unit')",
    ],
)
def test_a_mere_mention_of_tests_is_not_a_use(program: str) -> None:
    assert [*uses_of_tests(program)] == []


def test_every_folder_with_python_is_a_package() -> None:
    folders = {file.parent for file in PYTHON}
    assert ROOT / "tests" / "unit" / "validation" in folders
    assert {folder for folder in folders if not (folder / "__init__.py").is_file()} == set()
