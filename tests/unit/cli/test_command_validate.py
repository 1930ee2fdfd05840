"""The command: files, exit codes, and what it says where."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from components.cli.main import main
from tests.unit.factories import SERVICE as GOOD
from tests.unit.factories import WRONG_SERVICE as WRONG
from tools.paths import ROOT
from tools.signals import hear_interrupts

WARNED = GOOD.replace("spec:", "spce:")
OTHER = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
BROKEN = "a: [\n"

Run = Callable[..., tuple[int, list[dict[str, Any]], str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command with `-o json`; give exit code, findings and standard error."""

    def validate(*arguments: object, stdin: str = "") -> tuple[int, list[dict[str, Any]], str]:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=BytesIO(stdin.encode())))
        code = main(["validate", "-o", "json", *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, json.loads(out), err

    return validate


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ([""], 0),
        ([GOOD], 0),
        ([OTHER], 0),
        (["~\n"], 0),
        ([WARNED.replace("spce", "spec")], 0),
        ([WRONG], 1),
        (["kind: Service\n"], 1),
        (["5\n"], 1),
        (["- a\n"], 1),
        (["apiVersion: v1\nkind: List\n"], 1),
        (["apiVersion: v1\nkind: List\nitems: {}\n"], 1),
        (["apiVersion: v1\nkind: List\nitems: [~]\n"], 1),
        ([GOOD, WRONG], 1),
        ([BROKEN], 2),
        ([WRONG, BROKEN, GOOD], 2),
        ([f"{WRONG}---\n{BROKEN}"], 2),
    ],
)
def test_exit_codes(tmp_path: Path, run: Run, texts: list[str], code: int) -> None:
    files = [tmp_path / f"{number}.yaml" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    assert run(*files)[0] == code


def test_a_finding_has_these_keys(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(f"# x\n---\n---\n{WRONG.replace('name: a', 'name: a, namespace: b')}")
    _, rows, _ = run(file)
    assert rows[0] == {
        "source": str(file),
        "document": 1,
        "kind": "Service",
        "namespace": "b",
        "name": "a",
        "severity": "error",
        "path": "spec.ports[0].port",
        "type": "Invalid value",
        "message": "Invalid value: 0: must be between 1 and 65535, inclusive",
        "code": "service-port-number",
        "page": "docs/validation.md#service-port-number",
    }
    assert all(list(row) == list(rows[0]) for row in rows)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("kind: Service\n", "Service"),
        ("apiVersion: v1\n", ""),
        ("kind: 5\nmetadata: {name: 7, namespace: ~}\n", ""),
        ("kind: Service\nmetadata: [a]\n", "Service"),
        ("[a]\n", ""),
        ("a\n", ""),
    ],
)
def test_missing_keys_of_an_object_are_empty(
    tmp_path: Path, run: Run, text: str, kind: str
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text)
    code, rows, _ = run(file)
    assert code == 1
    assert {(row["kind"], row["namespace"], row["name"]) for row in rows} == {(kind, "", "")}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a", "text"),
        ("'5'", "text"),
        ("5", "a number"),
        ("5.5", "a number"),
        ("yes", "true"),
        ("apiVersion: v1\nkind: List\nitems: [~]", "null"),
    ],
)
def test_a_value_that_is_not_an_object_is_named_by_its_type(
    tmp_path: Path, run: Run, text: str, shown: str
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text)
    (row,) = run(file)[1]
    assert row["message"] == f"Invalid value: must be an object, not {shown}"


