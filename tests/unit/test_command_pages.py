"""Commands that pages show: run as they stand, and what they print is what the page has.

Those that read files are run here, the others by `tests/dataplane/test_command_pages.py`.
To rewrite the outputs: `.venv/bin/python -m tests.unit.test_command_pages`.
"""

import contextlib
import io
import os
import re
import shlex
import sys
from pathlib import Path
from unittest import mock

import pytest

from components.cli.main import main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs" / "explain.md"]
BLOCK = re.compile(
    r"^```console\n\$ k8s-endpoints ([^\n]* -f [^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL
)


def shown(command: str) -> str:
    """Return what a command prints."""
    out = io.StringIO()
    with (
        contextlib.chdir(ROOT),
        contextlib.redirect_stdout(out),
        mock.patch.object(sys, "argv", ["k8s-endpoints"]),
        mock.patch.dict(os.environ),
    ):
        os.environ.pop("FORCE_COLOR", None)
        main(shlex.split(command))
    return out.getvalue()


def page(old: str) -> str:
    """Return a page with the outputs that its commands have."""
    return BLOCK.sub(
        lambda found: f"```console\n$ k8s-endpoints {found[1]}\n{shown(found[1])}```", old
    )


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_pages_show_what_the_commands_print(file: Path) -> None:
    old = file.read_text()
    assert BLOCK.search(old)
    assert page(old) == old


def test_the_readme_shows_the_beginning_of_an_output() -> None:
    blocks = BLOCK.findall((ROOT / "README.md").read_text())
    ((command, output),) = [one for one in blocks if one[0].startswith("explain ")]
    head, end = output.rsplit("...\n", 1)
    assert end == ""
    assert head.count("\n") >= 3
    assert shown(command).startswith(head)


PICTURES = {"docs/images/port-name.svg": "diagram -o svg -f examples/explain/port-name.yaml"}


@pytest.mark.parametrize("file", PICTURES)
def test_pages_show_the_pictures_that_the_commands_draw(file: str) -> None:
    assert (ROOT / file).read_text() == shown(PICTURES[file])


if __name__ == "__main__":
    for name, command in PICTURES.items():
        (ROOT / name).write_text(shown(command))
    for one in PAGES:
        one.write_text(page(one.read_text()))
