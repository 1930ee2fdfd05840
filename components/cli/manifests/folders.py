"""Chooses the files to read.

A folder may come from a stranger, such as the author of a pull request: its links must not make
this machine read other files, or a device that never ends.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from operator import itemgetter
from pathlib import PurePath
from typing import NamedTuple

from .assertions import Assertions
from .files import STDIN, Unreadable
from .kustomizations import Patches
from .kustomize import render
from .strangers import (
    ASSERTION,
    EXCLUDED,
    HELM_TEMPLATE,
    HIDDEN,
    PATCH,
    VENDORED,
    Stranger,
    is_kustomization,
)

ENDINGS = (".yaml", ".yml", ".json")
"""The file extensions of manifests."""

_LEADS_OUT = "is a link that leads out of the folder; to validate its target, give that as FILE"


_SKIPPED = frozenset({"node_modules"})
"""Skipped folders, in addition to hidden ones."""
_CHART, _TEMPLATES = "Chart.yaml", "templates"
_VENDOR, _MODULE = "vendor", "go.mod"
"""The folder of vendored Go modules, and the file beside it."""


class Source(NamedTuple):
    """A file, or `-`."""

    path: str
    is_named: bool
    """Whether the user named it: it is then validated even if it does not look like a manifest."""
    content: bytes | None = None
    """The content, if it was rendered."""


def sources(
    arguments: Iterable[str],
    exclude: Sequence[str] = (),
    *,
    as_folder: bool = False,
    kustomize: Iterable[str] = (),
) -> Iterator[Source | Unreadable | Stranger]:
    """Return the chosen files: `-`, files, and every manifest below a folder.

    A folder's files come in the order of their paths. Hidden files and folders, `node_modules`,
    modules that Go vendors, templates of Helm charts, and links to files that are read anyway are
    skipped.

    Args:
        arguments: Files, folders, and `-`.
        exclude: Patterns of files and folders that are left out. Defaults to none.
        as_folder: Whether named files follow the rules of a folder. Defaults to False.
        kustomize: Folders that `kubectl kustomize` renders. Defaults to none.
    """
    for folder in kustomize:
        rendered = render(folder)
        if isinstance(rendered, bytes):
            yield Source(folder, is_named=True, content=rendered)
        else:
            yield rendered
    patches, assertions = Patches(), Assertions()
    for argument in arguments:
        if argument != STDIN and os.path.isdir(argument):  # noqa: PTH112, text stays as given
            found = _Folder(argument, exclude, patches, assertions).manifests()
            if not found:
                yield Unreadable(argument, f"no manifests in this folder ({', '.join(ENDINGS)})")
            yield from found
        elif is_excluded(argument, exclude):
            yield Stranger(argument, EXCLUDED)
        elif as_folder and (reason := _reason_to_skip(argument, patches, assertions)):
            yield Stranger(argument, reason)
        else:
            yield Source(argument, not as_folder)


def is_excluded(path: str, patterns: Iterable[str]) -> bool:
    """Return whether a file or folder, or a folder that it is in, matches a pattern.

    A pattern is compared with the path and with the name; `*` also matches `/`.
    """
    parts = PurePath(path.removeprefix("./")).parts
    ways = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    return any(
        fnmatchcase(way, pattern.rstrip("/")) or fnmatchcase(part, pattern.rstrip("/"))
        for pattern in patterns
        for way, part in zip(ways, parts, strict=True)
    )


def _reason_to_skip(path: str, patches: Patches, assertions: Assertions) -> str:
    """Return why a named file would be skipped in a folder; empty if it would not."""
    if path == STDIN:
        return ""
    folders = PurePath(os.path.abspath(path)).parents  # noqa: PTH100
    if any(one.name == _VENDOR and _is_of_go(str(one)) for one in folders):
        return VENDORED
    parts = _parts_below_here(path)
    if not _SKIPPED.isdisjoint(parts):
        return VENDORED
    if any(part.startswith(".") for part in parts):
        return HIDDEN
    if any(one.name == _TEMPLATES and _is_chart(one.parent) for one in folders):
        return HELM_TEMPLATE
    if assertions.holds(path):
        return ASSERTION
    return PATCH if patches.holds_named(path) else ""


def _parts_below_here(path: str) -> tuple[str, ...]:
    """Return a path's parts below the current directory; for one outside of it, the last part."""
    below = os.path.relpath(path)
    parts = PurePath(below).parts
    return parts[-1:] if below.startswith(os.pardir) else parts


