"""The fields of all Gateway API routes: their Gateways and their backends."""

from ...core import syntax
from ...core.findings import Finding, invalid, required, too_many
from ...core.rules import RuleBook
from ..shapes import INT32, STRING, ListOf, Struct
from ..walk import Decoded, against, each

__all__ = ["BACKENDS", "PARENTS", "RULES", "check_backends", "check_parents"]

PARENTS = ListOf(Struct({"name": STRING, "namespace": STRING, "sectionName": STRING}))
BACKENDS = ListOf(
    Struct({"name": STRING, "namespace": STRING, "port": INT32, "weight": INT32}),
)

RULES = RuleBook()
PARENT_NAME = RULES.rule("route-parent-name", "A route names each of its Gateways.")
PARENT_NAMESPACE = RULES.rule("route-parent-namespace", "A Gateway's namespace is a DNS label.")
PARENT_SECTION = RULES.rule("route-parent-section", "A listener's name is a DNS subdomain.")
PARENT_TWICE = RULES.rule("route-parent-twice", "A route names a Gateway twice by listeners only.")
BACKEND_NAME = RULES.rule("route-backend-name", "A route names the Service of each backend.")
BACKEND_NAMESPACE = RULES.rule("route-backend-namespace", "A backend's namespace is a DNS label.")
BACKEND_PORT = RULES.rule("route-backend-port", "A backend's port is from 1 to 65535.")
BACKEND_WEIGHT = RULES.rule("route-backend-weight", "A backend's weight is from 0 to 1000000.")
BACKENDS_MANY = RULES.rule("route-backends-many", "A rule has at most 16 backends.")

_MOST_BACKENDS = 16
_MOST_WEIGHT = 1_000_000


def check_parents(spec: Decoded) -> list[Finding]:
    """Return the errors in `parentRefs` of a route's spec."""
    parents: list[Decoded] = spec.get("parentRefs", [])
    findings = each(parents, _parent, "parentRefs")
    seen: dict[tuple[object, object], list[object]] = {}
    for index, one in enumerate(parents):
        sections = seen.setdefault((one.get("name"), one.get("namespace")), [])
        section = one.get("sectionName")
        if sections and (section is None or None in sections or section in sections):
            detail = "a Gateway that is named twice needs different values of `sectionName`"
            findings.append(
                invalid(f"parentRefs[{index}]", one.get("name"), detail, rule=PARENT_TWICE)
            )
        sections.append(section)
    return findings


def check_backends(rule: Decoded) -> list[Finding]:
    """Return the errors in `backendRefs` of a route's rule."""
    backends: list[Decoded] = rule.get("backendRefs", [])
    findings = each(backends, _backend, "backendRefs")
    if len(backends) > _MOST_BACKENDS:
        count = len(backends)
        findings.append(too_many("backendRefs", count, _MOST_BACKENDS, rule=BACKENDS_MANY))
    return findings


def _parent(parent: Decoded) -> list[Finding]:
    findings: list[Finding] = []
    if not parent.get("name"):
        findings.append(required("name", rule=PARENT_NAME))
    if (namespace := parent.get("namespace")) is not None:
        findings += against("namespace", namespace, syntax.dns_label, PARENT_NAMESPACE)
    if (section := parent.get("sectionName")) is not None:
        findings += against("sectionName", section, syntax.dns_subdomain, PARENT_SECTION)
    return findings


def _backend(backend: Decoded) -> list[Finding]:
    findings: list[Finding] = []
    if not backend.get("name"):
        findings.append(required("name", rule=BACKEND_NAME))
    if (namespace := backend.get("namespace")) is not None:
        findings += against("namespace", namespace, syntax.dns_label, BACKEND_NAMESPACE)
    if (port := backend.get("port")) is not None:
        findings += against("port", port, syntax.port_number, BACKEND_PORT)
    weight: int = backend.get("weight", 1)
    if not 0 <= weight <= _MOST_WEIGHT:
        detail = f"must be between 0 and {_MOST_WEIGHT}, inclusive"
        findings.append(invalid("weight", weight, detail, rule=BACKEND_WEIGHT))
    return findings
