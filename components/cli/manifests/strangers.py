"""Finds files of a folder that are not manifests, which are skipped.

A repository has values files, patches, templates and settings beside its manifests. A file that the
user names is always validated, unless `--as-folder` is given.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, NamedTuple, cast

from ...validation.kinds import SPECS
from ...validation.untyped import items, mapping, text
from .documents import is_manifest

HELM_TEMPLATE = "Helm template: render it first"
TEMPLATE = "template: render it first"
YTT_TEMPLATE = "ytt template: render it first"
ENCRYPTED = "encrypted by SOPS: decrypt it first"
ASSERTION = "test assertion"
PATCHES = "list of patches"
PATCH = "strategic-merge patch"
KUSTOMIZATION = "kustomization without apiVersion"
NO_MANIFEST = "not a manifest"
NOT_YAML = "not YAML"
NOTES = "notes"
EXCLUDED = "excluded"
HIDDEN = "hidden"
VENDORED = "vendored"

KUSTOMIZATIONS = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
"""The names of kustomize's own files."""

_KINDS = frozenset(spec.kind for spec in SPECS)
_SPELLINGS = frozenset(spelling for spec in SPECS for spelling in spec.spellings)
_GO_TEMPLATE = re.compile(
    rb"^[^#\n]*\{\{-?[ \t]*(?:[.$(\"]|if\b|range\b|end\b|include\b|with\b|else\b|template\b"
    rb"|define\b|toYaml\b|default\b|/\*)",
    re.MULTILINE,
)
_ANY_TEMPLATE = re.compile(
    rb"^[^#\n]*(?:\{\{|\{%|:[ \t]+\{self\.|<%|@@|#@)|^[ \t]*(?:#@|\{\w+\}[ \t]*\r?$)"
    rb"|^[^#\n]*(?:\[\[-?[ \t]*(?:\.\w|(?:if|range|with|end|else)\b)"
    rb"|%\{~?[ \t]*(?:if|for|else|endif|endfor)\b)",
    re.MULTILINE,
)
_BRACKETS = re.compile(rb"\[\[-?[ \t]*\.\w")
_YTT = re.compile(rb"(?:^|[ \t])#@(?:[ \t]|[a-z]+/)", re.MULTILINE)
_QUOTED = re.compile(
    rb"^[ \t]*(?:-[ \t]+)?[^\s\"'{}]+:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*')[ \t]*\r?$", re.MULTILINE
)
_LARGE = 1 << 14
_DIRECTIVES = frozenset({"$patch", "$retainKeys"})
_PATCH_FOLDERS = frozenset({"patch", "patches"})
_PATCH_WORD = re.compile(r"(?<![a-z])patch(?:es)?(?![a-z])", re.IGNORECASE)
_DEFINITION = re.compile(rb"^kind:[ \t]+CustomResourceDefinition[ \t]*\r?$", re.MULTILINE)
_EXTENSIONS = re.compile(rb"^apiVersion:[ \t]+apiextensions\.k8s\.io/v1[ \t]*\r?$", re.MULTILINE)
_API_VERSION = re.compile(rb"^[ \t]*[\"']?apiVersion[\"']?[ \t]*:", re.MULTILINE)
_KIND = re.compile(rb"^[ \t]*[\"']?kind[\"']?[ \t]*:", re.MULTILINE)


class Stranger(NamedTuple):
    """A file, or a document of one, that is skipped."""

    source: str
    reason: str


class Marks(NamedTuple):
    """What the text of a document shows, which is searched once for all its items."""

    is_ytt: bool
    may_have_directives: bool
    may_have_brackets: bool


def marks_of(content: bytes, before: Marks | None) -> Marks:
    """Return what the text of a document shows.

    Args:
        content: The text.
        before: The marks of the document before it in the file, which may end with an annotation
            of ytt for this one. None if it is the first.
    """
    is_ytt = before is not None and before.is_ytt
    return Marks(
        is_ytt or (b"#@" in content and _YTT.search(content) is not None),
        any(one.encode() in content for one in _DIRECTIVES),
        b"[[" in content and _BRACKETS.search(content) is not None,
    )