def _is_chart(folder: PurePath) -> bool:
    return os.path.exists(folder / _CHART)  # noqa: PTH110


def _is_of_go(folder: str) -> bool:
    return os.path.exists(PurePath(folder).parent / _MODULE)  # noqa: PTH110


class _Folder:
    """A folder of the arguments. Each file and folder in it is read once, even with links to it.

    Args:
        path: The folder, as given.
        exclude: Patterns of skipped files, compared with paths within the folder.
        patches: The patches of Kustomizations.
        assertions: The assertions of tests.
    """

    def __init__(
        self, path: str, exclude: Sequence[str], patches: Patches, assertions: Assertions
    ) -> None:
        self._path = path
        self._patches = patches
        self._assertions = assertions
        self._exclude = exclude
        self._root = os.path.realpath(path)
        self._taken: set[str] = set()
        """The real paths of the files and folders that were already found."""
        self._links: list[str] = []
        """The links that are not followed yet."""
        self._found: list[tuple[str, Source | Unreadable | Stranger]] = []
        """The results, with their paths."""

    def manifests(self) -> list[Source | Unreadable | Stranger]:
        """Return the manifests below it, skipped files, and unreadable ones."""
        self._take_folder(self._path, self._root)
        while self._links:  # last, so that a file keeps its own name
            links, self._links = sorted(self._links), []
            for link in links:
                self._follow(link)
        return list(self._without_patches())

    def _without_patches(self) -> Iterator[Source | Unreadable | Stranger]:
        """Yield the results, with files that a Kustomization lists as patches marked as skipped."""
        folders = {str(PurePath(path).parent) for path, _ in self._found if is_kustomization(path)}
        listed = self._patches.of_folders(folders)
        for path, found in sorted(self._found, key=itemgetter(0)):
            is_patch = isinstance(found, Source) and os.path.normpath(path) in listed
            yield Stranger(path, PATCH) if is_patch else found

    def _take_folder(self, path: str, real: str) -> None:
        waiting = [(path, real, False)]
        while waiting:
            path, real, is_of_chart = waiting.pop()
            if real in self._taken:
                continue
            self._taken.add(real)
            try:
                entries = list(os.scandir(path))
            except OSError as error:
                self._refuse(path, error.strerror or str(error))
                continue
            is_chart = any(entry.name == _CHART for entry in entries)
            for entry in entries:
                if entry.name.startswith(".") or entry.name in _SKIPPED:
                    continue
                if entry.is_symlink():
                    self._links.append(entry.path)
                elif entry.is_dir(follow_symlinks=False):
                    if entry.name == _VENDOR and _is_of_go(entry.path):
                        continue
                    below = os.path.join(real, entry.name)  # noqa: PTH118
                    templates = is_of_chart or (is_chart and entry.name == _TEMPLATES)
                    waiting.append((entry.path, below, templates))
                elif entry.name.endswith(ENDINGS):
                    below = os.path.join(real, entry.name)  # noqa: PTH118
                    self._take(entry.path, below, HELM_TEMPLATE if is_of_chart else "")

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

    def _take(self, path: str, real: str, reason: str = "") -> None:
        if real in self._taken:
            return
        self._taken.add(real)
        if self._exclude and is_excluded(os.path.relpath(path, self._path), self._exclude):
            reason = EXCLUDED
        elif not reason and self._assertions.holds(path):
            reason = ASSERTION
        elif not reason and self._patches.holds(path, self._path):
            reason = PATCH
        found = Stranger(path, reason) if reason else Source(path, is_named=False)
        self._found.append((path, found))

    def _refuse(self, path: str, reason: str) -> None:
        self._found.append((path, Unreadable(path, reason)))
