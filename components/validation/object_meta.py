"""An object's metadata, validated in the same way for all kinds (`ValidateObjectMeta`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..core.findings import Finding, forbidden, invalid, quote, required, too_long
from ..core.metadata import MAX_ANNOTATION_BYTES
from ..core.rules import RuleBook
from ..core.syntax import dns_label, label_value, qualified_name, size
from ..core.versions import Rules
from . import owners, shapes
from .walk import against

RULES = RuleBook(owners.RULES)
METADATA_NAME_REQUIRED = RULES.rule(
    "metadata-name-required", "An object has a name or a generateName."
)
METADATA_NAME = RULES.rule("metadata-name", "An object's name has the form that its kind asks for.")
METADATA_GENERATE_NAME = RULES.rule(
    "metadata-generate-name", "A generateName has the form of a name, but for one trailing dash."
)
METADATA_NAMESPACE = RULES.rule("metadata-namespace", "A namespace is an RFC 1123 label.")
METADATA_GENERATION = RULES.rule("metadata-generation", "A generation is not negative.")
METADATA_LABEL_KEY = RULES.rule("metadata-label-key", "A label's key is a qualified name.")
METADATA_LABEL_VALUE = RULES.rule(
    "metadata-label-value", "A label's value has at most 63 letters, digits, '-', '_' and '.'."
)
METADATA_ANNOTATION_KEY = RULES.rule(
    "metadata-annotation-key", "An annotation's key is a qualified name, in upper or lower case."
)
METADATA_ANNOTATION_SIZE = RULES.rule(
    "metadata-annotation-size", "All annotations together have at most 256 KiB."
)
# then those of owners.RULES
METADATA_FINALIZER = RULES.rule("metadata-finalizer", "A finalizer is a qualified name.")
METADATA_FINALIZER_PREFIX = RULES.rule(
    "metadata-finalizer-prefix", "A custom finalizer has a domain before its name."
)
METADATA_FINALIZER_CONFLICT = RULES.rule(
    "metadata-finalizer-conflict", "Dependents are orphaned or deleted first, not both."
)
METADATA_FINALIZER_NEW = RULES.rule(
    "metadata-finalizer-new", "No finalizer is added to an object that is being deleted."
)
METADATA_RESOURCE_VERSION = RULES.rule(
    "metadata-resource-version", "A resourceVersion is absent on create, and current on update."
)
METADATA_IMMUTABLE = RULES.rule(
    "metadata-immutable", "An object's name, namespace, uid and deletion do not change."
)

_MANAGED_FIELDS = shapes.Struct(
    {
        "manager": shapes.STRING,
        "operation": shapes.STRING,
        "apiVersion": shapes.STRING,
        "time": shapes.TIME,
        "fieldsType": shapes.STRING,
        "fieldsV1": shapes.ANYTHING,
        "subresource": shapes.STRING,
    }
)
SHAPE = shapes.Struct(
    {
        "name": shapes.STRING,
        "generateName": shapes.STRING,
        "namespace": shapes.STRING,
        "selfLink": shapes.STRING,
        "uid": shapes.STRING,
        "resourceVersion": shapes.STRING,
        "generation": shapes.INT64,
        "creationTimestamp": shapes.TIME,
        "deletionTimestamp": shapes.TIME,
        "deletionGracePeriodSeconds": shapes.INT64,
        "labels": shapes.STRING_MAP,
        "annotations": shapes.STRING_MAP,
        "ownerReferences": shapes.ListOf(owners.SHAPE),
        "finalizers": shapes.STRINGS,
        "managedFields": shapes.ListOf(_MANAGED_FIELDS),
    }
)
OBJECT_REFERENCE = shapes.Struct(
    {
        "kind": shapes.STRING,
        "namespace": shapes.STRING,
        "name": shapes.STRING,
        "uid": shapes.STRING,
        "apiVersion": shapes.STRING,
        "resourceVersion": shapes.STRING,
        "fieldPath": shapes.STRING,
    }
)
"""A core/v1 ObjectReference, such as an endpoint's `targetRef`, which has no rules."""

NameReasons = Callable[[str], Sequence[str]]
"""Returns the reasons against a name, such as `syntax.dns_subdomain`."""

_GENERATED_BASE = 58
_NO_VERSION = 1 << 64
_ORPHAN, _FOREGROUND = "orphan", "foregroundDeletion"
_STANDARD_FINALIZERS = frozenset({"kubernetes", _ORPHAN, _FOREGROUND})
_GENERATION_IS_SET = frozenset({"EndpointSlice", "Ingress", "NetworkPolicy"})
_GO_LOWER = {"\u212a": "k", "\u0130": "i"}
"""The characters outside ASCII that Go's `strings.ToLower` turns into ASCII."""


