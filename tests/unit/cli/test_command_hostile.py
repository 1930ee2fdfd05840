"""Any file leads to a finding or a clear exit 2, in bounded time and memory."""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from components._yaml import MAX_DEPTH
from components.cli.main import main
from tools.paths import ROOT

TENFOLD = "".join(f"- &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 12))
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: "

DEEP = f"nested more than {MAX_DEPTH} deep"
MANY = "more than 50000 values"
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "deep lists": ("[" * 100_000, DEEP),
    "deep maps": ("{a: " * 100_000, DEEP),
    "deep blocks": ("- " * 100_000, DEEP),
    "deep indentation": ("".join(" " * depth + "a:\n" for depth in range(1000)), DEEP),
    "deep JSON": ('{"a":' + "[" * 100_000 + "]" * 100_000 + "}", DEEP),
    "JSON a little deep": ('{"a":' * 300 + "1" + "}" * 300, DEEP),
    "deep aliases": (
        "a0: &a0 []\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 300)),
        DEEP,
    ),
    "an alias bomb": (f"- &a0 x\n{TENFOLD}", MANY),
    "an alias bomb in a list": (f"kind: List\nitems:\n- &a0 x\n{TENFOLD}", MANY),
    "a merge bomb": (
        "a0: &a0 {x: 1}\n"
        + "".join(
            f"a{level}: &a{level}\n  <<: [{', '.join([f'*a{level - 1}'] * 10)}]\n"
            for level in range(1, 12)
        ),
        MANY,
    ),
    "many values": ("[" + "[],".join([""] * 50_002) + "]", MANY),
    "many values in JSON": ('{"a":[' + ",".join(["[]"] * 50_000) + "]}", MANY),
    "itself": ("&a [*a]", "contains itself"),
    "itself, merged": ("&a {<<: *a}", "contains itself"),
    "a key given twice": ("a: 1\na: 2\n", "given twice"),
    "a tab": ("a:\n\tb: 1\n", ":2:1: "),
    "no UTF-8": (b"a: \xff\n", ":1:4: byte 0xff is not UTF-8"),
    "NUL": (b"a: \0\n", ":1:4: character U+0000"),
    "a long key": ("a" * 2000 + ": 1", ":1:2001: "),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_hostile_input_is_refused_at_once(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    text: str | bytes,
    reason: str,
) -> None:
    for module in ("components._yaml.reader", "components.cli.manifests.json_text"):
        monkeypatch.setattr(f"{module}.MAX_NODES", 50_000)
    file = tmp_path / "a.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    start = time.process_time()
    assert main(["validate", "-o", "json", str(file)]) == 2
    assert time.process_time() - start < 5
    out, err = capsys.readouterr()
    json.loads(out)
    assert err.startswith(str(file))
    assert reason in err


JUDGED: dict[str, str] = {
    "text for a number": SERVICE + "{ports: [{port: '80'}]}",
    "a list for a map": SERVICE + "[]",
    "a map for a list": SERVICE + "{ports: {port: 80}}",
    "text for everything": "apiVersion: v1\nkind: Service\nmetadata: a\nspec: b\nstatus: c\n",
    "lists for everything": "apiVersion: [v1]\nkind: {a: b}\nmetadata: []\nspec: []\n",
    "a list for a name": SERVICE.replace("name: a", "name: [a]") + "{}",
    "no kind": "apiVersion: v1\n",
    "an empty kind": "apiVersion: v1\nkind: ''\n",
    "nothing": "{}",
    "a scalar": "a",
    "a list": "[]",
    "a name with a trailing newline": SERVICE.replace("name: a", 'name: "a\\n"') + "{}",
    "a look-alike": SERVICE.replace("name: a", "name: \u0430pp") + "{}",
    "a name with a NUL": SERVICE.replace("name: a", 'name: "a\\0"') + "{}",
    "a huge number": SERVICE + "{ports: [{port: " + "9" * 100_000 + "}]}",
    "a float": SERVICE + "{ports: [{port: 80.5}]}",
    "keys that are not text": SERVICE + "{selector: {1: 2, true: 3, 1.5: 4}}",
    "a lone surrogate": '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "\\ud800"}}',
    "a huge number in JSON": '{"apiVersion": "v1", "kind": "Service", "spec": '
    + "9" * 100_000
    + "}",
    "a number beyond floats": '{"apiVersion": "v1", "kind": "Service", "spec": 1e999}',
    "a large text": SERVICE + "{type: ExternalName, externalName: " + "x" * 500_000 + "}",
}


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
@pytest.mark.parametrize("text", JUDGED.values(), ids=JUDGED)
def test_odd_objects_are_findings_in_every_format(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, form: str
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["validate", "-o", form, str(file)]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert 0 < len(out) < 20_000


def test_a_document_that_is_too_large_is_skipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("components.cli.manifests.files.MAX_DOCUMENT", 1 << 20)
    file = tmp_path / "a.yaml"
    for large in ("a: " + "x" * (3 << 20), "x" * (1 << 20) + "\n---x", "# x\n" * (1 << 19)):
        file.write_text(f"# x\n---\n{SERVICE}{{}}\n---\n{large}\n---\n{SERVICE}[]\n")
        assert main(["validate", "-o", "json", str(file)]) == 2
        out, err = capsys.readouterr()
        assert err.startswith(f"{file}:7:1: a document is larger than 1 MiB\n")
        assert [row["document"] for row in json.loads(out)][-1] == 2 + large.count("\n---")
    file.write_text("a" * (5 << 20), encoding="utf-16")
    assert main(["validate", "-o", "json", str(file)]) == 2
    assert "a document is larger than 1 MiB" in capsys.readouterr().err


def test_many_objects_in_one_list_are_validated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    item = "- {apiVersion: v1, kind: Service, metadata: {name: a%d}, spec: {ports: [{port: 0}]}}\n"
    file = tmp_path / "a.yaml"
    with file.open("w") as out:
        out.write("apiVersion: v1\nitems:\n")
        out.writelines(item % number for number in range(20_000))
        out.write("kind: List\n")
    assert main(["validate", "--no-hazards", "-o", "json", str(file)]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert len({row["name"] for row in rows}) == 20_000


def test_a_large_file_takes_the_memory_of_a_document(tmp_path: Path) -> None:
    blob = "x" * 5000
    manifest = (
        f"---\n{SERVICE}{{selector: {{app: a}}, ports: [{{port: 80}}]}}\n"
        + "".join(f"  # {line} {blob}\n" for line in range(3))
        + "status: {loadBalancer: {}}\n"
    ).replace("metadata: {name: a}", f"metadata: {{name: a, annotations: {{a: {blob}}}}}")
    large = tmp_path / "large.yaml"
    with large.open("w") as out:
        out.writelines(manifest for _ in range((50 << 20) // len(manifest)))
    assert large.stat().st_size > 49 << 20
    small = tmp_path / "small.yaml"
    small.write_text(manifest)
    assert peak(large, "--no-hazards") - peak(small, "--no-hazards") < 8 << 20
    assert peak(large) - peak(small) < 100 << 20


def peak(file: Path, *options: str) -> int:
    """Validate a good file in a process of its own, and give the most memory that it held."""
    program = (
        "import resource, sys; from components.cli.main import main;"
        f"code = main(['validate', '-o', 'json', *{options!r}, {str(file)!r}]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr);"
        "sys.exit(code)"
    )
    limit = 1 << 30
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
    return int(done.stderr) * 1024
