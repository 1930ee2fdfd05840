"""Names of files, and text in manifests, are not commands to terminals and CI systems."""

import json
from pathlib import Path
from urllib.parse import unquote

import pytest

from components.cli.formats.wording import visible
from components.cli.main import main

WRONG = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 0}]}\n"
BROKEN = "a: [\n"
FORMS = ["text", "json", "sarif", "github"]

NAMES = {
    "a terminal's escape": "a\x1b[31mb.yaml",
    "a newline and a workflow command": "a\n::set-output name=b::c.yaml",
    "a return": "a\rb.yaml",
    "a workflow command": "::error::a.yaml",
    "an older workflow command": "a ##[add-mask]b.yaml",
    "a command of another system": "a ##vso[task.prependpath]b.yaml",
    "a text that is reversed": "a\u202elmay.yaml",
    "a line of Unicode": "a\u2028b.yaml",
    "a control character of the upper half": "a\x9b31mb.yaml",
    "not UTF-8": "a\udcffb.yaml",
}


@pytest.mark.parametrize("text", [WRONG, BROKEN], ids=["wrong", "broken"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_no_name_of_a_file_is_a_command(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    form: str,
    text: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(text)
    code = main(["validate", "--no-hazards", "-o", form, name])
    assert code == (1 if text is WRONG else 2)
    out, err = capsys.readouterr()
    assert (out + err).replace("\n", "").isprintable()
    for line in (out + err).splitlines():
        assert "##[" not in line
        assert "##vso[" not in line
        assert not line.lstrip().startswith("::") or line.startswith("::error file=")
    if form == "json" and text is WRONG:
        assert {row["source"] for row in json.loads(out)} == {name}
    if form == "sarif":
        (run,) = json.loads(out)["runs"]
        (where, *_) = run["results"] or run["invocations"][0]["toolExecutionNotifications"]
        uri = where["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert unquote(uri, errors="surrogateescape") == name


@pytest.mark.parametrize("form", FORMS)
def test_plain_names_stay_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    monkeypatch.chdir(tmp_path)
    name = "Größe # [1] a::b ##.yaml"
    Path(name).write_text(WRONG)
    main(["validate", "--no-hazards", "-o", form, name])
    out = capsys.readouterr().out
    shown = {
        "text": f"{name}\n",
        "json": f'"source": {json.dumps(name)}',
        "sarif": '"uri": "Gr%C3%B6%C3%9Fe%20%23%20%5B1%5D%20a%3A%3Ab%20%23%23.yaml"',
        "github": "file=Größe # [1] a%3A%3Ab ##.yaml,",
    }
    assert shown[form] in out


def test_the_properties_of_an_annotation_are_escaped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a,b:%0A.yaml").write_text(WRONG.replace("name: a", r'name: "x,y\n::stop-commands::z%"'))
    main(["validate", "--no-hazards", "-o", "github", "a,b:%0A.yaml"])
    first = capsys.readouterr().out.splitlines()[0]
    name = r"x%2Cy\n%3A%3Astop-commands%3A%3Az%25"
    assert first.startswith(
        f"::error file=a%2Cb%3A%250A.yaml,line=3,col=12,title=Service {name}%3A metadata-name::"
        r'metadata.name: Invalid value: "x,y\n::stop-commands::z%25": '
    )


@pytest.mark.parametrize("form", FORMS)
def test_no_text_of_a_manifest_is_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    file = tmp_path / "a.yaml"
    text = r"\e[31m\u202e\n##[set-output name=a;]b ##vso[task.setvariable variable=a]b"
    file.write_text(WRONG.replace("metadata: {name: a}", f'metadata: {{name: "{text}"}}'))
    main(["validate", "--no-hazards", "-o", form, str(file)])
    out = capsys.readouterr().out
    assert out.replace("\n", "").isprintable()
    assert "##[" not in out
    assert "##vso[" not in out
    if form == "json":
        assert json.loads(out)[0]["name"].startswith("\x1b[31m\u202e\n##[set-output name=a;]b")


def test_names_among_wrong_arguments_are_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["validate", "a", "--\x1b[31m"])
    assert "\\x1b[31m" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a é", "a é"),
        ("a\x1b[31m\n", "a\\x1b[31m\\n"),
        ("\u202ea", "\\u202ea"),
        ("\udcff", "\\udcff"),
        ("::error::a", "\\x3a:error::a"),
        ("a::b ## [c]", "a::b ## [c]"),
        ("a##[b]", "a#\\x23[b]"),
    ],
)
def test_text_output_holds_no_control_characters(text: str, shown: str) -> None:
    assert visible(text) == shown
