"""PodDisruptionBudget of policy/v1 (`ValidatePodDisruptionBudget`), as components render it."""

from ...core import syntax
from ...core.findings import Finding
from ...core.rules import RuleBook
from ...core.versions import Rules
from .. import object_meta, selectors
from ..kinds.kind_spec import KindSpec
from ..shapes import INT_OR_STRING, Struct
from ..walk import Decoded, below
from .numbers import not_negative
from .unread import read_nothing

__all__ = ["SPEC"]

SHAPE = object_meta.with_spec(Struct({"minAvailable": INT_OR_STRING, "selector": selectors.SHAPE}))

RULES = RuleBook()
MIN_AVAILABLE = RULES.rule("budget-min-available", "A budget's minAvailable is not negative.")


def validate(new: Decoded, old: Decoded | None, rules: Rules, findings: list[Finding]) -> None:
    """Validate a PodDisruptionBudget that is created."""
    object_meta.check_metadata(new, old, syntax.dns_subdomain, rules, findings)
    findings += below("spec", not_negative(new.get("spec", {}), "minAvailable", MIN_AVAILABLE))


SPEC = KindSpec(
    "policy/v1",
    "PodDisruptionBudget",
    "poddisruptionbudgets",
    lambda _: SHAPE,
    RULES,
    validate,
    read_nothing,
)
