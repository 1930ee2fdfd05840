"""TCPRoute of gateway.networking.k8s.io/v1, as components render it.

(The schema and the CEL rules of the CustomResourceDefinition, standard channel.)
"""

from ...core import syntax
from ...core.findings import Finding
from ...core.rules import RuleBook
from ...core.versions import Rules
from .. import object_meta
from ..kinds.kind_spec import KindSpec
from ..shapes import ListOf, Struct
from ..walk import Decoded, below, each
from . import route_fields
from .route_fields import BACKENDS, PARENTS, check_backends, check_parents
from .unread import read_nothing

__all__ = ["SPEC"]

SHAPE = object_meta.with_spec(
    Struct({"parentRefs": PARENTS, "rules": ListOf(Struct({"backendRefs": BACKENDS}))})
)

RULES = RuleBook(route_fields.RULES)


def validate(new: Decoded, old: Decoded | None, rules: Rules, findings: list[Finding]) -> None:
    """Validate a TCPRoute that is created."""
    object_meta.check_metadata(new, old, syntax.dns_subdomain, rules, findings)
    spec: Decoded = new.get("spec", {})
    findings += below("spec", check_parents(spec))
    findings += each(spec.get("rules", []), check_backends, "spec.rules")


SPEC = KindSpec(
    "gateway.networking.k8s.io/v1",
    "TCPRoute",
    "tcproutes",
    lambda _: SHAPE,
    RULES,
    validate,
    read_nothing,
)
