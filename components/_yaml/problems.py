"""Problems of a YAML text, and their places."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # YAML 1.1, §5.1.2
)

_QUOTED_TAG = re.compile(r"(?<=tag handle) .*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a text cannot be read."""

    line: int
    """The line, counted from 1, like the column. 0 if the place is unknown."""
    column: int
    reason: str
    path: str = ""
    """Its field. Empty if the problem is in the text itself."""


class YamlProblems(Exception):  # noqa: N818, it holds problems, it is not one more
    """A text cannot be read."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.reason for problem in problems))
        self.problems = problems


def parser_problem(error: yaml.YAMLError, text: bytes) -> Problem:
    """Return the parser's error, without the text that PyYAML's own parser quotes."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        reason = error.problem or error.context or "is not YAML"
        return Problem(mark.line + 1, mark.column + 1, _QUOTED_TAG.sub("", reason))
    return character_problem(text) or Problem(0, 0, str(error).partition("\n")[0])


def character_problem(text: bytes) -> Problem | None:
    """Return a problem for the first byte that is not UTF-8, or the first illegal character."""
    try:
        decoded = text.decode()
    except UnicodeDecodeError as error:
        byte = text[error.start]
        return _at(text[: error.start].decode(), f"byte 0x{byte:02x} is not UTF-8")
    found = _UNPRINTABLE.search(decoded)
    if found is None:
        return None
    code = ord(found[0])
    return _at(decoded[: found.start()], f"character U+{code:04X} is not allowed in YAML")


def _at(before: str, reason: str) -> Problem:
    return Problem(before.count("\n") + 1, len(before) - before.rfind("\n"), reason)
