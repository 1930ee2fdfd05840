"""Renders a folder with `kubectl kustomize`."""

import os
import shutil
import signal
import subprocess
import sys

from .files import Unreadable

TIME_LIMIT = 60.0
"""The timeout in seconds, which includes downloads of remote bases by kubectl."""

_MISSING = "kubectl, which renders Kustomizations, is not on PATH: install it, or pipe into `-`"


def render(folder: str) -> bytes | Unreadable:
    """Return the manifests of a Kustomization, or why they cannot be rendered."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        return Unreadable(folder, _MISSING)
    if not os.path.isdir(folder):  # noqa: PTH112, text stays as given
        return Unreadable(folder, "is not a folder")
    process = subprocess.Popen(
        [kubectl, "kustomize", "--", folder],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, said = process.communicate(timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        return Unreadable(folder, f"kubectl kustomize has not ended after {TIME_LIMIT:g} s")
    finally:
        _end(process)
    if process.returncode:
        reason = " ".join(said.decode(errors="replace").split()) or f"code {process.returncode}"
        return Unreadable(folder, f"kubectl kustomize: {reason.removeprefix('error: ')}")
    return out


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and those that it has started, such as git."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
