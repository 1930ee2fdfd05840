"""The requests and limits of a container (`validateResourceRequirements`)."""

from collections.abc import Mapping

from ...core import syntax
from ...core.findings import Finding, forbidden, invalid, required
from ...core.quantities import FORM, parse_quantity
from ...core.rules import RuleBook
from ..walk import Decoded

__all__ = ["RULES", "validate_resources"]

RULES = RuleBook()
NAME = RULES.rule("container-resource-name", "A resource is known, or has a domain in its name.")
QUANTITY = RULES.rule("container-resource-quantity", "A quantity is a number with a unit.")
REQUEST = RULES.rule("container-resource-request", "A request is not more than its limit.")
LIMIT = RULES.rule("container-resource-limit", "What cannot be overcommitted has a limit.")
HUGE_PAGES = RULES.rule("container-huge-pages", "Huge pages go with cpu or memory.")

_STANDARD = frozenset({"cpu", "memory", "ephemeral-storage"})
_HUGE_PAGES = "hugepages-"


def validate_resources(given: Decoded) -> list[Finding]:
    """Validate the resources of a container, with paths that begin there."""
    limits: Mapping[str, str] = given.get("limits", {})
    requests: Mapping[str, str] = given.get("requests", {})
    findings = [
        found
        for field, quantities in (("limits", limits), ("requests", requests))
        for name, quantity in quantities.items()
        for found in _one(name, quantity, f"{field}[{name}]")
    ]
    for name, quantity in requests.items():
        findings += _against_limit(name, quantity, limits.get(name))
    names = {*limits, *requests}
    if any(map(_is_huge_pages, names)) and not names & {"cpu", "memory"}:
        findings.append(forbidden("", "HugePages require cpu or memory", rule=HUGE_PAGES))
    return findings


def _one(name: str, quantity: str, path: str) -> list[Finding]:
    reasons = [*syntax.qualified_name(name)]
    reasons += _unknown(name)[1:] if reasons else _unknown(name)
    findings = [invalid(path, name, reason, rule=NAME) for reason in reasons]
    value = parse_quantity(quantity)
    if value is None:
        detail = f"quantities must match the regular expression '{FORM}'"
        return [*findings, invalid(path, quantity, detail, rule=QUANTITY)]
    if value < 0:
        detail = "must be greater than or equal to 0"
        findings.append(invalid(path, quantity, detail, rule=QUANTITY))
    if _is_extended(name) and value != int(value):
        findings.append(invalid(path, quantity, "must be an integer", rule=QUANTITY))
    return findings


def _unknown(name: str) -> list[str]:
    if "/" not in name:
        if name in _STANDARD or _is_huge_pages(name):
            return []
        return [
            "must be a standard resource type or fully qualified",
            "must be a standard resource for containers",
        ]
    if _is_native(name) or _is_extended(name):
        return []
    return ["doesn't follow extended resource name standard"]


def _against_limit(name: str, request: str, limit: str | None) -> list[Finding]:
    may_overcommit = not _is_huge_pages(name) and _is_native(name)
    if limit is None:
        if may_overcommit:
            return []
        detail = "Limit must be set for non overcommitable resources"
        return [required("limits", detail, rule=LIMIT)]
    asked, allowed = parse_quantity(request), parse_quantity(limit)
    if asked is None or allowed is None:
        return []
    if asked != allowed and not may_overcommit:
        return [_above(name, request, limit, "equal to")]
    if asked > allowed:
        return [_above(name, request, limit, "less than or equal to")]
    return []


def _above(name: str, request: str, limit: str, relation: str) -> Finding:
    detail = f"must be {relation} {name} limit of {limit}"
    finding = invalid("requests", request, detail, rule=REQUEST)
    return Finding(
        finding.path, finding.type, detail, request, "", finding.code, "error", f"requests[{name}]"
    )


def _is_huge_pages(name: str) -> bool:
    return name.startswith(_HUGE_PAGES)


def _is_native(name: str) -> bool:
    return "/" not in name or "kubernetes.io/" in name


def _is_extended(name: str) -> bool:
    if _is_native(name) or name.startswith("requests."):
        return False
    return not syntax.qualified_name(f"requests.{name}")
