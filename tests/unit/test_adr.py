"""Decision records have a status and a date, and are listed."""

import re
from pathlib import Path

import pytest

from tools.paths import ROOT

FOLDER = ROOT / "docs" / "adr"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))


def row(file: Path) -> str:
    """Return the row of the index that a record should have."""
    text = file.read_text()
    title = re.match(r"# (\d+)\. (.+)\n", text)
    status = re.search(
        r"\n\nStatus: (accepted|superseded by \d+|withdrawn), (\d{4}-\d\d-\d\d)\n", text
    )
    assert title, "begin with `# <number>. <title>`"
    assert status, "the second paragraph must be `Status: accepted, <year>-<month>-<day>`"
    assert file.name.startswith(f"{int(title[1]):04}-")
    return f"| [{title[1]}]({file.name}) | {title[2]} | {status[1]} | {status[2]} |"


@pytest.mark.parametrize("file", RECORDS, ids=lambda file: file.stem)
def test_record_has_status_and_date_and_is_listed(file: Path) -> None:
    assert row(file) in (FOLDER / "README.md").read_text().splitlines()


def test_numbers_are_unique() -> None:
    numbers = [file.name[:4] for file in RECORDS]
    assert len({*numbers}) == len(numbers) > 20
