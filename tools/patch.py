"""Builds a published Go module with small changes of our own.

`go build -overlay` does not replace files of the module cache, so the changed module is a copy
that a `replace` directive points at. Go's build cache knows each of its packages by content: it
compiles only the changed ones and those that import them.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from .console import CommandError


@dataclass(frozen=True)
class Replacement:
    """A text of a module's file, which must stand there exactly once, and what replaces it."""

    file: str
    """Relative to the module's folder."""
    old: str
    new: str


@dataclass(frozen=True)
class Patch:
    """All replacements in one module."""

    module: str
    replacements: tuple[Replacement, ...]

    def apply(self, source: Path, build: Path, folder: Path) -> Path:
        """Write the changed module into `folder`, and a `go.mod` whose build takes it.

        Args:
            source: Where the published module is.
            build: The module that is built, and requires it.
            folder: What it held before is removed.

        Returns:
            The `go.mod`, for `-modfile`.

        Raises:
            CommandError: A text to replace is missing, or stands there more than once.
        """
        changed = self._changed(source)
        shutil.rmtree(folder, ignore_errors=True)
        copy = folder / "module"
        for file in (source / "go.mod", *(source / "pkg").rglob("*")):
            if file.is_file():  # contents alone: the module cache is read-only
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
