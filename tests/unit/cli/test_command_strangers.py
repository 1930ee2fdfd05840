"""What a folder holds beside manifests is passed over and counted; what is named is judged."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from components.cli.main import main
from components.cli.manifests.folders import is_excluded
from components.cli.results import Results, validate_files
from components.cli.subjects import located
from tests.unit.factories import SERVICE as GOOD
from tests.unit.factories import WRONG_SERVICE as WRONG

CHART = "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
TEMPLATE = "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\n"

PART = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: LoadBalancer}\n"
YTT = "apiVersion: v1\nkind: Service\nmetadata:\n  name: #@ data.values.name\n"
SOPS = f"{WRONG}sops:\n  mac: ENC[AES256_GCM,data:a]\n  lastmodified: '2026-01-01T00:00:00Z'\n"

STRANGERS = {
    "values.yaml": ("image: {tag: 1}\n", "not a manifest"),
    "package.json": ('{"name": "shop", "version": "1.0.0"}', "not a manifest"),
    "names.yaml": ("- a\n- b\n", "not a manifest"),
    "others.yaml": ("- {apiVersion: a/v1, kind: Mapping}\n", "not a manifest"),
    "text.yaml": ("5\n", "not a manifest"),
    "nothing.yaml": ("~\n", "not a manifest"),
    "chart/Chart.yaml": (CHART, "not a manifest"),
    "_config.yml": ("kind: blog\n", "not a manifest"),
    "patch.yaml": ("- {op: remove, path: /spec/ports/0}\n", "list of patches"),
    "kustomization.yaml": ("resources: [a.yaml]\n", "kustomization without apiVersion"),
    "helm.yaml": (TEMPLATE, "Helm template: render it first"),
    "range.yaml": ("{{- range .Values.x }}\na: b\n{{- end }}\n", "Helm template: render it first"),
    "jinja.yaml": ("{% for one in all %}\n- a\n{% endfor %}\n", "template: render it first"),
    "python.yaml": ("kind: a\napiVersion: b\nc: {self.path.k8s}-d\n", "template: render it first"),
    "format.yaml": ("---\n{account}\nkind: a\napiVersion: b\n", "template: render it first"),
    "00-assert.yaml": (PART, "test assertion"),
    "01-errors.yaml": (PART, "test assertion"),
    "02-assert-db.yaml": (PART, "test assertion"),
    "ytt.yaml": (YTT, "ytt template: render it first"),
    "overlay.yaml": (f"#@overlay/match by=a\n---\n{PART}", "ytt template: render it first"),
    "broken-ytt.yaml": (f"{YTT}a: [\n", "ytt template: render it first"),
    "sops.yaml": (SOPS, "encrypted by SOPS: decrypt it first"),
    "brackets.yaml": (WRONG.replace("name: a", "name: [[ .name ]]"), "template: render it first"),
    "nomad.yaml": (f"{GOOD}[[ if .a ]]\nb: c\n[[ end ]]\n", "template: render it first"),
    "terraform.yaml": (f"{GOOD}%{{ if a }}\nb: c\n%{{ endif }}\n", "template: render it first"),
    "loop.yaml": (
        f"{GOOD}%{{for one in all ~}}\nb: c\n%{{ endfor }}\n",
        "template: render it first",
    ),
    "kind.json": ('{"kind": "service", "name": "x"}', "not a manifest"),
    "rule.json": ('{"kind": "Service", "name": "x"}', "not a manifest"),
    "settings.json": ('{\n  // a comment\n  "a": 1,\n}', "not YAML"),
}
JUDGED = {
    "no-kind.yaml": "apiVersion: v1\nmetadata: {name: a}\nspec: {}\n",
    "no-version.yaml": "kind: Service\nmetadata: {name: a}\n",
    "assert.yaml": WRONG,
    "a-assert.yaml": WRONG,
    "00-assertions.yaml": WRONG,
    "00-install.yaml": WRONG,
    "comment.yaml": f"#! for ytt\n# mail a#@b.example\n{WRONG}",
    "sops-field.yaml": f"{WRONG}sops: none\n",
    "list-in-list.yaml": f"{WRONG}status: [[a], [.b, c]]  # [[ .d ]]\n",
    "list.yaml": f"- {GOOD.replace(chr(10), chr(10) + '  ').rstrip()}\n",
}


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def below(folder: Path, **options: object) -> Results:
    return validate_files([str(folder)], None, with_hazards=False, **options)  # type: ignore[arg-type]


NOTES = """\
apt install nfs
------------ server
kind: a: b
apiVersion: c
------------ client
"""


def test_notes_are_skipped_and_the_manifests_among_them_validated(tmp_path: Path) -> None:
    write(tmp_path, "notes.yaml", NOTES + WRONG)
    found = below(tmp_path)
    assert found.unreadable == []
    assert found.strangers["notes"] == 1
    assert [row.finding.code for row in found.rows][:1] == ["service-port-number"]
    named = validate_files([str(tmp_path / "notes.yaml")], None, with_hazards=False)
    assert len(named.unreadable) > 1
    write(tmp_path, "notes.yaml", f"---apiVersion: v1\n{WRONG}")
    assert len(below(tmp_path).unreadable) == 1
    write(tmp_path, "notes.yaml", f"{GOOD}----\n{GOOD}")
    assert len(below(tmp_path).unreadable) == 1


@pytest.mark.parametrize(("name", "text", "reason"), [(n, *of) for n, of in STRANGERS.items()])
def test_files_that_are_not_manifests_are_skipped(
    tmp_path: Path, name: str, text: str, reason: str
) -> None:
    file = write(tmp_path, name, text)
    found = below(tmp_path)
    assert found.strangers == {reason: 1}
    assert not found.rows
    assert found.exit_code == 0
    assert validate_files([str(file)], None).exit_code > 0 or text == "~\n"
    assert validate_files([str(file)], None, as_folder=True).exit_code == 0


@pytest.mark.parametrize(("name", "text"), JUDGED.items())
def test_an_incomplete_object_is_validated(tmp_path: Path, name: str, text: str) -> None:
    write(tmp_path, name, text)
    found = below(tmp_path)
    assert not found.strangers
    assert found.exit_code == 1


def test_an_encrypted_object_of_another_kind_counts_as_that_kind(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", SOPS.replace("kind: Service", "kind: Secret"))
    found = below(tmp_path)
    assert (found.passed_over, found.strangers) == ({"Secret": 1}, {})


@pytest.mark.parametrize(
    "broken",
    [
        "a: [\n",
        'a: "{{ .Values.a }}"\nb: [\n',
        "  a: '{{ b }} %{ if c }'\n b: c\n",
        "a: [  # [[ .b ]] %{ if c }\n",
    ],
)
def test_broken_yaml_is_an_error_in_a_folder_too(tmp_path: Path, broken: str) -> None:
    write(tmp_path, "a.yaml", GOOD + broken)
    assert below(tmp_path).exit_code == 2
    write(tmp_path, "a.yaml", GOOD + broken + 'c: "{{ .d | default "e" }}"\n')
    assert below(tmp_path).strangers == {"Helm template: render it first": 1}


def test_a_file_is_a_ytt_template_from_its_first_annotation_on(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", f"{GOOD}---\n{YTT}---\n{WRONG}")
    found = below(tmp_path)
    assert (found.validated, found.strangers) == (1, {"ytt template: render it first": 2})
    file = write(tmp_path, "a.yaml", f"# one\n#@ two\n---\n{WRONG}")
    found = validate_files([str(file)], None, with_places=True)
    assert [place.line for _, place in located(found.rows)] == [7, 7]


def test_assertions_beside_a_chainsaw_test_are_skipped(tmp_path: Path) -> None:
    test = "spec: {steps: [{try: [{assert: {file: ready.yaml}}, {apply: {file: b.yaml}}]}]}\n"
    for name in ("ready.yaml", "svc-assert.yaml", "errors.yaml", "b.yaml"):
        write(tmp_path, name, PART)
    assert below(tmp_path).validated == 4
    write(
        tmp_path,
        "chainsaw-test.yaml",
        f"apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\n{test}",
    )
    found = below(tmp_path)
    assert (found.validated, found.strangers) == (1, {"test assertion": 3})


def test_templates_of_a_chart_are_skipped_even_if_they_are_yaml(tmp_path: Path) -> None:
    write(tmp_path, "shop/Chart.yaml", CHART)
    template = write(tmp_path, "shop/templates/deep/a.yaml", WRONG)
    assert below(tmp_path).strangers == {"Helm template: render it first": 1, "not a manifest": 1}
    named = validate_files([str(template)], None, as_folder=True)
    assert named.strangers == {"Helm template: render it first": 1}
    assert validate_files([str(template)], None).exit_code == 1


def test_a_folder_called_templates_without_a_chart_is_validated(tmp_path: Path) -> None:
    write(tmp_path, "shop/templates/a.yaml", WRONG)
    assert below(tmp_path).exit_code == 1


@pytest.mark.parametrize("name", [".git/a.yaml", "node_modules/x/a.yaml", ".hidden.yaml"])
def test_hidden_files_and_packages_are_skipped(tmp_path: Path, name: str) -> None:
    file = write(tmp_path, name, WRONG)
    write(tmp_path, "b.yaml", GOOD)
    assert below(tmp_path).validated == 1
    relative = file.relative_to(tmp_path)
    assert validate_files([str(relative)], None, as_folder=True).validated == 0


@pytest.mark.parametrize(
    "name", [".cache/a/b.yaml", "c/.d/e.yaml", ".f.yaml", "node_modules/g.yaml"]
)
def test_a_named_file_that_is_skipped_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    file = write(tmp_path, name, WRONG)
    monkeypatch.chdir(tmp_path)
    reason = "vendored" if "modules" in name else "hidden"
    for given in (name, str(file), f"./{name}"):
        found = validate_files([given], None, as_folder=True)
        assert (found.validated, found.strangers) == (0, {reason: 1})


def test_hidden_folders_above_the_current_one_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, ".cache/pre-commit/a.yaml", WRONG)
    (tmp_path / "other").mkdir()
    for folder in (file.parent, tmp_path / "other"):
        monkeypatch.chdir(folder)
        assert validate_files([str(file)], None, as_folder=True).validated == 1
        assert validate_files([os.path.relpath(file)], None, as_folder=True).validated == 1
        assert validate_files([str(file.parent)], None).validated == 1
    assert validate_files([str(file.parent / "..")], None).validated == 1


def test_a_named_patch_of_a_kustomization_above_the_current_folder_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "overlays/c/kustomization.yaml", "patches: [{path: p/svc.yaml}]\n")
    patch = write(tmp_path, "overlays/c/p/svc.yaml", WRONG)
    write(tmp_path, "overlays/c/p/other.yaml", WRONG)
    monkeypatch.chdir(patch.parent)
    assert validate_files(["svc.yaml"], None, as_folder=True).strangers == {
        "strategic-merge patch": 1
    }
    assert validate_files(["other.yaml"], None, as_folder=True).validated == 1
    assert validate_files(["svc.yaml"], None).validated == 1
    (patch.parent / ".git").mkdir()
    assert validate_files(["svc.yaml"], None, as_folder=True).validated == 1


def test_modules_that_go_vendors_are_not_looked_at(tmp_path: Path) -> None:
    file = write(tmp_path, "vendor/example.com/a.yaml", WRONG)
    write(tmp_path, "b.yaml", GOOD)
    assert below(tmp_path).validated == 2
    write(tmp_path, "go.mod", "module example.com/shop\n")
    assert below(tmp_path).validated == 1
    assert validate_files([str(file)], None, as_folder=True).validated == 0


def test_excluded_files_are_skipped_even_if_named(tmp_path: Path) -> None:
    file = write(tmp_path, "old/a.yaml", WRONG)
    write(tmp_path, "b.yaml", GOOD)
    found = below(tmp_path, exclude=["old"])
    assert (found.validated, found.strangers) == (1, {"excluded": 1})
    assert validate_files([str(file)], None, exclude=["*/old/*"]).strangers == {"excluded": 1}


@pytest.mark.parametrize(
    ("path", "pattern", "excluded"),
    [
        ("a/b/c.yaml", "a", True),
        ("a/b/c.yaml", "b/", True),
        ("a/b/c.yaml", "a/b", True),
        ("a/b/c.yaml", "*.yaml", True),
        ("a/b/c.yaml", "a/*.yaml", True),
        ("./a.yaml", "a.yaml", True),
        ("ab/c.yaml", "a", False),
        ("a/b/c.yaml", "c", False),
        ("a/b/c.yaml", "b/c", False),
    ],
)
def test_exclude_patterns_match_paths_and_names(path: str, pattern: str, excluded: bool) -> None:
    assert is_excluded(path, [pattern]) is excluded


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (GOOD, {"error": 0, "warning": 0, "never": 0}),
        (GOOD.replace("spec:", "spec_: 1\nspec:"), {"error": 0, "warning": 1, "never": 0}),
        (WRONG, {"error": 1, "warning": 1, "never": 0}),
        ("a: [\n", {"error": 2, "warning": 2, "never": 2}),
    ],
)
def test_fail_on_decides_on_the_exit_code(tmp_path: Path, text: str, codes: dict[str, int]) -> None:
    file = write(tmp_path, "a.yaml", text)
    got = {name: main(["validate", "--fail-on", name, str(file)]) for name in codes}
    assert got == codes


def test_the_summary_counts_files_that_are_not_manifests(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, (text, _) in STRANGERS.items():
        write(tmp_path, name, text)
    assert main(["validate", str(tmp_path)]) == 0
    assert "29 skipped (not a manifest 10, template: render it first 7," in (
        capsys.readouterr().out
    )


def test_the_pre_commit_hook_skips_files_that_are_not_manifests(tmp_path: Path) -> None:
    """It runs as pre-commit runs it: with the arguments of the hook and names of all files."""
    for name, (text, _) in STRANGERS.items():
        write(tmp_path, name, text)
    hook = Path(__file__).parents[3] / ".pre-commit-hooks.yaml"
    (line,) = [one for one in hook.read_text().splitlines() if "args:" in one]
    arguments = line.partition("[")[2].rstrip("]").split(", ")
    command = [sys.executable, "-m", "components", "validate", *arguments, *STRANGERS]
    environment = {"PYTHONPATH": str(hook.parent)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


LARGE = "".join(f"a{number}: {{b: [1, 2, c]}}\n" for number in range(2000))
DEFINITION = (
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\n"
)


def test_large_files_without_manifests_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.yaml").write_text(LARGE)
    (tmp_path / "b.json").write_text(json.dumps({"a": list(range(9000))}))
    (tmp_path / "c.yaml").write_text(f"{DEFINITION}spec:\n  " + LARGE.replace("\n", "\n  "))
    monkeypatch.setattr("components.cli.manifests.parts", pytest.fail)
    found = validate_files([str(tmp_path)], None)
    assert found.strangers == {"not a manifest": 2}
    assert found.passed_over == {"CustomResourceDefinition": 1}


@pytest.mark.parametrize("text", [GOOD, DEFINITION.replace("k8s", "x")])
def test_other_large_files_are_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(f"{LARGE}{text}x: [\n")
    assert len(validate_files([str(tmp_path)], None).unreadable) == 1


def test_named_files_are_read_however_large(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(LARGE)
    assert [row.finding.code for row in validate_files([str(file)], None).rows] == ["kind"]
