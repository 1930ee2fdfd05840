"""Wording that several formats share."""

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
"""A line for each code that says what it means."""

_DISTRIBUTION = "k8s-endpoints"
_DOCS = "docs/"
_RULES_PAGE = "docs/validation.md"

_BLANK = re.compile(r"\{(\w+)\}")
"""What a hazard fills in, in its remedy."""
_COMMAND_IN_LINE = re.compile(r"##(?=[a-z]*\[)")
"""The beginning of commands that CI systems accept anywhere in a line: `##[` for GitHub Actions,
`##vso[` for Azure Pipelines, `##teamcity[` for TeamCity. GitHub's `::` counts only at the beginning
of a line."""


def page(code: str) -> str:
    """Return the address of a code's explanation: a URL for releases, else a page here."""
    where = CATALOGUE[code].page if code in CATALOGUE else f"{_RULES_PAGE}#{code}"
    return f"{documentation()}{where.removeprefix(_DOCS)}"


def advice(code: str) -> str:
    """Return what a code means, and what to do about it, for all of its findings."""
    meaning = MEANINGS.get(code, code)
    remedy = CATALOGUE[code].remedy if code in CATALOGUE else ""
    if _BLANK.fullmatch(remedy):
        remedy = "see the remedy of each finding"
    general = _BLANK.sub(r"`<\1>`", remedy)
    return f"{meaning} To do: {general}." if general else meaning


@cache
def documentation() -> str:
    """Return the address of the installed release's documentation, from its metadata."""
    try:
        stated: list[str] = metadata(_DISTRIBUTION).get_all("Project-URL") or []
    except PackageNotFoundError:
        return _DOCS
    urls = {name: url for name, _, url in (one.partition(", ") for one in stated)}
    found = urls.get("Documentation", "")
    is_released = not f".{urlsplit(found).netloc}".endswith((".", ".example"))
    return found.removesuffix("index.md") if is_released else _DOCS


def message(finding: Finding) -> str:
    """Return the text of a finding, with its remedy."""
    return f"{finding.message} ({finding.remedy})" if finding.remedy else finding.message


def title(subject: Subject) -> str:
    """Return an object's kind, namespace and name, such as `Service shop/db`."""
    name = "/".join(part for part in (subject.namespace, subject.name) if part)
    return " ".join(part for part in (subject.kind, name) if part) or "document"


def repository_path(source: str) -> str:
    """Return a file's path as GitHub shows it: `a.yaml` for `./a.yaml`."""
    return source.removeprefix("./")


def visible(text: str) -> str:
    """Escape text that a terminal, or a CI system that reads the output, would run as a command."""
    shown = _COMMAND_IN_LINE.sub(r"#\\x23", printable(text))
    return f"\\x3a{shown[1:]}" if shown.startswith("::") else shown


def json_text(value: object, indent: int | None = None) -> Iterator[str]:
    """Yield the pieces of a JSON text, without anything that CI systems would run."""
    for piece in json.JSONEncoder(indent=indent).iterencode(value):
        yield _COMMAND_IN_LINE.sub(r"#\\u0023", piece)


def count(number: int, singular: str, plural: str = "") -> str:
    """Return a count with its noun: `1 error`, `2 errors`."""
    return f"{number} {singular if number == 1 else plural or f'{singular}s'}"