def with_spec(spec: shapes.Struct) -> shapes.Struct:
    """Return the shape of an object that has metadata and a spec."""
    return shapes.Struct(
        {"apiVersion": shapes.STRING, "kind": shapes.STRING, "metadata": SHAPE, "spec": spec}
    )


def check_metadata(
    new: Mapping[str, Any],
    old: Mapping[str, Any] | None,
    name_reasons: NameReasons,
    rules: Rules,
    findings: list[Finding],
    *,
    rename: bool = False,
) -> None:
    """Validate `metadata` of a decoded object that is created, or that updates `old`.

    An update does not validate a kind's own form of names again, unless `rename` is set: then a
    `generateName` is validated as on create. Managed fields are not validated, because the API
    server replaces them.
    """
    metadata: Mapping[str, Any] = new.get("metadata", {})
    before: Mapping[str, Any] | None = None if old is None else old.get("metadata", {})
    if before is None:
        _check_names(new, name_reasons, findings)
    else:
        _check_path_segments(metadata, findings)
    _check_namespace(metadata.get("namespace", ""), findings)
    if before is None and new.get("kind") not in _GENERATION_IS_SET:
        _check_generation(metadata.get("generation", 0), findings)
    check_labels(metadata.get("labels"), "metadata.labels", findings)
    check_annotations(metadata.get("annotations"), findings)
    owners.check_owners(metadata.get("ownerReferences", ()), rules, findings)
    finalizers: list[str] = metadata.get("finalizers", [])
    _check_finalizers(finalizers, findings)
    if before is not None:
        _check_changes(metadata, before, findings)
        if rename:
            check_names_again(new, name_reasons, findings)
    for index, finalizer in enumerate(finalizers):
        _check_finalizer_prefix(finalizer, index, findings)
    if before is not None:
        _check_current(metadata, before, findings)


def check_names_again(
    new: Mapping[str, Any], name_reasons: NameReasons, findings: list[Finding]
) -> None:
    """Validate names on an update as on a create, unless there is no name at all."""
    if new.get("metadata", {}).get("name"):
        _check_names(new, name_reasons, findings)


def check_unstored(new: Mapping[str, Any], findings: list[Finding]) -> None:
    """Validate that an object to be created has no `resourceVersion`.

    The API server checks this last, and a dry run does not check it.
    """
    version: str = new.get("metadata", {}).get("resourceVersion", "")
    if version.isascii() and version.isdigit() and version.strip("0") and _is_uint64(version):
        path, rule = "metadata.resourceVersion", METADATA_RESOURCE_VERSION
        detail = "resourceVersion should not be set on objects to be created"
        findings.append(forbidden(path, detail, rule=rule))


def check_labels(labels: Mapping[str, str] | None, path: str, findings: list[Finding]) -> None:
    """Validate labels, or other fields of the same form (`ValidateLabels`)."""
    for key, value in (labels or {}).items():
        findings += against(path, key, qualified_name, METADATA_LABEL_KEY)
        for found in against(path, value, label_value, METADATA_LABEL_VALUE):
            findings.append(replace(found, at=f"{path}[{key}]"))


def _path_prefix(name: str) -> list[str]:
    """Return the reasons why `name` cannot begin a segment of a URL (`IsPathSegmentPrefix`)."""
    return [f"may not contain '{one}'" for one in "/%" if one in name]


def _check_names(new: Mapping[str, Any], reasons: NameReasons, findings: list[Finding]) -> None:
    """Validate an object's `generateName`, and its name or the one generated from it."""
    metadata: Mapping[str, Any] = new.get("metadata", {})
    prefix = metadata.get("generateName", "")
    name = metadata.get("name", "")
    if prefix:
        findings += against(
            "metadata.generateName",
            prefix,
            lambda given: reasons(_mask_trailing_dash(given)),
            METADATA_GENERATE_NAME,
        )
        name = name or _generated(prefix)
    if not name:
        findings.append(_nameless())
        return
    findings += against("metadata.name", name, reasons, METADATA_NAME)


def _check_path_segments(metadata: Mapping[str, Any], findings: list[Finding]) -> None:
    """Validate the names as segments of a URL's path, the only check in every update.

    A name that differs from the old one is immutable.
    """
    prefix: str = metadata.get("generateName", "")
    findings += against("metadata.generateName", prefix, _path_prefix, METADATA_GENERATE_NAME)
    if not metadata.get("name"):
        findings.append(_nameless())


def _nameless() -> Finding:
    detail = "name or generateName is required"
    return required("metadata.name", detail, rule=METADATA_NAME_REQUIRED)


