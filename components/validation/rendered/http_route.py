"""HTTPRoute of gateway.networking.k8s.io/v1, as components render it.

(The schema and the CEL rules of the CustomResourceDefinition, standard channel.)
"""

import re

from ...core import syntax
from ...core.findings import Finding, invalid, too_many
from ...core.rules import RuleBook
from ...core.versions import Rules
from .. import object_meta
from ..ip import parse_sloppy_ip
from ..kinds.kind_spec import KindSpec
from ..shapes import STRING, STRINGS, ListOf, Struct
from ..walk import Decoded, against, below, each
from . import route_fields
from .route_fields import BACKENDS, PARENTS, check_backends, check_parents
from .unread import read_nothing

__all__ = ["SPEC"]

SHAPE = object_meta.with_spec(
    Struct(
        {
            "parentRefs": PARENTS,
            "hostnames": STRINGS,
            "rules": ListOf(
                Struct(
                    {
                        "matches": ListOf(
                            Struct({"path": Struct({"type": STRING, "value": STRING})})
                        ),
                        "backendRefs": BACKENDS,
                    }
                )
            ),
        }
    )
)

RULES = RuleBook(route_fields.RULES)
HOST = RULES.rule("route-host", "A route's host is a DNS name, `*.` before it at most.")
RULES_MANY = RULES.rule("route-rules-many", "An HTTPRoute has at most 16 rules.")
PATH = RULES.rule("route-path", "A route's path is absolute and normalized, as in a URL.")

_MOST_RULES = 16
_LONGEST_PATH = 1024
_FORBIDDEN_SEQUENCES = ("//", "/./", "/../", "%2f", "%2F", "#")
_FORBIDDEN_ENDS = ("/..", "/.")
_PATH = re.compile(r"(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+")


def validate(new: Decoded, old: Decoded | None, rules: Rules, findings: list[Finding]) -> None:
    """Validate an HTTPRoute that is created."""
    object_meta.check_metadata(new, old, syntax.dns_subdomain, rules, findings)
    spec: Decoded = new.get("spec", {})
    findings += below("spec", check_parents(spec))
    findings += each(spec.get("hostnames", []), _host, "spec.hostnames")
    routed: list[Decoded] = spec.get("rules", [])
    if len(routed) > _MOST_RULES:
        findings.append(
            too_many("spec.rules", len(routed), _MOST_RULES, "declare another", RULES_MANY)
        )
    findings += each(routed, _rule, "spec.rules")


def _host(host: str) -> list[Finding]:
    if parse_sloppy_ip(host) is not None:
        return [invalid("", host, "must be a DNS name, not an IP address", rule=HOST)]
    reasons = syntax.wildcard_subdomain if "*" in host else syntax.dns_subdomain
    return against("", host, reasons, HOST)


def _rule(rule: Decoded) -> list[Finding]:
    paths = [match["path"] for match in rule.get("matches", []) if "path" in match]
    found = [below(f"matches[{index}].path", _path(path)) for index, path in enumerate(paths)]
    return [*(one for each_path in found for one in each_path), *check_backends(rule)]


def _path(path: Decoded) -> list[Finding]:
    value: str = path.get("value", "/")
    reasons: list[str] = []
    if not value.startswith("/"):
        reasons.append("must be an absolute path")
    reasons += [f"must not contain '{one}'" for one in _FORBIDDEN_SEQUENCES if one in value]
    reasons += [f"must not end with '{one}'" for one in _FORBIDDEN_ENDS if value.endswith(one)]
    if len(value) > _LONGEST_PATH:
        reasons.append(f"must have at most {_LONGEST_PATH} characters")
    if not reasons and not _PATH.fullmatch(value):
        reasons.append("must hold only characters of a URL's path; others as %XX")
    return [invalid("value", value, reason, rule=PATH) for reason in reasons]


SPEC = KindSpec(
    "gateway.networking.k8s.io/v1",
    "HTTPRoute",
    "httproutes",
    lambda _: SHAPE,
    RULES,
    validate,
    read_nothing,
)
