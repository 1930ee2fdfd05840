"""Links to paths with spaces and other special characters, for programs that need plain ones."""

import hashlib
import os
import re
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

from .console import CommandError

_PLAIN = re.compile(r"[A-Za-z0-9._/@+=-]+")
_PARENTS = ("/tmp", "/var/tmp")  # noqa: S108 - the folder below it is checked
"""The parents of link folders, tried before `TMPDIR`, which may change between runs."""


@dataclass(frozen=True)
class Links:
    """The links of one owner, in a folder that only this user can access."""

    owner: Path
    """The folder whose path names them, the same in every run."""

    @property
    def folder(self) -> Path:
        """The folder of the links, which may not exist yet."""
        return _parent() / f"k8s-endpoints-{os.getuid()}" / _digest(self.owner)

    def plain(self, path: Path) -> Path:
        """Return the path, or a link to the same file without special characters.

        Raises:
            CommandError: Another user has created the folder of the links.
        """
        if _PLAIN.fullmatch(str(path)):
            return path
        for folder in (self.folder.parent, self.folder):
            _make_private(folder)
        link = self.folder / _digest(path.parent)
        if not link.is_symlink() or link.readlink() != path.parent:
            partial = link.with_suffix(f".{os.getpid()}")
            partial.symlink_to(path.parent)
            partial.replace(link)
        return link / path.name

    def remove(self) -> None:
        """Remove the links."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _parent() -> Path:
    for parent in (*_PARENTS, gettempdir()):
        if _PLAIN.fullmatch(parent) and os.access(parent, os.W_OK):
            return Path(parent)
    raise CommandError(f"none of {', '.join(_PARENTS)} and TMPDIR is a folder to write to")


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    is_private = stat.S_ISDIR(status.st_mode) and not stat.S_IMODE(status.st_mode) & 0o077
    if not is_private or status.st_uid != os.getuid():
        raise CommandError(f"{folder} must be a folder that is yours alone: remove it")


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