def _mask_trailing_dash(prefix: str) -> str:
    """Do what `maskTrailingDash` does: replace the last *two* bytes with an `a`."""
    if prefix == "-" or not prefix.endswith("-"):
        return prefix
    return _first_bytes(prefix, size(prefix) - 2) + "a"


def _generated(prefix: str) -> str:
    """Return a name like those the API server generates, with `x` for the random part."""
    return f"{_first_bytes(prefix, _GENERATED_BASE)}xxxxx"


def _first_bytes(text: str, count: int) -> str:
    return text.encode(errors="surrogatepass")[:count].decode(errors="replace")


def _check_namespace(namespace: str, findings: list[Finding]) -> None:
    """Validate the namespace; if absent, it is that of the request."""
    if namespace:
        findings += against("metadata.namespace", namespace, dns_label, METADATA_NAMESPACE)


def _check_generation(generation: int, findings: list[Finding]) -> None:
    if generation < 0:
        detail = "must be greater than or equal to 0"
        findings.append(
            invalid("metadata.generation", generation, detail, rule=METADATA_GENERATION)
        )


def _check_current(
    metadata: Mapping[str, Any], before: Mapping[str, Any], findings: list[Finding]
) -> None:
    """Validate that an update names the latest version, or none."""
    path = "metadata.resourceVersion"
    version: str = metadata.get("resourceVersion", "")
    if version.strip("0") and version != before.get("resourceVersion", version):
        detail = (
            "the object has been modified; please apply your changes to the latest version and "
            "try again"
        )
        findings.append(invalid(path, version, detail, rule=METADATA_RESOURCE_VERSION))


def _is_uint64(digits: str) -> bool:
    significant = digits.lstrip("0")
    return len(significant) <= len(str(_NO_VERSION)) and int(significant) < _NO_VERSION


def check_annotations(annotations: Mapping[str, str] | None, findings: list[Finding]) -> None:
    """Validate annotations (`ValidateAnnotations`)."""
    if not annotations:
        return
    for key in annotations:
        findings += against("metadata.annotations", key, _any_case, METADATA_ANNOTATION_KEY)
    total = sum(size(key) + size(value) for key, value in annotations.items())
    if total > MAX_ANNOTATION_BYTES:
        path, rule = "metadata.annotations", METADATA_ANNOTATION_SIZE
        findings.append(too_long(path, MAX_ANNOTATION_BYTES, rule))


def _any_case(key: str) -> tuple[str, ...]:
    """Return the reasons why `key`, in lower case, is not a qualified name."""
    if not key.isascii():
        key = "".join(_GO_LOWER.get(one, one) for one in key)
    return qualified_name(key.lower())


def _check_finalizers(finalizers: Sequence[str], findings: list[Finding]) -> None:
    path = "metadata.finalizers"
    for finalizer in finalizers:
        findings += against(path, finalizer, qualified_name, METADATA_FINALIZER)
    if _ORPHAN in finalizers and _FOREGROUND in finalizers:
        detail = f"finalizer {_ORPHAN} and {_FOREGROUND} cannot be both set"
        findings.append(invalid(path, list(finalizers), detail, rule=METADATA_FINALIZER_CONFLICT))


def _check_finalizer_prefix(finalizer: str, index: int, findings: list[Finding]) -> None:
    if "/" not in finalizer and finalizer not in _STANDARD_FINALIZERS:
        findings.append(
            invalid(
                f"metadata.finalizers[{index}]",
                finalizer,
                "name is neither a standard finalizer name nor is it fully qualified",
                rule=METADATA_FINALIZER_PREFIX,
            )
        )


def _check_changes(
    metadata: Mapping[str, Any], before: Mapping[str, Any], findings: list[Finding]
) -> None:
    """Validate the changes of an update, except in fields that the API server sets itself."""
    if before.get("deletionTimestamp"):
        added = set(metadata.get("finalizers", ())).difference(before.get("finalizers", ()))
        if added:
            listed = ", ".join(map(quote, sorted(added)))
            detail = (
                "no new finalizers can be added if the object is being deleted, found new "
                f"finalizers []string{{{listed}}}"
            )
            findings.append(forbidden("metadata.finalizers", detail, rule=METADATA_FINALIZER_NEW))
    changed = [
        field
        for field in ("name", "namespace", "uid")
        if metadata.get(field) and metadata[field] != before.get(field, metadata[field])
    ]
    if metadata.get("deletionTimestamp") and not before.get("deletionTimestamp"):
        changed.append("deletionTimestamp")
    grace = metadata.get("deletionGracePeriodSeconds")
    if grace is not None and grace != before.get("deletionGracePeriodSeconds"):
        changed.append("deletionGracePeriodSeconds")
    findings.extend(
        invalid(f"metadata.{field}", metadata[field], "field is immutable", rule=METADATA_IMMUTABLE)
        for field in changed
    )
