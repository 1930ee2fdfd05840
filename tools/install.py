"""Gets the real parts: from PATH in a usable version, or else built from their Go modules."""

import hashlib
import json
import re
import shutil
import subprocess
import time
from contextlib import closing
from pathlib import Path

from . import builds, golang, providers
from .console import say
from .locks import locked
from .parts import PULUMI, Part
from .paths import GO_MODULES, TOOLS

Record = dict[str, dict[str, str]]
"""Path and key of each part that was found or built."""

_RECORD = TOOLS / "parts.json"


def ensure(parts: tuple[Part, ...], provider: str = "") -> dict[str, Path]:
    """Return the path of each part, after building the missing ones.

    Args:
        parts: The parts.
        provider: The provider to use. Defaults to that of `PROVIDER`.

    Raises:
        CommandError: There is no such provider, or a build failed.
    """
    parts, given = providers.serve(parts, provider)
    with locked(TOOLS / "lock", "waiting for another build in this checkout"):
        record = _read_record()
        missing: list[tuple[Part, str]] = []
        for part in parts:
            if _is_current(part, record):
                continue
            path, reason = _on_path(part)
            if path is None:
                missing.append((part, reason))
                continue
            _note(record, part, path)
            if part.companion:  # the user's own `pulumi` includes the rest
                for brought in PULUMI[1:]:
                    _note(record, brought, path)
        _build(missing, record)
        return {part.name: TOOLS / record[part.id]["path"] for part in parts} | given


def missing(parts: tuple[Part, ...]) -> list[Part]:
    """Return the parts that `ensure` would build, unless another build of them is running."""
    parts, _ = providers.serve(parts, "")
    record = _read_record()
    absent = [part for part in parts if not _is_current(part, record) and not _on_path(part)[0]]
    brings = any(part.companion and part not in absent for part in parts)
    return [part for part in absent if not (brings and part in PULUMI[1:])]


def _build(missing: list[tuple[Part, str]], record: Record) -> None:
    if not missing:
        return
    begun = time.monotonic()
    golang.ensure()
    reasons = {part.id: reason for part, reason in missing}
    parts = [part for part, _ in missing]
    with golang.standard_library(), closing(builds.run(parts, reasons, _start)) as built:
        for part in built:
            _note(record, part, part.into / part.name)
    say(f"built {len(missing)} parts in {time.monotonic() - begun:.0f} s")


def _start(part: Part) -> golang.Build:
    part.prepare()
    folder = GO_MODULES / part.module
    modfile = None
    if part.patch is not None:
        source = golang.module_folder(folder, part.patch.module)
        modfile = part.patch.apply(source, folder, TOOLS / "patched" / part.id)
    return golang.Build(folder, part.package, part.ldflags, part.into / part.name, modfile)


def _on_path(part: Part) -> tuple[Path | None, str]:
    """Return the path of a usable one on PATH, or why there is none."""
    if part.usable is None:
        return None, "never taken from PATH"
    found = shutil.which(part.name)
    if found is None:
        return None, "not on PATH"
    if part.companion and shutil.which(part.companion) is None:
        return None, f"the one on PATH lacks {part.companion}"
    answer = subprocess.run([found, *part.asks], capture_output=True, text=True, timeout=30)
    match = re.search(r"(\d+)\.(\d+)\.(\d+)", answer.stdout + answer.stderr)
    if match is None:
        return None, "the one on PATH does not tell its version"
    version = tuple(int(number) for number in match.groups())
    lowest, below = part.usable
    if not lowest <= version < below:
        return None, f"the one on PATH is {match[0]}"
    return Path(found), ""


def _is_current(part: Part, record: Record) -> bool:
    entry = record.get(part.id)
    return entry is not None and _key(part, entry["path"]) == entry["key"]


def _note(record: Record, part: Part, path: Path) -> None:
    """Record the path of a part, relative to `.tools` if it is there."""
    where = str(path.relative_to(TOOLS) if path.is_relative_to(TOOLS) else path)
    record[part.id] = {"path": where, "key": _key(part, where)}
    partial = _RECORD.with_suffix(".partial")
    partial.write_text(json.dumps(record, indent=1))
    partial.replace(_RECORD)


def _key(part: Part, where: str) -> str:
    """Return a key that changes when the part, its pinned module or the file changes."""
    try:
        status = (TOOLS / where).stat()
    except OSError:
        return ""
    digest = hashlib.sha256(f"{where} {status.st_size} {status.st_mtime_ns}".encode())
    digest.update(f"{part.package} {part.version} {part.ldflags} {part.scripts}".encode())
    if part.patch is not None:
        digest.update(f"{part.patch}".encode())
    if Path(where).is_absolute():
        found = shutil.which(Path(where).name)
        digest.update(f"{found}".encode())  # PATH may have changed
    else:
        module = GO_MODULES / part.module
        for file in sorted([*module.glob("go.*"), *module.glob("*.go")]):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _read_record() -> Record:
    try:
        record: Record = json.loads(_RECORD.read_text())
    except (OSError, ValueError):
        return {}
    return record
