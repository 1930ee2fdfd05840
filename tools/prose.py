"""`python -m tools.prose`: find phrases that read badly, with what to write instead.

When a reader stumbles over a phrase, it is replaced everywhere and added to the list.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .console import say
from .paths import ROOT

PHRASES: Mapping[str, str] = {
    r"\bagain and again\b": "write `repeatedly`",
    r"\ban error of its own\b": "write `reported elsewhere`",
    r"\bas it is given\b": "write `as given`",
    r"\b(speaks? of|(is|are) asked of)\b": "write `mentions` or `is requested from`",
    r"\bcannot be asked\b": "name the failure: it returns an error, it does not answer",
    r"\bcollects what is wrong\b": "write `collects the errors`",
    r"\bends? badly\b": "write `fails` or `crashes`",
    r"\beverybody\b": "write `all users`, or name them",
    r"\bhalf way\b": "write `halfway`",
    r"\bmust not be done\b": "write `to avoid`",
    r"\bone a line\b": "write `one per line`",
    r"\bwrites? down\b": "write `records`",
    r"\banew\b": "write `again`, or `a new ...`",
    r"\bby way of\b": "write `through`",
    r"\bgo(es)? by\b": "write `uses`, `depends on` or `goes through`",
    r"\bin good order\b": "write `cleanly`",
    r"\blets? be\b": "write `tolerate` or `accept`",
    r"\b(?!(each|one|some|any|all|none|many|most|several|every|key|first|second|third)\b)"
    r"\w+,? of which\b": "name it again, or write `whose`: `the Service's ports`, not `of which`",
    r"\bof others\b(?! of)": "name whose: `another team's`, `a foreign object`",
    r"\bsomebody\b": "name who: a user, another stack, a stranger; or use the passive",
    r"\b(has|have) not\b(?= *[.,;:\"])": "write `does not have`, `lacks`",
    r"\btells? of\b": "write `shows` or `reports`",
    r"\bto come\b": "write `unknown`, Pulumi's term",
    r'"""(Give|Tell|Say)s? ': "begin with Return, Report, Show or the verb that fits",
    r"\ball that there (is|are)\b": "write `all`, or name them",
    r"\ball the same\b": "write `still` or `anyway`",
    r"\band yet (?!to\b)": "write `but`",
    r"\bas it looks\b": "write `as intended`",
    r"\bat last\b": "write `finally`, or leave it out",
    r"\bbelongs? into\b": "write `belongs in`",
    r"\bcomes? late\b": "name what is late: a late connection, an error in `apply`",
    r"\bgo(es|ne)? on with\b": "write `continue` or `resume`",
    r"\b(is|are|be) had\b": "write `obtain`, or `access X by Y`",
    r"\bin vain\b": "write `without success`, or name what did not happen",
    r"\bis taken for\b": "write `is interpreted as`",
    r"\bneeds the past\b": "write `compares with the previous deployment`",
    r"\b(is|are|be|was|were) told\b(?! to| so| which)": "write `reported`, `known` or `shown`",
    r"\bthe ways out\b": "write `the alternatives`, or what the user can do",
    r"\b(of|for|from|by|than) anybody\b": "write `any`, or leave it out",
    r"\bnot concerned\b": "write `unaffected`",
    r"\bsuch a one\b": "repeat the noun",
    r"(?<!there) (is|are) no (?!longer|more|less|such|other|way|\w+ of\b)": "write `is not a`",
    r"\bwhoever\b": "name who: the caller, the user, clients",
}
"""Regular expressions of phrases, in which a space may be a line break, and what to write."""

_FOLDERS = ("bench", "components", "docs", "examples", "testbed", "tests", "tools/*.py", ".github")
_SUFFIXES = (".md", ".py", ".yaml", ".yml")
_EXEMPT = ("tools/prose.py", "tests/unit/test_tools_prose.py")
_BREAK = r"(?:[ \t]+|[ \t]*\n[ \t]*#?[ \t]*)"
"""A space, or the end of a line, whose next one may be a comment."""


@dataclass(frozen=True)
class Found:
    """A phrase in a text."""

    line: int
    phrase: str
    remedy: str


def find(text: str) -> Iterator[Found]:
    """Return the phrases of the list that a text holds."""
    for pattern, remedy in PHRASES.items():
        for match in re.finditer(pattern.replace(" ", _BREAK), text, re.IGNORECASE):
            line = text.count("\n", 0, match.start()) + 1
            yield Found(line, " ".join(match[0].split()), remedy)


def files(root: Path = ROOT) -> Iterator[Path]:
    """Return the files with texts that people read."""
    found = [*root.glob("*.md"), *root.glob("Makefile"), *root.glob("*.yml"), *root.glob(".*.yaml")]
    for folder in _FOLDERS:
        found += root.glob(folder if "*" in folder else f"{folder}/**/*")
    for path in sorted(found):
        is_text = path.suffix in _SUFFIXES or path.name == "Makefile"
        if is_text and path.relative_to(root).as_posix() not in _EXEMPT:
            yield path


def main(root: Path = ROOT) -> None:
    """Print what was found, and exit with 1 if anything was."""
    count = 0
    for path in files(root):
        for found in find(path.read_text()):
            place = f"{path.relative_to(root)}:{found.line}"
            say(f'{place}: "{found.phrase}": {found.remedy}')
            count += 1
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
