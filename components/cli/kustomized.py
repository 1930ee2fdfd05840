"""Groups objects by Kustomization, with the changes that each makes."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import PurePath
from typing import NamedTuple

from .manifests.kustomizations import Kustomization, read_kustomization
from .manifests.strangers import KUSTOMIZATIONS
from .subjects import Subject


class Set(NamedTuple):
    """Objects that are validated together."""

    numbers: list[int]
    namespaces: Mapping[str, str]
    """The namespace that a Kustomization sets for the objects of a file, by normal path."""


class Reach(NamedTuple):
    """What a Kustomization lists, directly or not."""

    files: dict[str, str]
    """The namespace of each file, which the outermost Kustomization sets for it."""
    folders: set[str]
    """The folders of the Kustomizations, with its own."""
    is_renaming: bool
    """Whether names change."""


class Kustomizations:
    """All Kustomizations of a run, which are read on first use.

    Args:
        sources: The files that were read.
    """

    def __init__(self, sources: Iterable[str]) -> None:
        self._sources = sources
        self._reached: dict[str, Reach] = {}

    @cached_property
    def _by_folder(self) -> dict[str, Kustomization]:
        files = (one for one in self._sources if PurePath(one).name in KUSTOMIZATIONS)
        read = (read_kustomization(os.path.normpath(file)) for file in files)
        return {str(PurePath(one.file).parent): one for one in read if one}

    def split(self, subjects: Sequence[Subject]) -> tuple[list[Set], Set]:
        """Return the sets of overlays, and the rest of the objects.

        An overlay is a Kustomization that shares files with another one, or that changes names.
        """
        used = {path for one in self._by_folder.values() for path in one.resources}
        reached = {root: self._reach(root) for root in self._by_folder if root not in used}
        shared = Counter(file for one in reached.values() for file in one.files)
        by_file: dict[str, list[int]] = {}
        for number, subject in enumerate(subjects):
            by_file.setdefault(os.path.normpath(subject.source), []).append(number)
        overlays: list[Set] = []
        rest: dict[str, str] = {}
        taken: set[str] = set()
        for files, _, is_renaming in reached.values():
            if is_renaming or any(shared[file] > 1 for file in files):
                numbers = [number for file in files for number in by_file.get(file, ())]
                overlays.append(Set(sorted(numbers), files))
                taken |= files.keys()
            else:
                rest |= files
        left = [
            number for file, numbers in by_file.items() if file not in taken for number in numbers
        ]
        return overlays, Set(sorted(left), rest)

    def changes(self) -> Iterator[tuple[Kustomization, frozenset[str]]]:
        """Yield the Kustomizations that change names or selectors, and the files they change."""
        for folder, one in self._by_folder.items():
            if any(one.affixes) or one.selector:
                yield one, frozenset(self._reach(folder).files)

    def reaches(self) -> Iterator[Reach]:
        """Yield what each Kustomization lists."""
        return map(self._reach, self._by_folder)

    def patch(self, reach: Reach) -> bool:
        """Return whether some Kustomization of these folders changes fields of objects."""
        return any(self._by_folder[folder].changes_fields for folder in reach.folders)

    def __iter__(self) -> Iterator[tuple[str, Kustomization]]:
        return iter(self._by_folder.items())

    def above(self, folders: set[str]) -> Iterator[tuple[Kustomization, Reach]]:
        """Yield the Kustomizations of some folders, and those that list them, with their reach."""
        for folder, one in self._by_folder.items() if folders else ():
            reach = self._reach(folder)
            if not folders.isdisjoint(reach.folders):
                yield one, reach

    def with_patched_selection(self) -> frozenset[str]:
        """Return the files whose Services select other Pods, or ports, than their manifests say."""
        return self._files(lambda one: one.patches_selection)

    def with_added_selector(self) -> frozenset[str]:
        """Return the files whose Services all get a selector."""
        return self._files(lambda one: bool(one.selector))

    def _files(self, wanted: Callable[[Kustomization], bool]) -> frozenset[str]:
        folders = (folder for folder, one in self._by_folder.items() if wanted(one))
        return frozenset(file for folder in folders for file in self._reach(folder).files)

    def _reach(self, root: str) -> Reach:
        if root not in self._reached:
            self._reached[root] = self._find_reach(root)
        return self._reached[root]

    def _find_reach(self, root: str) -> Reach:
        files: dict[str, str] = {}
        seen = {root}
        waiting = [(root, "")]
        is_renaming = False
        while waiting:
            folder, outer = waiting.pop()
            one = self._by_folder[folder]
            namespace = outer or one.namespace
            is_renaming |= any(one.affixes)
            for path in one.resources:
                if path not in self._by_folder:
                    files.setdefault(path, namespace)
                elif path not in seen:
                    seen.add(path)
                    waiting.append((path, namespace))
        return Reach(files, seen, is_renaming)
