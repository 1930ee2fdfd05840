"""Nothing in a stranger's folder hangs the command, or shows other files of the machine."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from components._yaml import reader
from components._yaml.pure import PureParser
from components.cli.main import main
from tests.unit.factories import SERVICE as GOOD
from tests.unit.factories import WRONG_SERVICE as WRONG
from tools.paths import ROOT

LEADS_OUT = "is a link that leads out of the folder; to validate its target, give that as FILE"
PRIVATE = "hunter2"


def validate(*arguments: object, form: str = "text") -> "subprocess.CompletedProcess[str]":
    """Run the command, which ends by itself."""
    command = [sys.executable, "-m", "components", "validate", "-o", form, *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )


def bind(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's path has 108 bytes at most
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.chdir(here)


PIPE = "is a named pipe; give `-` and pipe into standard input"
DEVICE = "is a device, not a file"


def link_to_pipe(path: Path) -> None:
    os.mkfifo(path.with_suffix(".pipe"))
    path.symlink_to("a.pipe")


SPECIAL: dict[str, tuple[Callable[[Path], object], str]] = {
    "a named pipe": (os.mkfifo, PIPE),
    "a socket": (bind, "is a socket, not a file"),
    "a device that never ends": (lambda path: path.symlink_to("/dev/zero"), DEVICE),
    "a link to a named pipe": (
        link_to_pipe,
        PIPE,
    ),
}


@pytest.mark.parametrize(("make", "reason"), SPECIAL.values(), ids=SPECIAL)
def test_pipes_and_devices_are_reported_at_once(
    tmp_path: Path, make: Callable[[Path], object], reason: str
) -> None:
    file = tmp_path / "a.yaml"
    make(file)
    (tmp_path / "b.yaml").write_text(GOOD)
    named = validate(file)
    assert (named.returncode, named.stderr) == (2, f"{file}: {reason}\n")
    below = validate(tmp_path)
    assert (below.returncode, below.stderr) == (
        2,
        f"{file}: {LEADS_OUT if reason == DEVICE else reason}\n",
    )
    assert below.stdout.startswith("1 object, 0 errors")


@pytest.mark.parametrize("source", ["/dev/null", "/dev/stdin"])
def test_finite_devices_are_read_when_named(source: str) -> None:
    done = validate(source)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_process_substitution_is_read() -> None:
    reader, writer = os.pipe()
    os.write(writer, WRONG.encode())
    os.close(writer)
    command = [sys.executable, "-m", "components", "validate", f"/dev/fd/{reader}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, pass_fds=[reader])
    os.close(reader)
    assert done.returncode == 1
    assert "spec.ports[0].port: Invalid value: 0" in done.stdout


OUT: dict[str, str] = {
    "a file": "link.yaml",
    "a folder": "link",
    "a file that is not there": "gone.yaml",
    "a file, through another link": "again.yaml",
}


@pytest.mark.parametrize("name", OUT.values(), ids=OUT)
def test_a_link_out_of_the_folder_is_reported_and_not_followed(tmp_path: Path, name: str) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "a.yaml").write_text(WRONG)
    (inside / "b.yaml").write_text(GOOD)
    if name == "link":
        (inside / name).symlink_to(outside)
    elif name == "again.yaml":
        (inside / ".hidden").symlink_to(outside)
        (inside / name).symlink_to(".hidden/a.yaml")
    else:
        (inside / name).symlink_to(f"../outside/{'a' if name == 'link.yaml' else 'none'}.yaml")
    done = validate(inside)
    assert (done.returncode, done.stderr) == (2, f"{inside / name}: {LEADS_OUT}\n")
    assert done.stdout.startswith("1 object, 0 errors")


def test_a_folder_with_the_same_prefix_is_outside(tmp_path: Path) -> None:
    for name in ("shop", "shop-2"):
        (tmp_path / name).mkdir()
    (tmp_path / "shop-2" / "a.yaml").write_text(WRONG)
    (tmp_path / "shop" / "a.yaml").symlink_to("../shop-2/a.yaml")
    done = validate(tmp_path / "shop")
    assert done.stderr == f"{tmp_path}/shop/a.yaml: {LEADS_OUT}\n"


def test_links_within_the_folder_are_followed_and_nothing_is_read_twice(tmp_path: Path) -> None:
    (tmp_path / ".data").mkdir()
    (tmp_path / ".data" / "a.yaml").write_text(WRONG)
    (tmp_path / "template.txt").write_text(WRONG)
    (tmp_path / "z.yaml").write_text(WRONG)
    (tmp_path / "data").symlink_to(".data")  # as in a mounted ConfigMap
    (tmp_path / "a.yaml").symlink_to("data/a.yaml")
    (tmp_path / "b.yaml").symlink_to(tmp_path / "template.txt")
    (tmp_path / "c.yaml").symlink_to("z.yaml")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "README").symlink_to("/etc/hostname")
    done = validate(tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    sources = [line for line in done.stdout.splitlines() if line.startswith("/")]
    assert sources == [f"{tmp_path}/{name}" for name in ("a.yaml", "b.yaml", "z.yaml")]
    assert "3 objects, 6 errors" in done.stdout


def test_a_dangling_link_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("a.yaml")
    (tmp_path / "b.yaml").symlink_to("none.yaml")
    assert validate(tmp_path).stderr.splitlines() == [
        f"{tmp_path}/a.yaml: Too many levels of symbolic links",
        f"{tmp_path}/b.yaml: No such file or directory",
    ]


def test_links_that_multiply_are_followed_once(tmp_path: Path) -> None:
    """Followed as paths, these are 2 to the power of 40 folders."""
    for number in range(40):
        (tmp_path / f"d{number}").mkdir()
        for side in "xy":
            (tmp_path / f"d{number}" / side).symlink_to(f"../d{number + 1}")
    (tmp_path / "d40").mkdir()
    (tmp_path / "d40" / "a.yaml").write_text(WRONG)
    done = validate(tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "1 object, 2 errors" in done.stdout


def test_a_folder_given_as_a_link_and_files_given_as_links_are_read(tmp_path: Path) -> None:
    (tmp_path / "releases").mkdir()
    (tmp_path / "releases" / "a.yaml").write_text(WRONG)
    (tmp_path / "current").symlink_to("releases")
    (tmp_path / "named.yaml").symlink_to("releases/a.yaml")
    for given in ("current", "named.yaml"):
        done = validate(tmp_path / given)
        assert (done.returncode, done.stderr) == (1, "")


def test_deep_folders_are_read(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 500)
    deep.mkdir(parents=True)
    (deep / "a.yaml").write_text(WRONG)
    assert validate(tmp_path).returncode == 1


FOREIGN: dict[str, str] = {
    "text": PRIVATE,
    "a list": f"- {PRIVATE}\n",
    "JSON without a kind": f'{{"auths": {{"{PRIVATE}": {{"auth": "{PRIVATE}"}}}}}}',
    "an object without a kind": f"apiVersion: v1\nmetadata: {{name: {PRIVATE}}}\n{PRIVATE}: 1\n",
    "an object without an apiVersion": f"kind: {PRIVATE}\nmetadata: {{name: {PRIVATE}}}\n",
    "a Service without an apiVersion": f"kind: Service\nmetadata: {{namespace: {PRIVATE}}}\n",
    "a kind that cannot be one": f"apiVersion: v1\nkind: {PRIVATE}-{PRIVATE}\n",
    "an item of a list": f"apiVersion: v1\nkind: List\nitems: [{PRIVATE}, {{{PRIVATE}: 1}}]\n",
    "a key given twice": f"{PRIVATE}: 1\n{PRIVATE}: 2\n",
    "a key given twice, and an end": f"{PRIVATE}: 1\n{PRIVATE}: 2\n]\n",
    "a key given twice in JSON": f'{{"{PRIVATE}": 1, "{PRIVATE}": 2}}',
    "an alias": f"a: *{PRIVATE}\n",
    "a tag": f"a: !{PRIVATE}!x 1\n",
    "a value that its tag does not fit": f"a: !!int {PRIVATE}\n",
    "a settings file": f"[default]\nkey = {PRIVATE}\n",
    "a private key": f"-----BEGIN KEY-----\n{PRIVATE}\n",
}


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
def test_text_that_is_not_a_manifest_is_never_quoted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, form: str
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text)
    main(["validate", "-o", form, str(file)])
    out, err = capsys.readouterr()
    assert PRIVATE not in out + err


def test_values_and_keys_of_a_manifest_are_quoted(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(GOOD.replace("name: a", "name: My-Service"))
    assert 'Invalid value: "My-Service"' in validate(file).stdout
    file.write_text("apiVersion: v1\nkind: ConfigMap\ndata:\n  a: 1\n  a: 2\n")
    assert validate(file).stderr == f"{file}:5:3: data.a: this key is given twice\n"


def test_the_parser_without_libyaml_does_not_quote_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reader, "parser_of", PureParser)
    file = tmp_path / "a.yaml"
    for text in FOREIGN.values():
        file.write_text(text)
        main(["validate", str(file)])
        assert PRIVATE not in "".join(capsys.readouterr())
