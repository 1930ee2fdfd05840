"""Shells and kubectl complete commands, options and their values."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from components.cli.completion import candidates, main_of_kubectl
from components.cli.main import COMMANDS, main


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([""], sorted(COMMANDS)),
        (["ex"], ["explain"]),
        (["gone", ""], []),
        (["explain", "--out"], ["--output"]),
        (["explain", "-o", ""], ["json", "text"]),
        (["diagram", "-o", "s"], ["svg"]),
        (["explain", "db", "-f", ""], []),
        (["explain", "d"], []),
        (["explain", "--all", ""], []),
        (["completion", "z"], ["zsh"]),
    ],
)
def test_candidates_fit_the_words_so_far(words: list[str], found: list[str]) -> None:
    assert candidates(words) == found


@pytest.mark.parametrize("command", COMMANDS)
def test_options_of_all_commands_are_offered(command: str) -> None:
    assert "--help" in candidates([command, "--"])


def test_kubectl_gets_a_directive(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["kubectl_complete-k8s_endpoints", "exp"])
    assert main_of_kubectl() == 0
    assert capsys.readouterr().out == "explain\n:0\n"


def test_bash_completes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bash = shutil.which("bash")
    assert bash
    assert main(["completion", "bash"]) == 0
    script = capsys.readouterr().out
    program = tmp_path / "k8s-endpoints"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m components "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    ask = 'COMP_WORDS=(k8s-endpoints diagram -o ""); COMP_CWORD=3; _k8s_endpoints'
    done = subprocess.run(
        [bash, "-c", f'{script}{ask}; echo "${{COMPREPLY[@]}}"'],
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["mermaid", "svg"], done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_has_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert "k8s-endpoints completion words -- " in capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    out = capsys.readouterr().out
    assert out.startswith("usage: ")
    assert "\nexamples:\n" in out
    assert "%(prog)" not in out