def stranger_by_value(source: str, value: Any, marks: Marks) -> str:
    """Return why a document of a folder's file is not a manifest; empty if it may be one.

    A document with only one of `apiVersion` and `kind` is validated if the rest looks like an
    object of Kubernetes, because the other field was probably forgotten.

    Args:
        source: The file.
        value: The document, or an item if it is a list.
        marks: What the document's text shows.
    """
    if marks.is_ytt:
        return YTT_TEMPLATE
    if isinstance(value, list):
        return _stranger_by_items(items(cast("object", value)))
    fields = mapping(value)
    if _is_encrypted(fields) and (_is_of_ours(fields) or not is_manifest(fields)):
        return ENCRYPTED
    if marks.may_have_brackets and _has_brackets(value):
        return TEMPLATE
    is_directed = marks.may_have_directives and _has_directive(value)
    if is_directed or (_is_partial(fields) and _is_called_patch(source)):
        return PATCH
    if is_manifest(fields):
        return ""
    if is_kustomization(source):
        return KUSTOMIZATION
    return "" if _is_incomplete(fields) else NO_MANIFEST


def is_kustomization(source: str) -> bool:
    """Return whether a file has the name of a kustomize file."""
    return PurePath(source).name in KUSTOMIZATIONS


def is_large_stranger(content: bytes) -> bool:
    """Return whether a large document is certainly not a manifest, so that it need not be read.

    Lock files, data sets and dashboards contain none of the words of a Kubernetes object.
    """
    return len(content) > _LARGE and b"kind" not in content and b"apiVersion" not in content


def is_large_definition(content: bytes) -> bool:
    """Return whether a large document is certainly the definition of a custom resource."""
    return len(content) > _LARGE and bool(
        _DEFINITION.search(content) and _EXTENSIONS.search(content)
    )


def stranger_by_text(content: bytes) -> str:
    """Return why an unreadable document is not a manifest; empty if it may be one.

    Fields with quoted text are left out: YAML reads them, whatever the text is.
    """
    if _YTT.search(content):
        return YTT_TEMPLATE
    unquoted = _QUOTED.sub(b"", content)
    if _GO_TEMPLATE.search(unquoted):
        return HELM_TEMPLATE
    if _ANY_TEMPLATE.search(unquoted):
        return TEMPLATE
    return "" if _API_VERSION.search(content) and _KIND.search(content) else NOT_YAML


def _has_directive(value: Any) -> bool:
    """Return whether an object contains a directive of strategic-merge patches anywhere."""
    return any(not _DIRECTIVES.isdisjoint(mapping(one)) for one in _all_within(value))


def _has_brackets(value: Any) -> bool:
    """Return whether an object contains `[[ .name ]]`, which YAML reads as a list in a list."""
    return any(
        len(items(one)) == 1 and text(next(iter(items(items(one)[0])), None)).startswith(".")
        for one in _all_within(value)
    )


def _all_within(value: Any) -> Iterator[Any]:
    waiting: list[Any] = [value]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += [*mapping(one).values(), *items(one)]


def _is_encrypted(fields: Mapping[str, Any]) -> bool:
    by_sops = mapping(fields.get("sops"))
    return "mac" in by_sops or "lastmodified" in by_sops


def _is_called_patch(source: str) -> bool:
    path = PurePath(source)
    return bool(_PATCH_WORD.search(path.name)) or path.parent.name in _PATCH_FOLDERS


def _is_partial(fields: Mapping[str, Any]) -> bool:
    """Return whether an object lacks fields that every Service or Ingress has, like a patch."""
    spec, kind = mapping(fields.get("spec")), fields.get("kind")
    if kind == "Service":
        return not spec.get("ports") and spec.get("type") != "ExternalName"
    return kind == "Ingress" and not (spec.get("rules") or spec.get("defaultBackend"))


def _stranger_by_items(values: Any) -> str:
    if any(is_manifest(value) and _is_of_ours(mapping(value)) for value in values):
        return ""
    is_patch = all("op" in mapping(value) and "path" in mapping(value) for value in values)
    return PATCHES if values and is_patch else NO_MANIFEST


def _is_incomplete(fields: Mapping[str, Any]) -> bool:
    if text(fields.get("apiVersion")):
        return "spec" in fields and "metadata" in fields
    return text(fields.get("kind")) in _KINDS and ("metadata" in fields or "spec" in fields)


def _is_of_ours(fields: Mapping[str, Any]) -> bool:
    return text(fields.get("kind")).lower() in _SPELLINGS
