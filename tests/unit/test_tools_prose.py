"""The check of phrases: what it finds and where, and near misses that it accepts."""

from pathlib import Path

import pytest

from tools import prose

BAD = {
    "A phrase": ("Errors go to whoever asks.", 1),
    "At the start of a sentence": ("Fine.\nWhoever asks gets it.", 2),
    "A noun that is denied": ("A link is no file.", 1),
    "A clause that is hard to resolve": ("Two backends, of which one is kept.", 1),
    "Broken over two lines": ("It is accepted\nand\n  yet drops packets.", 2),
    "Broken within a comment": ("    # it works as\n    # it looks", 1),
}
GOOD = {
    "Some of several": "Names, one of which must match, and slices, all of which are kept.",
    "A part of a word": "The lease belongs to nobody; lastly, it ends.",
    "What does not exist": "There is no Service, there are no Pods, it is no longer up.",
    "Another meaning": "The Pod has yet to start, and yet to be named.",
    "A paragraph between": "Use it as\n\nit looks.",
}


@pytest.mark.parametrize("name", BAD)
def test_a_phrase_is_found_with_its_line(name: str) -> None:
    text, line = BAD[name]
    found = list(prose.find(text))
    assert [one.line for one in found] == [line]
    assert found[0].remedy


@pytest.mark.parametrize("name", GOOD)
def test_other_words_are_fine(name: str) -> None:
    assert not list(prose.find(GOOD[name]))


def test_files_are_those_that_people_read(tmp_path: Path) -> None:
    for name in ("README.md", "Makefile", "docs/a.md", "docs/a.svg", "components/a.py", ".a.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in prose.files(tmp_path)]
    assert found == [".a.yaml", "Makefile", "README.md", "components/a.py", "docs/a.md"]


def test_main_names_the_place_and_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "README.md").write_text("Fine.\nIt is not concerned.\n")
    with pytest.raises(SystemExit) as ended:
        prose.main(tmp_path)
    assert ended.value.code == 1
    assert capsys.readouterr().out == 'README.md:2: "not concerned": write `unaffected`\n'
