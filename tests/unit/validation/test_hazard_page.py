"""The page on hazards: headings, texts and remedies are those of the catalogue.

What stands below the quoted text of each hazard is written by hand, and kept. To rewrite the
page: `.venv/bin/python -m tests.unit.validation.test_hazard_page`.
"""

import re
from pathlib import Path

import pytest

from components.validation.hazards import CATALOGUE, Hazard
from components.validation.hazards.hazard import PAGE

ROOT = Path(__file__).parents[3]
NOTES = "- **When**: \n- **What**: \n- **Why**: \n- **Do**: "


def page(old: str) -> str:
    """Return the page as it must be, with what is written by hand taken from the old one."""
    titles = list(dict.fromkeys(part.title for part in CATALOGUE.parts))
    lines = [old.partition("\n## Service\n")[0].rstrip()]
    notes = dict(
        re.findall(r"^### (\S+)\n\n> [^\n]*\n\n(.*?)(?=\n^##|\Z)", old, re.MULTILINE | re.DOTALL)
    )
    for title in titles:
        intro = re.search(rf"^## {title}\n(.*?)(?=^##)", old, re.MULTILINE | re.DOTALL)
        lines += ["", f"## {title}"]
        if intro and intro[1].strip():
            lines += ["", intro[1].strip()]
        for part in CATALOGUE.parts:
            for hazard in part.values() if part.title == title else ():
                kept = notes.get(hazard.code, NOTES).strip()
                lines += ["", f"### {hazard.code}", "", quoted(hazard), "", kept]
    return "\n".join(lines) + "\n"


def quoted(hazard: Hazard) -> str:
    text, remedy = (re.sub(r"(\{\w+\})+", "…", one) for one in (hazard.text, hazard.remedy))
    return f"> {hazard.severity}: {text}" + (f" ({remedy})" if remedy != "…" else "")


def test_the_page_is_that_of_the_catalogue() -> None:
    old = (ROOT / PAGE).read_text()
    assert page(old) == old


@pytest.mark.parametrize("hazard", CATALOGUE.values(), ids=lambda hazard: hazard.code)
def test_the_address_of_a_hazard_leads_to_its_heading(hazard: Hazard) -> None:
    file, _, anchor = hazard.page.partition("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / file).read_text(), re.MULTILINE)
    anchors = [re.sub(r"[^a-z0-9 -]", "", one.lower()).replace(" ", "-") for one in headings]
    assert anchors.count(anchor) == 1


def test_every_hazard_is_explained() -> None:
    text = (ROOT / PAGE).read_text()
    for code in CATALOGUE:
        section = text.partition(f"\n### {code}\n")[2].partition("\n##")[0]
        marks = re.findall(r"^- \*\*(\w[\w ]*)\*\*: \S", section, re.MULTILINE)
        assert marks[-1] == "Do", code
        assert {"What", "Why", "Do"} <= set(marks), code
        assert len(marks) == len(set(marks)), code


if __name__ == "__main__":
    (ROOT / PAGE).write_text(page((ROOT / PAGE).read_text()))
