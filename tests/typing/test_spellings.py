"""The strings that type checkers take for an enum are those of its members."""

import ast
import re
from enum import StrEnum

import pytest

from components import types
from tests.typing.checkers import ROOT

FILE = ROOT / "components" / "types.py"
ENUMS = [one for one in vars(types).values() if isinstance(one, type) and issubclass(one, StrEnum)]
ENUMS.remove(StrEnum)


def spellings() -> dict[str, list[str]]:
    """Return the strings of each alias, by the name of its enum."""
    aliases = [
        one for one in ast.walk(ast.parse(FILE.read_text())) if isinstance(one, ast.AnnAssign)
    ]
    return {
        one.target.id.removesuffix("Like"): [
            part.value
            for part in ast.walk(one.value)
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        ]
        for one in aliases
        if one.value and isinstance(one.target, ast.Name) and one.target.id.endswith("Like")
    }


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.__name__)
def test_strings_are_the_values_of_the_members(enum: type[StrEnum]) -> None:
    assert spellings()[enum.__name__] == [member.value for member in enum]


def test_arguments_take_the_strings_too() -> None:
    names = "|".join(enum.__name__ for enum in ENUMS)
    field = re.compile(rf"^    (\w+: (?:NotRequired\[)?(?:{names})\]?)$", re.MULTILINE)
    files = (ROOT / "components").rglob("*.py")
    assert {file.name: found for file in files if (found := field.findall(file.read_text()))} == {}
