"""Validates all manifests of a set of files."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from sys import intern
from typing import Any

from ..core.findings import Finding, invalid, required
from ..core.rules import RuleBook
from ..validation import KINDS, refusal, validate
from ..validation.fillers import filled_namespaces
from ..validation.hazards import HAZARDS, kustomize
from ..validation.hazards.service_fields import PORT_OF_TWO_PROTOCOLS
from ..validation.object_meta import METADATA_RESOURCE_VERSION
from ..validation.object_set import Surroundings
from ..validation.untyped import mapping, text
from .collisions import Collisions, claims_of
from .ignores import Ignores
from .kustomized import Kustomizations
from .manifests import Entry, Source, Stranger, Unreadable, is_manifest, read, sources
from .placeholders import Placeholders, validate_filled
from .set_hazards import Packed, hazards_of_sets
from .subjects import Row, Subject

MAX_FINDINGS = 500_000
"""The maximum of reported findings; later files are not read."""

RULES = RuleBook()
"""Rules about files, by code."""
_DOCUMENT = RULES.rule("document", "A document of a file is one object, or a list of objects.")
_NULL = RULES.rule("null-document", "kubectl skips a document that is null.")

FAIL_ON = ("error", "warning", "never")
"""The values of `--fail-on`."""
_FAILING: Mapping[str, frozenset[str]] = {
    "error": frozenset({"error"}),
    "warning": frozenset({"error", "warning"}),
    "never": frozenset(),
}

_VERSION_OF_KUBECTL = Finding(
    "metadata.resourceVersion",
    "",
    "kubectl drops it on create, and fails on update where the object has another version",
    None,
    "leave it out",
    METADATA_RESOURCE_VERSION.code,
    "warning",
)
"""Replaces the error for `resourceVersion` on create, because kubectl drops the field then."""
HAZARD_CODES = frozenset({*HAZARDS, *kustomize.HAZARDS})
"""The codes that `--no-hazards` skips."""
_FLUX = "kustomize.toolkit.fluxcd.io/"
"""The label group of Flux, which applies its Kustomizations' objects server-side."""
_OF_CLIENT_SIDE_APPLY = frozenset({PORT_OF_TWO_PROTOCOLS.code})
_KIND = re.compile(r"[A-Za-z][A-Za-z0-9]{0,62}")
_NO_KIND = "malformed kind"
_KIND_NAMES = frozenset(kind for _, kind in KINDS)


@dataclass(slots=True)
class Results:
    """The results of one run over a set of files."""

    rows: list[Row] = field(default_factory=list[Row])
    """The findings by object, in the order of reading."""
    unreadable: list[Unreadable] = field(default_factory=list[Unreadable])
    validated: int = 0
    """How many objects were validated."""
    passed_over: Counter[str] = field(default_factory=Counter[str])
    """How many objects of other kinds were not validated, by kind."""
    strangers: Counter[str] = field(default_factory=Counter[str])
    """How many files and documents of folders were skipped, by the reason."""
    sources: set[str] = field(default_factory=set[str])
    """The files that were read."""
    known: int = 0
    """How many findings are in the baseline, and so not among the rows."""
    ignored: int = 0
    """How many findings comments and annotations silence."""
    fails_on: str = "error"
    """The mildest severity that fails: `error`, `warning` or `never`."""

    @property
    def exit_code(self) -> int:
        """2 if something could not be read, 1 if a finding is severe enough to fail, else 0."""
        if self.unreadable:
            return 2
        severities = {row.finding.severity for row in self.rows}
        return int(bool(severities & _FAILING[self.fails_on]))


