"""Reads Kustomizations: which files belong together, and how they change.

Only the parts that affect Services are read: resources, namespace, names, labels that become
selectors, and patches. `--kustomize` renders the complete result with `kubectl kustomize`.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from ..._yaml import YamlProblems
from ...validation.untyped import items, mapping, text
from .documents import entries
from .files import Unreadable, chunks
from .strangers import KUSTOMIZATIONS

_MOST_PARENTS = 8
_GIT = ".git"
_SELECTOR = "/spec/selector"
_SELECTION = re.compile(r"labels|[sS]elector|matchLabels|[pP]orts\b")
"""What patches of Services and of workloads name where they change who selects whom."""
_LISTS = ("resources", "bases", "components")
_CHARTS = ("helmCharts", "helmChartInflationGenerator")
_PATCHES = ("patches", "patchesJson6902", "patchesStrategicMerge")
_CHANGES = (*_PATCHES, "replacements", "transformers")
_REMOTE = re.compile(
    r"://|[?&](ref|version)=|^git::|^[\w.-]+@[\w.-]+:|\.git($|[/?])"
    r"|^(www\.)?(github\.com|gitlab\.com|bitbucket\.org|dev\.azure\.com)[/:]"
)
"""What tells a remote base from a file, as Kustomize's documentation writes it."""


@dataclass(frozen=True, slots=True)
class Kustomization:
    """A Kustomization that was read."""

    file: str
    resources: tuple[str, ...]
    """The files and folders that it lists, bases and components too, as normal paths."""
    patches: frozenset[str]
    """The files that are patches."""
    namespace: str
    """The namespace that it sets for all objects. Empty if it sets none, or a placeholder."""
    affixes: tuple[str, str]
    """The prefix and suffix that it adds to names."""
    selector: Mapping[str, str] = field(hash=False)
    """The labels that it adds to selectors. Empty if its patches also write selectors."""
    leaves_labels: bool
    """Whether labels that hold names stay unchanged; replacements may change them."""
    patches_selection: bool
    """Whether its patches change which Pods a Service selects, or ports; replacements may."""
    changes_fields: bool
    """Whether it has patches, replacements or transformers."""
    fetches: bool
    """Whether it lists charts or remote bases."""
    chart_namespaces: frozenset[str]
    """The namespaces that its charts name."""


def read_kustomization(file: str) -> Kustomization | None:
    """Return a Kustomization, or None if the file cannot be read as one."""
    fields = mapping(_value(file))
    folder = os.path.dirname(file)  # noqa: PTH120
    patches = list(_patch_texts(folder, fields))
    listed = [one for name in _LISTS for one in _texts(fields, name)]
    charts = [mapping(one) for name in _CHARTS for one in items(fields.get(name))]
    return Kustomization(
        file,
        tuple(_normal(folder, one) for one in listed if "://" not in one),
        frozenset(_normal(folder, one) for one in _patches(fields)),
        _filled(text(fields.get("namespace"))),
        (text(fields.get("namePrefix")), text(fields.get("nameSuffix"))),
        {} if any(_SELECTOR in one for one in patches) else _selector(fields),
        leaves_labels=not (fields.get("replacements") or fields.get("configurations")),
        patches_selection="replacements" in fields or any(map(_SELECTION.search, patches)),
        changes_fields=any(fields.get(name) for name in _CHANGES),
        fetches=any(fields.get(name) for name in _CHARTS) or any(map(is_remote, listed)),
        chart_namespaces=frozenset(filter(None, (text(one.get("namespace")) for one in charts))),
    )


def is_remote(base: str) -> bool:
    """Return whether an entry of a Kustomization leads to another machine."""
    return _REMOTE.search(base) is not None


class Patches:
    """Finds files that are patches of a Kustomization beside or above them."""

    def __init__(self) -> None:
        self._of_folder: dict[str, frozenset[str]] = {}
        self._repositories: dict[str, bool] = {}

    def holds(self, path: str, root: str) -> bool:
        """Return whether a file below a folder is a patch.

        Args:
            path: The file.
            root: The folder; nothing above it is read.
        """
        top = os.path.normpath(root)
        return self._holds(os.path.normpath(path), lambda folder: folder == top)

    def holds_named(self, path: str) -> bool:
        """Return whether a named file is a patch; nothing above its Git repository is read."""
        return self._holds(os.path.abspath(path), self._is_repository)  # noqa: PTH100

    def of_folders(self, folders: Iterable[str]) -> frozenset[str]:
        """Return the patches of the Kustomizations of some folders, as normal paths."""
        return frozenset[str]().union(*(self._listed(folder) for folder in folders))

    def _holds(self, path: str, is_top: Callable[[str], bool]) -> bool:
        for folder, _ in zip(PurePath(path).parents, range(_MOST_PARENTS), strict=False):
            if path in self._listed(str(folder)):
                return True
            if is_top(str(folder)):
                break
        return False

    def _is_repository(self, folder: str) -> bool:
        if folder not in self._repositories:
            git = os.path.join(folder, _GIT)  # noqa: PTH118
            self._repositories[folder] = os.path.exists(git)  # noqa: PTH110
        return self._repositories[folder]

    def _listed(self, folder: str) -> frozenset[str]:
        if folder not in self._of_folder:
            self._of_folder[folder] = frozenset()
            for name in sorted(KUSTOMIZATIONS):
                file = os.path.join(folder, name)  # noqa: PTH118
                if os.path.isfile(file) and not os.path.islink(file):  # noqa: PTH113, PTH114
                    found = read_kustomization(os.path.normpath(file))
                    self._of_folder[folder] |= found.patches if found else frozenset()
        return self._of_folder[folder]


def _value(file: str) -> Any:
    for chunk in chunks(file):
        if isinstance(chunk, Unreadable):
            return None
        try:
            return next((entry.value for entry in entries(chunk, 0)), None)
        except YamlProblems:
            return None
    return None


def _texts(fields: Mapping[str, Any], name: str) -> Iterator[str]:
    yield from filter(None, map(text, items(fields.get(name))))


def _patches(fields: Mapping[str, Any]) -> Iterator[str]:
    for name in _PATCHES:
        for one in items(fields.get(name)):
            path = text(one) or text(mapping(one).get("path"))
            if path and "\n" not in path:
                yield path


def _patch_texts(folder: str, fields: Mapping[str, Any]) -> Iterator[str]:
    """Yield the patches of a Kustomization, those within it and those of files."""
    for one in (one for name in _PATCHES for one in items(fields.get(name))):
        yield text(one) or text(mapping(one).get("patch"))
    for file in (_normal(folder, one) for one in _patches(fields)):
        for chunk in chunks(file):
            if not isinstance(chunk, Unreadable):
                yield chunk.text.decode("utf-8", "replace")


def _selector(fields: Mapping[str, Any]) -> dict[str, str]:
    found = dict(mapping(fields.get("commonLabels")))
    for one in map(mapping, items(fields.get("labels"))):
        if one.get("includeSelectors") is True:
            found |= mapping(one.get("pairs"))
    return {key: text(value) for key, value in found.items()}


def _filled(value: str) -> str:
    return "" if "$" in value or "{" in value else value


def _normal(folder: str, path: str) -> str:
    return os.path.normpath(os.path.join(folder, path))  # noqa: PTH118
