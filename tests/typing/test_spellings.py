"""The strings that type checkers accept for an enum are the values of its members."""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from components import policy_types, route_types, types
from tests.typing.checkers import ROOT

MODULES = (types, route_types, policy_types)
FILES = [ROOT / "components" / f"{module.__name__.rpartition('.')[2]}.py" for module in MODULES]
ENUMS = [
    one
    for module in MODULES
    for one in vars(module).values()
    if isinstance(one, type) and issubclass(one, StrEnum) and one is not StrEnum
]


def spellings() -> dict[str, list[str]]:
    """Return the strings of each alias, by the name of its enum."""
    return {name: list(strings(value)) for file in FILES for name, value in aliases(file)}


def aliases(file: Path) -> Iterator[tuple[str, ast.expr]]:
    """Yield the enum and the value of each alias whose name ends in `Like`."""
    for one in ast.walk(ast.parse(file.read_text())):
        if isinstance(one, ast.AnnAssign) and one.value and isinstance(one.target, ast.Name):
            name = one.target.id
            if name.endswith("Like"):
                yield name.removesuffix("Like"), one.value


def strings(value: ast.expr) -> Iterator[str]:
    for part in ast.walk(value):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def test_every_enum_is_covered() -> None:
    with_enums = [f for f in (ROOT / "components").rglob("*.py") if "(StrEnum):" in f.read_text()]
    assert sorted(with_enums) == sorted(FILES)


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.__name__)
def test_strings_are_the_values_of_the_members(enum: type[StrEnum]) -> None:
    assert spellings()[enum.__name__] == [member.value for member in enum]


def test_arguments_accept_the_strings() -> None:
    names = "|".join(enum.__name__ for enum in ENUMS)
    field = re.compile(rf"^    (\w+: (?:NotRequired\[)?(?:{names})\]?)$", re.MULTILINE)
    files = (ROOT / "components").rglob("*.py")
    assert {file.name: found for file in files if (found := field.findall(file.read_text()))} == {}
