"""Finds files of kuttl and chainsaw that say what a test expects: they hold parts of objects."""

import os
import re
from pathlib import PurePath

from .files import Unreadable, chunks

_KUTTL = re.compile(r"\d+-(?:assert|errors?)(?:-[^.]*)?\.ya?ml")
_CHAINSAW = "chainsaw-test.yaml"
_WORD = re.compile(r"(?<![a-z])(?:asserts?|assertions?|errors?)(?![a-z])", re.IGNORECASE)
_LISTED = re.compile(rb"\b(?:assert|error):[\s{]*file:[ \t]*[\"']?([^\s\"'{}]+)")


class Assertions:
    """Finds assertions by their names and by the test beside them."""

    def __init__(self) -> None:
        self._of_folder: dict[str, frozenset[str] | None] = {}

    def holds(self, path: str) -> bool:
        """Return whether a file is an assertion."""
        folder, name = os.path.split(path)
        if _KUTTL.fullmatch(name):
            return True
        if folder not in self._of_folder:
            self._of_folder[folder] = _listed(folder)
        listed = self._of_folder[folder]
        return listed is not None and (name in listed or bool(_WORD.search(name)))


def _listed(folder: str) -> frozenset[str] | None:
    """Return the assertions that a folder's chainsaw test lists, or None if it has no test."""
    file = os.path.join(folder, _CHAINSAW)  # noqa: PTH118
    if not os.path.isfile(file) or os.path.islink(file):  # noqa: PTH113, PTH114
        return None
    texts = [one.text for one in chunks(file) if not isinstance(one, Unreadable)]
    found = (one.decode("utf-8", "replace") for text in texts for one in _LISTED.findall(text))
    return frozenset(PurePath(one).name for one in found)
