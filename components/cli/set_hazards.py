"""Finds hazards in the sets of objects of a run."""

import marshal
import os
from abc import abstractmethod
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, overload

from ..core.findings import Finding
from ..validation.hazards import hazards
from ..validation.hazards.gateway_routes import ROUTE_PORT_MISSING
from ..validation.hazards.ingresses import INGRESS_PORT_MISSING
from ..validation.hazards.kustomize import kustomize_hazards, served_names
from ..validation.hazards.legacy_endpoints import (
    ENDPOINTS_OVER_SELECTOR,
    ENDPOINTS_WITHOUT_SERVICE,
)
from ..validation.hazards.policies import POLICY_PORT_UNKNOWN, POLICY_SELECTS_NOTHING
from ..validation.hazards.selection import SELECTOR_SELECTS_NOTHING, TARGET_PORT_UNKNOWN
from ..validation.hazards.services import TARGET_PORT_NAME
from ..validation.hazards.slices import SLICE_OVER_SELECTOR
from ..validation.hazards.split_rules import POLICY_RULE_SPLIT
from ..validation.hazards.srv_names import SRV_RECORD_MISSING
from ..validation.hazards.traffic import SERVICE_WITHOUT_ENDPOINTS
from ..validation.object_set import Surroundings, name_of, namespace_of
from ..validation.untyped import mapping
from .kustomized import Kustomizations
from .manifests.kustomizations import Kustomization
from .remote_content import RemoteContent
from .scopes import scopes
from .subjects import Row, Subject

_WITHOUT_SERVICE = ENDPOINTS_WITHOUT_SERVICE.code
_OF_SELECTION = frozenset(
    one.code
    for one in (
        ENDPOINTS_OVER_SELECTOR,
        INGRESS_PORT_MISSING,
        POLICY_PORT_UNKNOWN,
        POLICY_RULE_SPLIT,
        POLICY_SELECTS_NOTHING,
        ROUTE_PORT_MISSING,
        SELECTOR_SELECTS_NOTHING,
        SERVICE_WITHOUT_ENDPOINTS,
        SLICE_OVER_SELECTOR,
        SRV_RECORD_MISSING,
        TARGET_PORT_NAME,
        TARGET_PORT_UNKNOWN,
    )
)
"""Hazards that are skipped if a Kustomization patches selectors, labels or ports."""
_WITHOUT_SELECTOR = frozenset({SERVICE_WITHOUT_ENDPOINTS.code, TARGET_PORT_NAME.code})
"""Hazards that a Service with a selector does not have."""
_SERVING = frozenset({"EndpointSlice", "Endpoints"})
_CHANGED = frozenset({"Service", *_SERVING})


def hazards_of_sets(
    manifests: "Packed",
    subjects: Sequence[Subject],
    kustomizations: Kustomizations,
    around: Surroundings,
) -> Iterator[Row]:
    """Yield the hazards of each set; an object of another set is not reported as missing.

    Args:
        manifests: All objects.
        subjects: The same, with their places.
        kustomizations: The Kustomizations of the files that were read.
        around: What is known beside all sets.
    """
    overlays, rest = kustomizations.split(subjects)
    everywhere = _ServiceNames(subjects, range(len(subjects)))
    remote = RemoteContent(kustomizations, subjects)
    changes = list(kustomizations.changes())
    selecting = kustomizations.with_added_selector()
    served: set[int] = set()
    found: dict[tuple[int, Finding], None] = {}
    for numbers, namespaces in (*overlays, rest):
        for here, chosen in _scopes_of(manifests, subjects, numbers, namespaces):
            is_whole = len(here) == len(subjects)
            others = () if is_whole else _Others(everywhere, _ServiceNames(subjects, here))
            filled = {*around.filled, *remote.namespaces(here)}
            known = replace(around, services=others, filled=filled)
            found |= {(here[at], finding): None for at, finding in hazards(chosen, known)}
            served |= _served(chosen, subjects, here, selecting)
    for change, files in changes:
        found |= dict.fromkeys(_of_change(manifests, subjects, change, files, served))
    declared = {subject.name for subject in subjects if subject.kind == "Service"}
    patched = kustomizations.with_patched_selection()
    for number, finding in found:
        subject = subjects[number]
        if finding.code == _WITHOUT_SERVICE and subject.name in declared:
            continue
        path = os.path.normpath(subject.source)
        if finding.code in _OF_SELECTION and path in patched:
            continue
        if finding.code in _WITHOUT_SELECTOR and path in selecting:
            continue
        yield Row(number, subject, finding)


class _ServiceNames:
    """How often each name of a Service is declared among some objects, counted if asked.

    Args:
        subjects: All objects.
        numbers: The numbers of those to count.
    """

    def __init__(self, subjects: Sequence[Subject], numbers: Sequence[int]) -> None:
        self._subjects = subjects
        self._numbers = numbers

    @cached_property
    def counts(self) -> Counter[str]:
        """Return the count of each name."""
        chosen = (self._subjects[number] for number in self._numbers)
        return Counter(one.name for one in chosen if one.kind == "Service")


