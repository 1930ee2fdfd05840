"""The real `kubectl kustomize` renders for `validate`, and changes what hazards say it changes."""

from pathlib import Path

import pytest

from components.cli.results import validate_files
from tests.unit.cli.test_command_kustomize import FOUND, HEAD, OBJECTS, RENAMES, SELECTOR
from tools.paths import BIN

AFTER = {SELECTOR: "slice-over-selector", RENAMES: "slice-service-missing"}
"""What is wrong with what Kustomize renders, by what is said of the Kustomization before."""


@pytest.fixture(autouse=True)
def _kubectl(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.setenv("PATH", f"{BIN}:/usr/bin:/bin")


def codes(folder: Path, more: str) -> list[str]:
    (folder / "a.yaml").write_text(OBJECTS)
    (folder / "kustomization.yaml").write_text(f"{HEAD}resources: [a.yaml]\n{more}")
    found = validate_files([], None, kustomize=[str(folder)])
    assert found.unreadable == []
    return [row.finding.code for row in found.rows]


@pytest.mark.parametrize(("more", "code"), FOUND.values(), ids=FOUND)
def test_kustomize_breaks_what_validate_says_it_breaks(
    tmp_path: Path, more: str, code: str
) -> None:
    assert AFTER[code] in codes(tmp_path, more)


REPLACED = """\
namePrefix: dev-
replacements:
- source: {kind: Service, name: db, fieldPath: metadata.name}
  targets:
  - select: {kind: EndpointSlice}
    fieldPaths: ["metadata.labels.[kubernetes.io/service-name]"]
"""


@pytest.mark.parametrize(
    "more", ["namespace: shop\n", "labels: [{pairs: {team: shop}}]\n", REPLACED]
)
def test_kustomize_leaves_the_rest_unchanged(tmp_path: Path, more: str) -> None:
    assert codes(tmp_path, more) == []


def test_kubectls_errors_are_passed_on(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [none.yaml]\n")
    (unreadable,) = validate_files([], None, kustomize=[str(tmp_path)]).unreadable
    assert "none.yaml" in unreadable.reason
