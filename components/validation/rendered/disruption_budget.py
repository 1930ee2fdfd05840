"""PodDisruptionBudget of policy/v1 (`ValidatePodDisruptionBudget`), as components render it."""

from ...core import syntax
from ...core.findings import Finding
from ...core.rules import RuleBook
from ...core.versions import Rules
from .. import metadata, selectors
from ..kind_spec import KindSpec
from ..shapes import INT_OR_STRING, STRING, Struct
from ..walk import Plain, below
from .numbers import not_negative
from .unread import read_nothing

__all__ = ["SPEC"]

SHAPE = Struct(
    {
        "apiVersion": STRING,
        "kind": STRING,
        "metadata": metadata.SHAPE,
        "spec": Struct({"minAvailable": INT_OR_STRING, "selector": selectors.SHAPE}),
    }
)

RULES = RuleBook()
MIN_AVAILABLE = RULES.rule("budget-min-available", "A budget's minAvailable is not negative.")


def judge(new: Plain, old: Plain | None, rules: Rules, findings: list[Finding]) -> None:
    """Judge a PodDisruptionBudget that is created."""
    metadata.check_metadata(new, old, syntax.dns_subdomain, rules, findings)
    findings += below("spec", not_negative(new.get("spec", {}), "minAvailable", MIN_AVAILABLE))


SPEC = KindSpec(
    "policy/v1",
    "PodDisruptionBudget",
    "poddisruptionbudgets",
    lambda _: SHAPE,
    RULES,
    judge,
    read_nothing,
)
