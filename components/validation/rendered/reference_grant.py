"""ReferenceGrant of gateway.networking.k8s.io/v1beta1, as components render it."""

from ...core import syntax
from ...core.findings import Finding, too_many
from ...core.rules import RuleBook
from ...core.versions import Rules
from .. import object_meta
from ..kinds.kind_spec import KindSpec
from ..shapes import STRING, ListOf, Struct
from ..walk import Decoded, against, below
from .unread import read_nothing

__all__ = ["SPEC"]

SHAPE = object_meta.with_spec(
    Struct(
        {
            "from": ListOf(Struct({"group": STRING, "kind": STRING, "namespace": STRING})),
            "to": ListOf(Struct({"group": STRING, "kind": STRING, "name": STRING})),
        }
    )
)

RULES = RuleBook()
FROM_NAMESPACE = RULES.rule("grant-namespace", "A grant names the namespace of the routes.")
TO_MANY = RULES.rule("grant-many", "A grant is for at most 16 Services.")

_MOST_SERVICES = 16


def validate(new: Decoded, old: Decoded | None, rules: Rules, findings: list[Finding]) -> None:
    """Validate a ReferenceGrant that is created."""
    object_meta.check_metadata(new, old, syntax.dns_subdomain, rules, findings)
    spec: Decoded = new.get("spec", {})
    for index, one in enumerate(spec.get("from", [])):
        if (namespace := one.get("namespace")) is not None:
            reasons = against("namespace", namespace, syntax.dns_label, FROM_NAMESPACE)
            findings += below(f"spec.from[{index}]", reasons)
    services: list[Decoded] = spec.get("to", [])
    if len(services) > _MOST_SERVICES:
        findings.append(too_many("spec.to", len(services), _MOST_SERVICES, rule=TO_MANY))


SPEC = KindSpec(
    "gateway.networking.k8s.io/v1beta1",
    "ReferenceGrant",
    "referencegrants",
    lambda _: SHAPE,
    RULES,
    validate,
    read_nothing,
)
