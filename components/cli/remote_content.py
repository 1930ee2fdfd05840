"""Finds the namespaces of charts and remote bases, which Kustomizations fetch when they render."""

import os
from collections.abc import Sequence

from .kustomized import Kustomizations
from .subjects import Subject


class RemoteContent:
    """Finds the namespaces in which Kustomizations put more objects than their files show.

    Args:
        kustomizations: All Kustomizations.
        subjects: All objects.
    """

    def __init__(self, kustomizations: Kustomizations, subjects: Sequence[Subject]) -> None:
        self._named: set[str] = set()
        self._unnamed: set[int] = set()
        fetching: set[str] = set()
        for folder, one in kustomizations:
            if one.fetches:
                fetching.add(folder)
                self._named |= one.chart_namespaces
        files: set[str] = set()
        for one, reach in kustomizations.above(fetching):
            if one.namespace:
                self._named.add(one.namespace)
            else:
                files |= reach.files.keys()
        for number, subject in enumerate(subjects) if files else ():
            if os.path.normpath(subject.source) in files:
                self._take(number, subject)

    def _take(self, number: int, subject: Subject) -> None:
        if subject.namespace:
            self._named.add(subject.namespace)
        else:
            self._unnamed.add(number)

    def namespaces(self, numbers: Sequence[int]) -> set[str]:
        """Return the namespaces, with empty text if some of these objects share an unnamed one."""
        return self._named if self._unnamed.isdisjoint(numbers) else {*self._named, ""}