def test_a_message_ends_with_its_remedy(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("- a\n")
    (row,) = run(file)[1]
    remedy = "put `---` between objects, or `kind: List` around them"
    assert row["message"] == f"Invalid value: must be an object, not a list ({remedy})"


def test_a_dash_reads_standard_input(run: Run) -> None:
    code, rows, _ = run("-", stdin=WRONG)
    assert (code, {row["source"] for row in rows}) == (1, {"-"})


def test_an_unreadable_file_is_named_and_the_rest_validated(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.yaml").write_text(f"{WRONG}---\n{BROKEN}---\n{WRONG}")
    (tmp_path / "b.yaml").write_text(WRONG)
    missing = tmp_path / "none.yaml"
    code, rows, err = run(tmp_path / "a.yaml", missing, tmp_path / "b.yaml")
    assert code == 2
    found = {(Path(row["source"]).name, row["document"]) for row in rows}
    assert found == {("a.yaml", 0), ("a.yaml", 2), ("b.yaml", 0)}
    assert err.splitlines() == [
        f"{tmp_path / 'a.yaml'}:7:1: did not find expected node content",
        f"{missing}: No such file or directory",
    ]


def test_a_folder_gives_its_manifests_in_order(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("b.yml", "a/c.json", "a/b.yaml", ".git/d.yaml", ".e.yaml", "f.txt", "a.yaml"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text('{"kind": "Service", "spec": {}}')
    monkeypatch.chdir(tmp_path.parent)
    code, rows, _ = run(tmp_path.name)
    names = list(dict.fromkeys(row["source"] for row in rows))
    below = ["a.yaml", "a/b.yaml", "a/c.json", "b.yml"]
    assert (code, names) == (1, [f"{tmp_path.name}/{name}" for name in sorted(below)])


def test_a_folder_without_manifests_says_so(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.txt").touch()
    code, rows, err = run(tmp_path)
    assert (code, rows) == (2, [])
    assert err == f"{tmp_path}: no manifests in this folder (.yaml, .yml, .json)\n"


def test_a_file_that_may_not_be_read_is_named(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.yaml"
    file.touch()

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("components.cli.manifests.files.os.open", refuse)
    assert run(file) == (2, [], f"{file}: Permission denied\n")


def test_hazards_concern_the_whole_set_and_can_be_turned_off(tmp_path: Path, run: Run) -> None:
    endpoints = "apiVersion: v1\nkind: Endpoints\nmetadata: {name: a}\nsubsets: []\n"
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text(f"{OTHER}---\n{endpoints}")
    code, rows, _ = run(tmp_path / "a.yaml", tmp_path / "b.yaml")
    assert code == 0
    assert {(Path(row["source"]).name, row["document"], row["severity"]) for row in rows} == {
        ("b.yaml", 1, "warning")
    }
    assert run("--no-hazards", tmp_path / "a.yaml", tmp_path / "b.yaml") == (0, [], "")


@pytest.mark.parametrize(
    ("version", "code"), [("1.36", 0), ("v1.36.3", 0), ("1.35", 1), ("all", 1)]
)
def test_rules_follow_the_kubernetes_version(
    tmp_path: Path, run: Run, version: str, code: int
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(GOOD.replace("name: a}\nspec", "name: 9a}\nspec"))
    assert run("--kubernetes-version", version, file)[0] == code


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["validate"],
        ["frobnicate", "a"],
        ["validate", "-o", "xml", "a"],
        ["validate", "--kubernetes-version", "1.29", "a"],
        ["validate", "--kubernetes-version", "new", "a"],
    ],
)
def test_wrong_arguments_are_exit_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: " in capsys.readouterr().err


def test_reading_ends_after_too_many_findings(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("components.cli.results.MAX_FINDINGS", 3)
    file = tmp_path / "a.yaml"
    file.write_text("5\n---\n" * 9)
    code, rows, err = run(file)
    assert (code, len(rows)) == (2, 4)
    assert err == f"{file}: more than 3 findings; the rest is not read\n"


def process(*arguments: str, **options: Any) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "components", "validate", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=hear_interrupts,  # noqa: PLW1509 - the tests have one thread
        **options,
    )


def test_a_closed_output_pipe_is_no_error() -> None:
    with process("-o", "json", "-") as command:
        assert command.stdout is not None
        assert command.stderr is not None
        command.stdout.close()
        assert command.stdin is not None
        command.stdin.write(b"5\n---\n" * 2000)
        command.stdin.close()
        assert command.stderr.read() == b""
    assert command.returncode == 141


def test_an_interrupt_is_no_error() -> None:
    with process("-", env={**os.environ, "PYTHONUNBUFFERED": "1"}) as command:
        assert command.stdin is not None
        assert command.stderr is not None
        command.stdin.write(b"# more than a pipe holds, so that it is being read\n" * 10_000)
        command.stdin.flush()
        command.send_signal(2)
        assert command.stderr.read() == b""
    assert command.returncode == 130


def test_pulumi_is_not_imported() -> None:
    program = (
        "import sys; from components.cli.main import main; main(['validate', '/dev/null']);"
        "sys.exit(str([name for name in sys.modules if 'pulumi' in name or name == 'grpc']))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == "[]\n"
    assert done.stdout == "0 objects, 0 errors, 0 warnings, 0 of other kinds passed over\n"


def test_a_resource_version_is_what_kubectl_makes_of_it(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(GOOD.replace("name: a", "name: a, resourceVersion: '5'"))
    code, rows, _ = run(file)
    assert code == 0
    assert [(row["code"], row["severity"]) for row in rows] == [
        ("metadata-resource-version", "warning")
    ]
    assert "kubectl drops it" in rows[0]["message"]
