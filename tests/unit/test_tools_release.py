"""A tag is released only where version, changelog and addresses agree with it."""

from dataclasses import replace
from pathlib import Path

import pytest

from tools import release
from tools.console import CommandError
from tools.release import Release

REPOSITORY = "https://forge.test/team/k8s-endpoints"
READY = Release(
    version="0.2.0",
    urls={"Homepage": REPOSITORY, "Issues": f"{REPOSITORY}/issues"},
    heading="0.2.0",
    date="2026-12-01",
    notes="- First.",
)
CHANGELOG = """# Changelog

## 0.2.0 - 2026-12-01

### Added

- First.

## 0.1.0 - 2026-11-01

- Before.
"""
PYPROJECT = """[project]
version = "0.2.0"
[project.urls]
Homepage = "https://forge.test/team/k8s-endpoints"
"""


@pytest.mark.parametrize("repository", ["", REPOSITORY])
def test_a_complete_release_has_no_problems(repository: str) -> None:
    assert READY.problems("v0.2.0", repository) == []


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"version": "0.3.0", "heading": "0.3.0"}, "the tag is v0.2.0: pyproject.toml says"),
        ({"heading": "0.1.0"}, "CHANGELOG.md begins with 0.1.0"),
        ({"date": "unreleased"}, "CHANGELOG.md says `unreleased`"),
        ({"urls": {"Homepage": "https://other.test"}}, "project.urls.Homepage"),
        ({"urls": {"Homepage": "https://k8s-endpoints.example"}}, "project.urls.Homepage"),
    ],
)
def test_a_mismatch_is_a_problem(changed: dict[str, object], problem: str) -> None:
    made = replace(READY, **changed)  # type: ignore[arg-type]

    (found,) = made.problems("v0.2.0", REPOSITORY)

    assert found.startswith(problem)


def test_all_problems_are_listed_at_once() -> None:
    made = replace(READY, date="", urls={"Homepage": "https://k8s-endpoints.example"})
    assert len(made.problems("v9.9.9", "")) == 3


def test_notes_are_the_first_section_of_the_changelog(tmp_path: Path) -> None:
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)

    made = Release.read(tmp_path)

    assert (made.heading, made.date) == ("0.2.0", "2026-12-01")
    assert made.notes == "### Added\n\n- First."


def test_this_repository_is_at_the_version_of_its_changelog() -> None:
    made = Release.read()
    assert made.heading == made.version
    assert made.notes


def test_a_tag_of_another_version_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    with pytest.raises(CommandError, match=r"v0\.0\.1 is not ready"):
        release.main("v0.0.1")
