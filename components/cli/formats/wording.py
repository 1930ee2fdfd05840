"""What several formats say alike."""

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata
from urllib.parse import urlsplit

from ...core.findings import Finding, printable
from ...validation import RULES
from ...validation.hazards import CATALOGUE, HAZARDS, kustomize
from .. import baseline, collisions, ignores, placeholders, results
from ..subjects import Subject

MEANINGS = {
    **RULES,
    **HAZARDS,
    **{one.code: one.summary for one in kustomize.HAZARDS.values()},
    **results.RULES.texts(),
    **placeholders.RULES.texts(),
    **collisions.RULES.texts(),
    **ignores.RULES.texts(),
    **baseline.RULES.texts(),
}
"""One line for each code."""

_DISTRIBUTION = "k8s-endpoints"
_DOCS = "docs/"
_RULES_PAGE = "docs/validation.md"

_COMMAND_IN_LINE = re.compile(r"##(?=[a-z]*\[)")
"""How commands begin that some CI systems take from any place of a line: `##[` of GitHub Actions,
`##vso[` of Azure Pipelines, `##teamcity[` of TeamCity. GitHub's `::` counts at a line's beginning
only."""


def page(code: str) -> str:
    """Return where a code is explained: a URL once the package is released, else a page here."""
    where = CATALOGUE[code].page if code in CATALOGUE else f"{_RULES_PAGE}#{code}"
    return f"{documentation()}{where.removeprefix(_DOCS)}"


@cache
def documentation() -> str:
    """Return where the documentation of the installed release is, which its metadata says."""
    try:
        stated: list[str] = metadata(_DISTRIBUTION).get_all("Project-URL") or []
    except PackageNotFoundError:
        return _DOCS
    urls = {name: url for name, _, url in (one.partition(", ") for one in stated)}
    found = urls.get("Documentation", "")
    is_released = not f".{urlsplit(found).netloc}".endswith((".", ".example"))
    return found.removesuffix("index.md") if is_released else _DOCS


def message(finding: Finding) -> str:
    """Return what is wrong, and what to do about it."""
    return f"{finding.message} ({finding.remedy})" if finding.remedy else finding.message


def title(subject: Subject) -> str:
    """Name an object, such as `Service shop/db`."""
    name = "/".join(part for part in (subject.namespace, subject.name) if part)
    return " ".join(part for part in (subject.kind, name) if part) or "document"


def repository_path(source: str) -> str:
    """Return a file's path as GitHub knows it: `a.yaml` for `./a.yaml`."""
    return source.removeprefix("./")


def visible(text: str) -> str:
    """Escape what a terminal, or a CI system that reads the output, would take for a command."""
    shown = _COMMAND_IN_LINE.sub(r"#\\x23", printable(text))
    return f"\\x3a{shown[1:]}" if shown.startswith("::") else shown


def json_text(value: object, indent: int | None = None) -> Iterator[str]:
    """Return the pieces of a JSON text that no CI system takes for a command."""
    for piece in json.JSONEncoder(indent=indent).iterencode(value):
        yield _COMMAND_IN_LINE.sub(r"#\\u0023", piece)


def count(number: int, singular: str, plural: str = "") -> str:
    """Return a count with its noun: `1 error`, `2 errors`."""
    return f"{number} {singular if number == 1 else plural or f'{singular}s'}"