class _Others:
    """The names of the Services that are declared outside a set.

    Args:
        everywhere: The names in all sets.
        here: The names in the set.
    """

    def __init__(self, everywhere: _ServiceNames, here: _ServiceNames) -> None:
        self._everywhere = everywhere
        self._here = here

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._everywhere.counts[name] > self._here.counts[name]


def _scopes_of(
    manifests: "Packed",
    subjects: Sequence[Subject],
    numbers: Sequence[int],
    namespaces: Mapping[str, str],
) -> Iterator[tuple[list[int], "_Chosen"]]:
    """Yield the scopes of a set: the numbers of their objects, and the objects."""
    moved = [namespaces.get(os.path.normpath(subjects[one].source), "") for one in numbers]
    placed = [
        replace(subjects[number], namespace=namespace) if namespace else subjects[number]
        for number, namespace in zip(numbers, moved, strict=True)
    ]
    for scope in scopes(placed):
        here = [numbers[one] for one in scope]
        into = {numbers[one]: moved[one] for one in scope if moved[one]}
        yield here, _Chosen(manifests, here, into)


def _served(
    chosen: "_Chosen", subjects: Sequence[Subject], here: Sequence[int], files: frozenset[str]
) -> set[int]:
    """Return the Services of some files that have slices or Endpoints in their scope."""
    kinds = [subjects[number].kind for number in here] if files else []
    services = {
        number: chosen[at]
        for at, (number, kind) in enumerate(zip(here, kinds, strict=False))
        if kind == "Service" and os.path.normpath(subjects[number].source) in files
    }
    serving = (chosen[at] for at, kind in enumerate(kinds if services else ()) if kind in _SERVING)
    keys = {(namespace_of(one), name) for one in serving for name in served_names(one)}
    return {number for number, one in services.items() if (namespace_of(one), name_of(one)) in keys}


def _of_change(
    manifests: "Packed",
    subjects: Sequence[Subject],
    change: Kustomization,
    files: frozenset[str],
    served: Container[int],
) -> Iterator[tuple[int, Finding]]:
    numbers = [
        number
        for number, subject in enumerate(subjects)
        if subject.kind in _CHANGED and os.path.normpath(subject.source) in files
    ]
    affixes = change.affixes if change.leaves_labels else ("", "")
    services = frozenset(
        subjects[number].name for number in numbers if subjects[number].kind == "Service"
    )
    listed = {
        name
        for number in numbers
        if subjects[number].kind != "Service"
        for name in served_names(manifests[number])
    }
    for number in numbers:
        subject = subjects[number]
        is_served = subject.kind != "Service" or number in served or subject.name in listed
        for finding in kustomize_hazards(
            manifests[number], change.file, change.selector, affixes, services
        ):
            if is_served:
                yield number, finding


class _ReadLate(Sequence[Mapping[str, Any]]):
    """Manifests that are made when they are read."""

    @overload
    def __getitem__(self, index: int) -> Mapping[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[Mapping[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> Any:
        """Return one, or several."""
        if isinstance(index, slice):
            return [self._read(one) for one in range(*index.indices(len(self)))]
        return self._read(index)

    @abstractmethod
    def _read(self, index: int) -> Mapping[str, Any]: ...


class Packed(_ReadLate):
    """Manifests in about the memory of their text, unpacked when they are read."""

    def __init__(self) -> None:
        self._packed: list[bytes] = []

    def append(self, manifest: Any) -> None:
        """Add a manifest; a value that is not an object becomes an empty one."""
        self._packed.append(marshal.dumps(dict(mapping(manifest))))

    def __len__(self) -> int:
        return len(self._packed)

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return map(marshal.loads, self._packed)

    def _read(self, index: int) -> Mapping[str, Any]:
        manifest: Mapping[str, Any] = marshal.loads(self._packed[index])  # noqa: S302, our own bytes
        return manifest


class _Chosen(_ReadLate):
    """Some of the manifests, each in the namespace that a Kustomization sets."""

    def __init__(
        self, manifests: Packed, chosen: Sequence[int], namespaces: Mapping[int, str]
    ) -> None:
        self._manifests = manifests
        self._chosen = chosen
        self._namespaces = namespaces

    def __len__(self) -> int:
        return len(self._chosen)

    def _read(self, index: int) -> Mapping[str, Any]:
        number = self._chosen[index]
        manifest, namespace = self._manifests[number], self._namespaces.get(number)
        if not namespace:
            return manifest
        metadata = {**mapping(manifest.get("metadata")), "namespace": namespace}
        return {**manifest, "metadata": metadata}
