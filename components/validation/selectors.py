"""Label selectors: `matchLabels` and `matchExpressions` (`ValidateLabelSelector`)."""

from functools import partial

from ..core import syntax
from ..core.findings import Finding, forbidden, invalid, required
from ..core.rules import RuleBook
from .object_meta import check_labels
from .shapes import STRING, STRING_MAP, STRINGS, ListOf, Struct
from .walk import Decoded, against, each

SHAPE = Struct(
    {
        "matchLabels": STRING_MAP,
        "matchExpressions": ListOf(Struct({"key": STRING, "operator": STRING, "values": STRINGS})),
    }
)

RULES = RuleBook()
VALUES_REQUIRED = RULES.rule(
    "selector-values-required", "A requirement `In` or `NotIn` names at least one value."
)
VALUES_FORBIDDEN = RULES.rule(
    "selector-values-forbidden", "A requirement `Exists` or `DoesNotExist` names no values."
)
OPERATOR = RULES.rule(
    "selector-operator", "A requirement's operator is `In`, `NotIn`, `Exists` or `DoesNotExist`."
)
KEY = RULES.rule("selector-key", "A requirement's key is a label key.")
VALUE = RULES.rule("selector-value", "Every value of a requirement is a label value.")

_WITH_VALUES = ("In", "NotIn")
_WITHOUT_VALUES = ("Exists", "DoesNotExist")


def validate_selector(selector: Decoded, *, any_value: bool = False) -> list[Finding]:
    """Validate a label selector, with paths that begin at it.

    Args:
        selector: The selector, decoded.
        any_value: Whether any values in requirements are accepted, which is so if the stored object
            is already invalid. Defaults to False.
    """
    findings: list[Finding] = []
    labels = selector.get("matchLabels")
    if labels:
        check_labels(labels, "matchLabels", findings)
    requirements = selector.get("matchExpressions")
    if requirements:
        check = partial(_requirement, any_value=any_value)
        findings += each(requirements, check, "matchExpressions")
    return findings


def _requirement(requirement: Decoded, *, any_value: bool) -> list[Finding]:
    operator: str = requirement.get("operator", "")
    key: str = requirement.get("key", "")
    values: list[str] = requirement.get("values", [])
    findings: list[Finding] = []
    if operator in _WITH_VALUES:
        if not values:
            detail = "must be specified when `operator` is 'In' or 'NotIn'"
            findings.append(required("values", detail, rule=VALUES_REQUIRED))
    elif operator in _WITHOUT_VALUES:
        if values:
            detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            findings.append(forbidden("values", detail, rule=VALUES_FORBIDDEN))
    else:
        problem = "not a valid selector operator"
        findings.append(invalid("operator", operator, problem, rule=OPERATOR))
    findings += against("key", key, syntax.qualified_name, KEY)
    if not any_value:
        findings += each(values, _value, "values")
    return findings


def _value(value: str) -> list[Finding]:
    return against("", value, syntax.label_value, VALUE)
