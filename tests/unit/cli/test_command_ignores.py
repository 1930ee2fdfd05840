"""Comments and annotations silence findings, one code at a time, and say why."""

from pathlib import Path

import pytest

from components._yaml import comments
from components.cli.main import main
from components.cli.results import validate_files

SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: dns
spec:
  selector: {app: dns}
  ports:
  - {name: udp, port: 53, protocol: UDP}
  - {name: tcp, port: 53}
"""
FOUND = "port-of-two-protocols"
COMMENT = f"# k8s-endpoints: ignore[{FOUND}] applied by Pulumi"
ANNOTATION = "  annotations: {k8s-endpoints.pulumi/ignore: %s}\n"


def codes(folder: Path, text: str, *, with_hazards: bool = True) -> list[str]:
    file = folder / "a.yaml"
    file.write_text(text)
    found = validate_files([str(file)], None, with_hazards=with_hazards)
    return [row.finding.code for row in found.rows]


def changed(old: str, new: str) -> str:
    assert old in SERVICE
    return SERVICE.replace(old, new)


LINE = "  - {name: tcp, port: 53}\n"
NAME = "  name: dns\n"
SILENCED = {
    "at the end of the line": changed(LINE, f"{LINE[:-1]}  {COMMENT}\n"),
    "on the line above": changed(LINE, f"  {COMMENT}\n{LINE}"),
    "above another comment": changed(LINE, f"  {COMMENT}\n\n  # more\n{LINE}"),
    "with another code": changed(LINE, f"{LINE[:-1]} # k8s-endpoints: ignore[{FOUND}] a\n"),
    "without a space": changed(LINE, f"{LINE[:-1]}  {COMMENT.replace(': i', ':i')}\n"),
    "with a space before the code": changed(LINE, f"{LINE[:-1]}  {COMMENT.replace('[', ' [')}\n"),
    "by annotation": changed(NAME, NAME + ANNOTATION % f"{FOUND} applied by Pulumi"),
}
NOT_SILENCED = {
    "on another line": changed(NAME, f"{NAME[:-1]}  {COMMENT}\n"),
    "two lines above": changed("  ports:\n", f"  {COMMENT}\n  ports:\n"),
    "with another tool's name": changed(LINE, f"{LINE[:-1]} # endpoints: ignore[{FOUND}] a\n"),
    "in quotes": changed("name: tcp", f'name: "tcp {COMMENT}"'),
    "in a block of text": changed(NAME, f"{NAME}  annotations:\n    a: |\n      {COMMENT}\n"),
}


@pytest.mark.parametrize("text", SILENCED.values(), ids=SILENCED)
def test_a_finding_is_silenced(tmp_path: Path, text: str) -> None:
    assert codes(tmp_path, SERVICE) == [FOUND]
    assert codes(tmp_path, text) == []


@pytest.mark.parametrize("text", NOT_SILENCED.values(), ids=NOT_SILENCED)
def test_a_finding_elsewhere_is_not(tmp_path: Path, text: str) -> None:
    assert FOUND in codes(tmp_path, text)


def test_errors_are_silenced_too(tmp_path: Path) -> None:
    text = changed("port: 53}", "port: 0}  # k8s-endpoints: ignore[service-port-number] a test")
    assert codes(tmp_path, text) == ["service-target-port-number"]
    both = "# k8s-endpoints: ignore[service-port-number, service-target-port-number] a test"
    assert codes(tmp_path, changed("port: 53}", f"port: 0}}  {both}")) == []


def test_a_comment_applies_to_its_document_only(tmp_path: Path) -> None:
    silenced = SILENCED["at the end of the line"]
    assert codes(tmp_path, f"{silenced}---\n{SERVICE.replace('dns', 'b')}") == [FOUND]


def test_an_annotation_applies_to_its_object_only(tmp_path: Path) -> None:
    annotated = SILENCED["by annotation"].replace("name: dns", "name: other")
    items = [f"- {one.strip().replace(chr(10), chr(10) + '  ')}\n" for one in (annotated, SERVICE)]
    text = f"apiVersion: v1\nkind: List\nitems:\n{''.join(items)}"
    assert codes(tmp_path, text) == [FOUND]


def test_an_unused_comment_is_reported_at_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(f"# first\n---\n{NOT_SILENCED['on another line']}")
    found = validate_files([str(file)], None).rows
    (unused,) = (row for row in found if row.finding.code == "ignore-unused")
    assert unused.place == (6, 14)
    assert unused.finding.severity == "warning"
    annotated = changed(NAME, NAME + ANNOTATION % "service-type because")
    assert "ignore-unused" in codes(tmp_path, annotated)


def test_a_comment_without_a_reason_is_reported(tmp_path: Path) -> None:
    bare = SILENCED["at the end of the line"].replace(" applied by Pulumi", "")
    assert codes(tmp_path, bare) == ["ignore-reason"]
    assert codes(tmp_path, changed(NAME, NAME + ANNOTATION % FOUND)) == ["ignore-reason"]


@pytest.mark.parametrize("given", ["ignore", "ignore applied by Pulumi", "ignore[] a", "ignore: a"])
def test_a_comment_without_a_code_is_reported(tmp_path: Path, given: str) -> None:
    text = changed(LINE, f"{LINE[:-1]} # k8s-endpoints: {given}\n")
    assert codes(tmp_path, text) == [FOUND, "ignore-unused"]
    assert codes(tmp_path, text, with_hazards=False) == ["ignore-unused"]


@pytest.mark.parametrize("given", ["ignores nothing", "ignore-me", "see the docs", "ignored here"])
def test_a_comment_that_mentions_the_command_is_not(tmp_path: Path, given: str) -> None:
    text = changed(LINE, f"{LINE[:-1]} # k8s-endpoints: {given}\n")
    assert codes(tmp_path, text) == [FOUND]


def test_a_comment_for_a_check_that_did_not_run_is_not_unused(tmp_path: Path) -> None:
    silenced = SILENCED["at the end of the line"]
    assert codes(tmp_path, silenced, with_hazards=False) == []
    wrong = silenced.replace(FOUND, "service-type")
    assert codes(tmp_path, wrong, with_hazards=False) == ["ignore-unused"]


def test_the_summary_counts_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(SILENCED["at the end of the line"])
    assert main(["validate", "--fail-on", "warning", str(file)]) == 0
    assert "0 warnings, 0 of other kinds passed over, 1 ignored\n" in capsys.readouterr().out


COMMENTS = {
    "a: b # c": [(1, 6, "# c", 1)],
    "# c\n\n  # d\na: b": [(1, 1, "# c", 4), (3, 3, "# d", 4)],
    "a: b#c": [],
    "a: '# c' # d": [(1, 10, "# d", 1)],
    'a: "b\n  # c\n  d" # e': [(3, 6, "# e", 3)],
    "a: |  # b\n  # c\n# d": [(1, 7, "# b", 1), (3, 1, "# d", 3)],
    "a: >\n  b\n\nc: # d": [(4, 4, "# d", 4)],
    "a: [b # c\n]": [(1, 7, "# c", 1)],
    "a: [ # c": [],
}


@pytest.mark.parametrize("text", COMMENTS)
def test_comments(text: str) -> None:
    found = [(*place, comment, about) for place, comment, about in comments(text.encode())]
    assert found == COMMENTS[text]
