"""Volumes of Pods (`ValidateVolumes`)."""

from ...core import syntax
from ...core.findings import Finding, duplicate, forbidden, invalid, required
from ...core.quantities import parse_quantity
from ...core.rules import Rule, RuleBook
from ..shapes import INT64, STRING, ListOf, Struct
from ..walk import Decoded, against, below

__all__ = ["RULES", "SHAPE", "descending_path", "validate_volumes"]

_NAMED = Struct({"name": STRING})
_TOKEN = Struct({"path": STRING, "audience": STRING, "expirationSeconds": INT64})
_PROJECTED = Struct({"secret": _NAMED, "configMap": _NAMED, "serviceAccountToken": _TOKEN})
SHAPE = ListOf(
    Struct(
        {
            "name": STRING,
            "emptyDir": Struct({"medium": STRING, "sizeLimit": STRING}),
            "configMap": _NAMED,
            "secret": Struct({"secretName": STRING}),
            "persistentVolumeClaim": Struct({"claimName": STRING}),
            "projected": Struct(
                {
                    "sources": ListOf(
                        Struct(
                            {"secret": _NAMED, "configMap": _NAMED, "serviceAccountToken": _TOKEN}
                        )
                    )
                }
            ),
        }
    )
)

RULES = RuleBook()
NAME = RULES.rule("volume-name", "A volume's name is an RFC 1123 label.")
NAME_TWICE = RULES.rule("volume-name-twice", "Volumes of a Pod differ in name.")
SOURCE_NAME = RULES.rule("volume-source-name", "The source of a volume is named.")
SIZE = RULES.rule("volume-size", "An emptyDir's size limit is not negative.")
TOKEN_SECONDS = RULES.rule("volume-token-seconds", "A token is valid for 600 to 2^32 seconds.")
TOKEN_PATH = RULES.rule("volume-token-path", "A token's path is relative, without `..`.")

_LEAST_SECONDS = 600
_MOST_SECONDS = 1 << 32
_NAMES = (
    ("configMap", "name"),
    ("secret", "secretName"),
    ("persistentVolumeClaim", "claimName"),
)


def validate_volumes(volumes: list[Decoded]) -> list[Finding]:
    """Validate the volumes of a Pod, with paths that begin there."""
    findings: list[Finding] = []
    taken: set[str] = set()
    for index, volume in enumerate(volumes):
        name: str = volume.get("name", "")
        own = _source(volume)
        if name:
            own += against("name", name, syntax.dns_label, NAME)
        else:
            own.append(required("name", rule=NAME))
        if name in taken:
            own.append(duplicate("name", name, rule=NAME_TWICE))
        if not own:
            taken.add(name)
        findings += below(f"volumes[{index}]", own)
    return findings


def _source(volume: Decoded) -> list[Finding]:
    findings = [
        required(f"{kind}.{field}", rule=SOURCE_NAME)
        for kind, field in _NAMES
        if kind in volume and not volume[kind].get(field)
    ]
    limit = parse_quantity(volume.get("emptyDir", {}).get("sizeLimit", "0"))
    if limit is not None and limit < 0:
        detail = "SizeLimit field must be a valid resource quantity"
        findings.append(forbidden("emptyDir.sizeLimit", detail, rule=SIZE))
    for index, source in enumerate(volume.get("projected", {}).get("sources", [])):
        findings += below("projected", _projected(source, f"sources[{index}]"))
    return findings


def _projected(source: Decoded, path: str) -> list[Finding]:
    findings = [
        required(f"{path}.{kind}.name", rule=SOURCE_NAME)
        for kind in ("secret", "configMap")
        if kind in source and not source[kind].get("name")
    ]
    if "serviceAccountToken" in source:
        findings += _token(source["serviceAccountToken"], path)
    return findings


def _token(token: Decoded, path: str) -> list[Finding]:
    seconds: int = token.get("expirationSeconds", 3600)
    field = f"{path}.serviceAccountToken.expirationSeconds"
    findings: list[Finding] = []
    if seconds < _LEAST_SECONDS:
        detail = "may not specify a duration less than 10 minutes"
        findings.append(invalid(field, seconds, detail, rule=TOKEN_SECONDS))
    if seconds > _MOST_SECONDS:
        detail = "may not specify a duration larger than 2^32 seconds"
        findings.append(invalid(field, seconds, detail, rule=TOKEN_SECONDS))
    where: str = token.get("path", "")
    if not where:
        return [*findings, required("path", rule=TOKEN_PATH)]
    findings += descending_path(where, "path", TOKEN_PATH)
    if where.startswith("..") and not where.startswith("../"):
        findings.append(invalid("path", where, "must not start with '..'", rule=TOKEN_PATH))
    return findings


def descending_path(path: str, field: str, rule: Rule) -> list[Finding]:
    """Validate that a path is relative and leads downwards (`validateLocalDescendingPath`)."""
    findings: list[Finding] = []
    if path.startswith("/"):
        findings.append(invalid(field, path, "must be a relative path", rule=rule))
    if ".." in path.split("/"):
        findings.append(invalid(field, path, "must not contain '..'", rule=rule))
    return findings
