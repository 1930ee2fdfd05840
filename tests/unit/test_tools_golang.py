"""How parts are compiled: quickly, and on cores that two builds share."""

import json
import os
import sys
import time
from pathlib import Path

import pytest

from tools import golang

_GO = """#!{python}
import json, os, sys, time
from pathlib import Path
said = {{"arguments": sys.argv[1:], "environment": dict(os.environ)}}
output = sys.argv[sys.argv.index("-o") + 1] if "-o" in sys.argv else __file__ + ".said"
Path(output + ".partial").write_text(json.dumps(said))
os.replace(output + ".partial", output)
if "-o" not in sys.argv:
    time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have a Go that records its arguments and environment in place of a program."""
    go = tmp_path / "go"
    go.write_text(_GO.format(python=sys.executable))
    go.chmod(0o755)
    monkeypatch.setattr(golang, "_go_binary", lambda: str(go))
    for name in ("GOGC", "GOMEMLIMIT", "GOMAXPROCS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def build(folder: Path) -> tuple[list[str], dict[str, str]]:
    """Return the arguments and the environment of a build."""
    path = folder / "program"
    golang.Build(folder, "./cmd", "-X a.b=c", path).finish()
    said = json.loads(path.read_text())
    return said["arguments"], said["environment"]


def test_what_hardly_runs_is_compiled_without_inlining_and_what_is_hot_with_it(
    folder: Path,
) -> None:
    arguments, _ = build(folder)

    flags = dict(one.split("=", 2)[1:] for one in arguments if one.startswith("-gcflags="))
    assert next(iter(flags)) == "all"  # of patterns that match a package, the last one holds
    assert flags["all"] == "-dwarf=false -l -d=gcstart=1000"
    assert flags["std"] == flags["k8s.io/apiserver/..."] == "-dwarf=false -d=gcstart=1000"
    assert "k8s.io/client-go/..." not in flags
    hot, cold = "github.com/pulumi/...", "github.com/pulumi/pulumi/sdk/v3/go/pulumi/..."
    assert [*flags].index(hot) < [*flags].index(cold)
    assert (flags[hot], flags[cold]) == (flags["std"], flags["all"])


@pytest.mark.parametrize(("cores", "threads"), [(1, "1"), (2, "1"), (8, "4")])
def test_two_builds_share_the_cores(
    folder: Path, monkeypatch: pytest.MonkeyPatch, cores: int, threads: str
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)

    arguments, environment = build(folder)

    assert f"-p={cores}" in arguments
    assert environment["GOMAXPROCS"] == threads


def test_the_user_s_own_settings_of_go_hold(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, environment = build(folder)
    assert not {"GOGC", "GOMEMLIMIT"} & {*environment}

    monkeypatch.setenv("GOGC", "50")
    monkeypatch.setenv("GOMAXPROCS", "7")

    arguments, environment = build(folder)
    assert (environment["GOGC"], environment["GOMAXPROCS"]) == ("50", "7")
    assert "gcstart" not in str(arguments)  # the compiler would prefer it to GOGC


def test_the_standard_library_is_compiled_with_the_flags_of_the_builds_and_no_longer_than_they(
    folder: Path,
) -> None:
    said = folder / "go.said"
    began = time.monotonic()
    with golang.standard_library():
        arguments, _ = build(folder)
        while not said.exists():
            assert time.monotonic() - began < 30
            time.sleep(0.01)

    assert time.monotonic() - began < 60, "it was waited for"
    own = json.loads(said.read_text())["arguments"]
    assert own[-1] == "std"
    assert [*own[:-1]] == arguments[: arguments.index("-ldflags")]
