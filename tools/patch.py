"""Builds a published Go module with small changes.

`go build -overlay` does not replace files of the module cache, so the changed module is a copy that
a `replace` directive points at. Go's build cache identifies packages by content, so only the
changed ones and those that import them are compiled.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from .console import CommandError


@dataclass(frozen=True)
class Replacement:
    """A text that occurs exactly once in a module's file, and its replacement."""

    file: str
    """The path of the file, relative to the module's folder."""
    old: str
    new: str


@dataclass(frozen=True)
class Patch:
    """All replacements in one module."""

    module: str
    replacements: tuple[Replacement, ...]

    def apply(self, source: Path, build: Path, folder: Path) -> Path:
        """Write the changed module into `folder`, with a `go.mod` for builds that use it.

        Args:
            source: The folder of the published module.
            build: The module to build, which requires it.
            folder: The folder to write to; its contents are removed first.

        Returns:
            The `go.mod`, for `-modfile`.

        Raises:
            CommandError: A text to replace is missing, or occurs more than once.
        """
        changed = self._changed(source)
        shutil.rmtree(folder, ignore_errors=True)
        copy = folder / "module"
        for file in (source / "go.mod", *(source / "pkg").rglob("*")):
            if file.is_file():  # contents only, because the module cache is read-only
                to = copy / file.relative_to(source)
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, to)
        for name, text in changed.items():
            (copy / name).write_text(text)
        directive = f'\nreplace {self.module} => "{copy}"\n'
        written = folder / "build.mod"
        written.write_text((build / "go.mod").read_text() + directive)
        shutil.copyfile(build / "go.sum", folder / "build.sum")
        return written

    def _changed(self, source: Path) -> dict[str, str]:
        changed: dict[str, str] = {}
        for one in self.replacements:
            if one.file not in changed:
                changed[one.file] = (source / one.file).read_text()
            found = changed[one.file].count(one.old)
            if found != 1:
                raise CommandError(
                    f"{self.module}: {one.file} must contain this text once, and contains it"
                    f" {found} times; adapt the replacement to this version:\n{one.old}"
                )
            changed[one.file] = changed[one.file].replace(one.old, one.new)
        return changed
