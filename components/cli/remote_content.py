"""Finds the namespaces of charts and remote bases, which Kustomizations fetch when they render."""

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..validation.untyped import items, mapping, text
from .kustomized import Kustomizations, fields_of
from .subjects import Subject

_LISTS = ("resources", "bases", "components")
_CHARTS = ("helmCharts", "helmChartInflationGenerator")
_REMOTE = re.compile(
    r"://|[?&](ref|version)=|^git::|^[\w.-]+@[\w.-]+:|\.git($|[/?])"
    r"|^(www\.)?(github\.com|gitlab\.com|bitbucket\.org|dev\.azure\.com)[/:]"
)
"""What tells a remote base from a file, as Kustomize's documentation writes it."""


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
            fields = fields_of(one.file)
            if _fetches(fields):
                fetching.add(folder)
                self._named |= _namespaces_of_charts(fields)
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


def is_remote(base: str) -> bool:
    """Return whether an entry of a Kustomization leads to another machine."""
    return _REMOTE.search(base) is not None


def _fetches(fields: Mapping[str, Any]) -> bool:
    listed = (text(one) for name in _LISTS for one in items(fields.get(name)))
    return any(fields.get(name) for name in _CHARTS) or any(map(is_remote, listed))


def _namespaces_of_charts(fields: Mapping[str, Any]) -> set[str]:
    charts = (mapping(one) for name in _CHARTS for one in items(fields.get(name)))
    return {namespace for chart in charts if (namespace := text(chart.get("namespace")))}
