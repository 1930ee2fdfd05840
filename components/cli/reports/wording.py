"""What several formats say alike."""

from ...core.findings import Finding
from ...core.validation import RULES
from ...core.validation.hazards import HAZARDS
from .. import judgement
from ..judgement import Subject

MEANINGS = {**RULES, **HAZARDS, **judgement.RULES}
"""One line for each code."""


def message(finding: Finding) -> str:
    """Say what is wrong, and what to do about it."""
    return f"{finding.message} ({finding.remedy})" if finding.remedy else finding.message


def title(subject: Subject) -> str:
    """Name an object, such as `Service shop/db`."""
    name = "/".join(part for part in (subject.namespace, subject.name) if part)
    return " ".join(part for part in (subject.kind, name) if part) or "document"


def visible(text: str) -> str:
    """Escape what would move a terminal's cursor, colour it or end a line."""
    if text.isprintable():
        return text
    shown = (one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
    return "".join(shown)


def count(number: int, singular: str, plural: str = "") -> str:
    """Say how many: `1 error`, `2 errors`."""
    return f"{number} {singular if number == 1 else plural or f'{singular}s'}"
