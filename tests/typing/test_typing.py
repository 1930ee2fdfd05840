"""Type checkers agree with the docs on users' code: strings are accepted, mistakes are found."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.typing.checkers import ROOT, Found, mypy, place, pyright

HERE = Path(__file__).parent
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").rglob("*.md")),
]


def programs() -> list[tuple[str, str]]:
    """Return the name and text of each program of the pages, on the lines where it stands."""
    found = []
    for page in PAGES:
        text = page.read_text()
        for block in re.finditer(r"^```python\n(?!>>>)(.*?)^```", text, re.DOTALL | re.MULTILINE):
            line = text.count("\n", 0, block.start()) + 1
            name = re.sub(r"\W", "_", str(page.relative_to(ROOT).with_suffix("")))
            found.append((f"{name}_{line + 1}.py", "\n" * line + block[1]))
    return found


def own() -> list[tuple[str, str]]:
    return [(name, (HERE / name).read_text()) for name in ("accepted.py", "refused.py")]


@pytest.fixture(scope="module", params=[mypy, pyright], ids=["mypy", "pyright"])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> "Found":
    """What a type checker says of all of it."""
    check: Callable[[Path], Found] = request.param
    folder = tmp_path_factory.mktemp("user")
    place(folder, [*own(), *programs()])
    return check(folder)


def test_programs_as_documented_are_accepted(found: Found) -> None:
    assert found["accepted.py"] == {}


def test_each_mistake_is_found_and_nothing_else(found: Found) -> None:
    lines = (HERE / "refused.py").read_text().splitlines()
    slips = [number for number, line in enumerate(lines, 1) if line.endswith("# refused")]
    assert sorted(found["refused.py"]) == slips


def test_programs_of_pages_are_accepted(found: Found) -> None:
    assert {name: found[name] for name, _ in programs() if found[name]} == {}


def test_pages_contain_programs() -> None:
    assert len(programs()) > 25
