"""Runs `pulumi` and `kubectl`."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any


class ProgramError(Exception):
    """A program is missing or has failed; the text says why."""


def run(
    command: Sequence[str], *, stdin: str | None = None, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program and return its result.

    Args:
        command: The program and its arguments.
        stdin: Its standard input. Defaults to None: it has none.
        variables: Additional environment variables. Defaults to None.

    Raises:
        ProgramError: The program is not on PATH.
    """
    try:
        return subprocess.run(
            command,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            env={**os.environ, **(variables or {})},
        )
    except FileNotFoundError:
        raise ProgramError(f"{command[0]} is not on PATH") from None


def ask(command: Sequence[str], *, variables: Mapping[str, str] | None = None) -> Any:
    """Run a program and return the JSON that it prints.

    Raises:
        ProgramError: The program is missing, fails, or prints something else.
    """
    done = run(command, variables=variables)
    if done.returncode:
        raise ProgramError(failed(command, done))
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise ProgramError(f"{' '.join(command)}: does not print JSON") from None


def failed(command: Sequence[str], done: subprocess.CompletedProcess[str]) -> str:
    """Return the error text of a failed program."""
    said = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return "\n".join([f"{' '.join(command)} failed with exit code {done.returncode}", *said[-15:]])
