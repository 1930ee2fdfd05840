"""HorizontalPodAutoscaler of autoscaling/v2, as components render it.

(`ValidateHorizontalPodAutoscaler`.)
"""

from ...core import syntax
from ...core.findings import Finding, forbidden, invalid, required
from ...core.rules import RuleBook
from ...core.versions import Rules
from .. import object_meta
from ..kinds.kind_spec import KindSpec
from ..shapes import INT32, STRING, ListOf, Struct
from ..walk import Decoded, below, each
from .unread import read_nothing

__all__ = ["SPEC"]

SHAPE = object_meta.with_spec(
    Struct(
        {
            "scaleTargetRef": Struct({"apiVersion": STRING, "kind": STRING, "name": STRING}),
            "minReplicas": INT32,
            "maxReplicas": INT32,
            "metrics": ListOf(
                Struct(
                    {
                        "type": STRING,
                        "resource": Struct(
                            {
                                "name": STRING,
                                "target": Struct({"type": STRING, "averageUtilization": INT32}),
                            }
                        ),
                    }
                )
            ),
        }
    )
)

RULES = RuleBook()
MIN_REPLICAS = RULES.rule("autoscaler-min", "An autoscaler's minReplicas is at least 1.")
MAX_REPLICAS = RULES.rule("autoscaler-max", "An autoscaler's maxReplicas is at least 1.")
ORDER = RULES.rule("autoscaler-order", "An autoscaler's maxReplicas is not below minReplicas.")
UTILIZATION = RULES.rule("autoscaler-utilization", "An average utilization is at least 1.")


def validate(new: Decoded, old: Decoded | None, rules: Rules, findings: list[Finding]) -> None:
    """Validate a HorizontalPodAutoscaler that is created."""
    object_meta.check_metadata(new, old, syntax.dns_subdomain, rules, findings)
    spec: Decoded = new.get("spec", {})
    findings += below("spec", _replicas(spec))
    findings += each(spec.get("metrics", []), _metric, "spec.metrics")
    if spec.get("minReplicas") == 0:
        detail = (
            "must specify at least one Object or External metric to support scaling to zero"
            " replicas"
        )
        findings.append(forbidden("spec.metrics", detail, rule=MIN_REPLICAS))


def _replicas(spec: Decoded) -> list[Finding]:
    findings: list[Finding] = []
    least: int | None = spec.get("minReplicas")
    most: int = spec.get("maxReplicas", 0)
    if least is not None and least < 0:
        detail = "must be greater than or equal to 1"
        findings.append(invalid("minReplicas", least, detail, rule=MIN_REPLICAS))
    if most == 0:
        findings.append(required("maxReplicas", rule=MAX_REPLICAS))
    elif most < 0:
        detail = "must be greater than or equal to 1"
        findings.append(invalid("maxReplicas", most, detail, rule=MAX_REPLICAS))
    if least is not None and most < least:
        detail = "must be greater than or equal to `minReplicas`"
        findings.append(invalid("maxReplicas", most, detail, rule=ORDER))
    return findings


def _metric(metric: Decoded) -> list[Finding]:
    target: Decoded = metric.get("resource", {}).get("target", {})
    percent: int | None = target.get("averageUtilization")
    if percent is None or percent >= 1:
        return []
    field = "resource.target.averageUtilization"
    return [invalid(field, percent, "must be greater than 0", rule=UTILIZATION)]


SPEC = KindSpec(
    "autoscaling/v2",
    "HorizontalPodAutoscaler",
    "horizontalpodautoscalers",
    lambda _: SHAPE,
    RULES,
    validate,
    read_nothing,
)