def validate_files(
    files: Iterable[str],
    kubernetes_version: str | None,
    *,
    exclude: Sequence[str] = (),
    as_folder: bool = False,
    kustomize: Sequence[str] = (),
    fails_on: str = "error",
    allow_placeholders: bool = False,
    with_hazards: bool = True,
    with_places: bool = False,
) -> Results:
    """Validate all objects of all files.

    Args:
        files: Files, folders, and `-` for standard input.
        kubernetes_version: The version whose rules apply; None for rules that satisfy all versions.
        exclude: Patterns of files and folders that are left out. Defaults to none.
        as_folder: Whether named files may contain other things than manifests, as in a folder.
            Defaults to False.
        kustomize: Folders that `kubectl kustomize` renders. Defaults to none.
        fails_on: The mildest severity for which the exit code is 1. Defaults to `error`.
        allow_placeholders: Whether values such as `${NAME}` are accepted. Defaults to False.
        with_hazards: Whether to look for hazards over the whole set. Defaults to True.
        with_places: Whether `located` will be called. Defaults to False.
    """
    results = Results(fails_on=fails_on)
    subjects: list[Subject] = []
    collisions, ignores = Collisions(), Ignores()
    placeholders = Placeholders(allowed=allow_placeholders)
    manifests = Packed()
    namespace_labels: set[tuple[str, str]] = set()
    filled: set[str] = set()
    is_of_flux = False
    for number, (source, entry) in enumerate(
        _entries(sources(files, exclude, as_folder=as_folder, kustomize=kustomize), results)
    ):
        findings = placeholders.take(
            number, entry.value, _validate_entry(entry, kubernetes_version, results)
        )
        claims = claims_of(placeholders.without(number, mapping(entry.value)))
        is_ignoring = ignores.is_in(entry)
        is_of_flux = is_of_flux or _is_of_flux(entry.value)
        namespace_labels.update(_namespace_labels(entry.value))
        filled.update(filled_namespaces(mapping(entry.value)))
        if findings or claims or with_hazards or is_ignoring:
            subject = _subject(source, entry, with_chunk=with_places or is_ignoring)
            results.rows += [Row(number, subject, finding) for finding in findings]
            if claims:
                collisions.take(number, subject, claims)
            if is_ignoring:
                ignores.take(number, subject, entry.value)
            if with_hazards:
                subjects.append(subject)
                manifests.append(entry.value)
        if len(results.rows) > MAX_FINDINGS:
            reason = f"more than {MAX_FINDINGS} findings; the rest is not read"
            results.unreadable.append(Unreadable(source, reason))
            break
    kustomizations = Kustomizations(results.sources)
    results.rows += collisions.rows(kustomizations)
    if with_hazards:
        around = Surroundings((), namespace_labels, filled, fills_slices=True)
        hazardous = hazards_of_sets(manifests, subjects, kustomizations, around)
        results.rows += [
            row
            for row in hazardous
            if placeholders.leave_certain(row)
            and not (is_of_flux and row.finding.code in _OF_CLIENT_SIDE_APPLY)
        ]
    found = len(results.rows)
    results.rows = ignores.kept(results.rows)
    results.ignored = found - len(results.rows)
    is_whole = with_hazards and not as_folder
    results.rows += ignores.complaints(frozenset() if is_whole else HAZARD_CODES)
    results.rows.sort(key=attrgetter("number"))
    return results


def _is_of_flux(manifest: Any) -> bool:
    return text(mapping(manifest).get("apiVersion")).startswith(_FLUX)


def _namespace_labels(manifest: Any) -> Iterator[tuple[str, str]]:
    fields = mapping(manifest)
    if fields.get("kind") == "Namespace" and fields.get("apiVersion") == "v1":
        labels = mapping(mapping(fields.get("metadata")).get("labels"))
        yield from ((key, text(value)) for key, value in labels.items())


def _entries(
    found: Iterable[Source | Unreadable | Stranger], results: Results
) -> Iterator[tuple[str, Entry]]:
    for source in found:
        if isinstance(source, Source):
            results.sources.add(source.path)
        for entry in read(source) if isinstance(source, Source) else (source,):
            if isinstance(entry, Unreadable):
                results.unreadable.append(entry)
            elif isinstance(entry, Stranger):
                results.strangers[entry.reason] += 1
            else:
                yield source.path if isinstance(source, Source) else source.source, entry


def _validate_entry(
    entry: Entry, kubernetes_version: str | None, results: Results
) -> list[Finding]:
    manifest = mapping(entry.value)
    if not manifest and not isinstance(entry.value, dict):
        return [_no_object(entry)]
    version, kind = manifest.get("apiVersion"), manifest.get("kind")
    if kind == "List" and version == "v1":
        return [_no_list(manifest)]
    if is_manifest(manifest) and (version, kind) not in KINDS:
        if found := refusal(manifest):
            results.validated += 1
            return [found]
        results.passed_over[text(kind) if _KIND.fullmatch(text(kind)) else _NO_KIND] += 1
        return []
    results.validated += 1
    return [
        _VERSION_OF_KUBECTL if one.code == _VERSION_OF_KUBECTL.code else one
        for one in validate_filled(
            manifest, partial(validate, kubernetes_version=kubernetes_version)
        )
    ]


def _no_object(entry: Entry) -> Finding:
    value: Any = entry.value
    if value is None and not entry.item:
        detail = "null: kubectl skips this document"
        return Finding("", "", detail, code=_NULL.code, severity="warning")
    path = ".".join(f"items[{index}]" for index in entry.item)
    if isinstance(value, list):
        remedy = "put `---` between objects, or `kind: List` around them"
        return invalid(path, None, "must be an object, not a list", remedy, _DOCUMENT)
    return invalid(path, None, f"must be an object, not {_json_type(value)}", rule=_DOCUMENT)


def _json_type(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return "text" if isinstance(value, str) else "a number"


def _no_list(manifest: Mapping[str, Any]) -> Finding:
    if manifest.get("items") is None:
        return required("items", rule=_DOCUMENT)
    return invalid("items", None, "must be a list", rule=_DOCUMENT)


def _subject(source: str, entry: Entry, *, with_chunk: bool) -> Subject:
    fields = mapping(entry.value)
    kind = text(fields.get("kind"))
    metadata = mapping(fields.get("metadata"))
    if not is_manifest(fields):
        kind, metadata = kind if kind in _KIND_NAMES else "", mapping(None)
    return Subject(
        source,
        entry.document,
        entry.item,
        intern(kind),
        intern(text(metadata.get("namespace"))),
        text(metadata.get("name")),
        entry.chunk if with_chunk else None,
    )
