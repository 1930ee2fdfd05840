"""Which files are meant.

A folder may come from somebody else, such as the author of a pull request: a link in it must not
make this machine read its other files, nor a device that never ends.
"""

import os
from collections.abc import Iterable, Iterator
from operator import itemgetter

from .files import STDIN, Unreadable

ENDINGS = (".yaml", ".yml", ".json")
"""What the name of a manifest's file ends with."""

_LEADS_OUT = "is a link that leads out of the folder; to validate its target, give that as FILE"


def sources(arguments: Iterable[str]) -> Iterator[str | Unreadable]:
    """Return the files that are meant: `-`, files, and every manifest below a folder.

    A folder's files come in the order of their paths. Hidden files and folders are passed over, and
    so are links to what is read anyway.
    """
    for argument in arguments:
        if argument != STDIN and os.path.isdir(argument):  # noqa: PTH112, text stays as given
            found = _Folder(argument).manifests()
            if not found:
                yield Unreadable(argument, f"no manifests in this folder ({', '.join(ENDINGS)})")
            yield from found
        else:
            yield argument


class _Folder:
    """A folder that was given. Each file and folder in it is taken once, whatever links there are.

    Args:
        path: The folder, as it was given.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._root = os.path.realpath(path)
        self._taken: set[str] = set()
        """The real paths of the files and folders that were taken."""
        self._links: list[str] = []
        """The links that are still to be looked at."""
        self._found: list[tuple[str, str | Unreadable]] = []
        """What was found, by path."""

    def manifests(self) -> list[str | Unreadable]:
        """Return the manifests below it, and what cannot be read."""
        self._take_folder(self._path, self._root)
        while self._links:  # after all else, so that a file goes by its own name
            links, self._links = sorted(self._links), []
            for link in links:
                self._follow(link)
        return [found for _, found in sorted(self._found, key=itemgetter(0))]

    def _take_folder(self, path: str, real: str) -> None:
        waiting = [(path, real)]
        while waiting:
            path, real = waiting.pop()
            if real in self._taken:
                continue
            self._taken.add(real)
            try:
                entries = list(os.scandir(path))
            except OSError as error:
                self._refuse(path, error.strerror or str(error))
                continue
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_symlink():
                    self._links.append(entry.path)
                elif entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, os.path.join(real, entry.name)))  # noqa: PTH118
                elif entry.name.endswith(ENDINGS):
                    self._take(entry.path, os.path.join(real, entry.name))  # noqa: PTH118

    def _follow(self, link: str) -> None:
        real = os.path.realpath(link)
        is_folder = os.path.isdir(link)  # noqa: PTH112
        if real in self._taken or not (is_folder or link.endswith(ENDINGS)):
            return
        if not f"{real}{os.sep}".startswith(self._root.rstrip(os.sep) + os.sep):
            self._refuse(link, _LEADS_OUT)
        elif is_folder:
            self._take_folder(link, real)
        else:
            self._take(link, real)

    def _take(self, path: str, real: str) -> None:
        if real not in self._taken:
            self._taken.add(real)
            self._found.append((path, path))

    def _refuse(self, path: str, reason: str) -> None:
        self._found.append((path, Unreadable(path, reason)))
