"""Runs the command that finds orphans on a test's stack."""

import json
import subprocess
import sys

from testbed.stack import Stack
from tools.paths import ROOT


def orphans(stack: Stack, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `k8s-endpoints orphans` on a stack."""
    command = [sys.executable, "-m", "components", "orphans", "--cwd", str(stack.folder)]
    return subprocess.run(
        [*command, "--stack", stack.name, *arguments],
        cwd=ROOT,
        env={**stack.variables(), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


def listed(stack: Stack, *arguments: str, **variables: str) -> dict[tuple[str, str], str]:
    """Return why each orphan is left alone, by kind and name; empty where it may be changed."""
    done = orphans(stack, "--output", "json", *arguments, **variables)
    assert done.returncode in (0, 1), done.stderr
    found = json.loads(done.stdout)["orphans"]
    assert done.returncode == bool(found)
    return {(one["kind"], one["name"]): one["kept"] for one in found}
