"""Deployment of apps/v1 (`ValidateDeployment`), as `DeployedService` renders it."""

from functools import partial

from ...core import syntax
from ...core.findings import Finding, duplicate, invalid, required
from ...core.rules import RuleBook
from ...core.versions import Rules
from .. import object_meta, selectors
from ..kinds.kind_spec import KindSpec
from ..shapes import BOOL, INT32, INT64, STRING, STRING_MAP, ListOf, Struct
from ..walk import Decoded, against, below, each
from . import container, volumes
from .numbers import identity, not_negative
from .unread import read_nothing

__all__ = ["SPEC"]

_POD = Struct(
    {
        "enableServiceLinks": BOOL,
        "serviceAccountName": STRING,
        "imagePullSecrets": ListOf(Struct({"name": STRING})),
        "securityContext": Struct(
            {
                "runAsNonRoot": BOOL,
                "runAsUser": INT64,
                "runAsGroup": INT64,
                "fsGroup": INT64,
                "seccompProfile": Struct({"type": STRING}),
            }
        ),
        "topologySpreadConstraints": ListOf(
            Struct(
                {
                    "topologyKey": STRING,
                    "maxSkew": INT32,
                    "whenUnsatisfiable": STRING,
                    "labelSelector": selectors.SHAPE,
                }
            )
        ),
        "volumes": volumes.SHAPE,
        "containers": ListOf(container.SHAPE),
    }
)

SHAPE = object_meta.with_spec(
    Struct(
        {
            "replicas": INT32,
            "selector": selectors.SHAPE,
            "template": Struct(
                {
                    "metadata": Struct({"labels": STRING_MAP, "annotations": STRING_MAP}),
                    "spec": _POD,
                }
            ),
        }
    )
)

RULES = RuleBook(volumes.RULES, container.RULES)
REPLICAS = RULES.rule("deployment-replicas", "A Deployment's replicas are not negative.")
SECURITY = RULES.rule("pod-security-identity", "A user's or group's number has 31 bits.")
ACCOUNT = RULES.rule("pod-service-account", "A service account's name is an RFC 1123 subdomain.")
SPREAD_SKEW = RULES.rule("pod-spread-skew", "The skew of a topology spread is at least 1.")
SPREAD_KEY = RULES.rule("pod-spread-key", "A topology spread names a node's label.")
SPREAD_TWICE = RULES.rule("pod-spread-twice", "A topology key is used once.")


def validate(new: Decoded, old: Decoded | None, rules: Rules, findings: list[Finding]) -> None:
    """Validate a Deployment that is created."""
    object_meta.check_metadata(new, old, syntax.dns_subdomain, rules, findings)
    spec: Decoded = new.get("spec", {})
    findings += below("spec", not_negative(spec, "replicas", REPLICAS))
    template: Decoded = spec.get("template", {})
    labels = template.get("metadata", {}).get("labels")
    object_meta.check_labels(labels, "spec.template.labels", findings)
    annotations = template.get("metadata", {}).get("annotations")
    own: list[Finding] = []
    object_meta.check_annotations(annotations, own)
    findings += [*below("spec.template", (_without_metadata(one) for one in own))]
    findings += below("spec.template.spec", _pod(template.get("spec", {}), rules))


def _without_metadata(finding: Finding) -> Finding:
    return Finding(
        finding.path.removeprefix("metadata."),
        finding.type,
        finding.detail,
        finding.value,
        finding.remedy,
        finding.code,
    )


def _pod(pod: Decoded, rules: Rules) -> list[Finding]:
    findings = volumes.validate_volumes(pod.get("volumes", []))
    check = partial(container.validate_container, rules=rules)
    findings += each(pod.get("containers", []), check, "containers")
    context: Decoded = pod.get("securityContext", {})
    findings += [
        found
        for field in ("fsGroup", "runAsUser", "runAsGroup")
        for found in below("securityContext", identity(context, field, SECURITY))
    ]
    account: str = pod.get("serviceAccountName", "")
    if account:
        findings += against("serviceAccountName", account, syntax.dns_subdomain, ACCOUNT)
    return findings + _spreads(pod.get("topologySpreadConstraints", []))


def _spreads(spreads: list[Decoded]) -> list[Finding]:
    findings: list[Finding] = []
    for index, spread in enumerate(spreads):
        own: list[Finding] = []
        if spread.get("maxSkew", 0) <= 0:
            skew = spread.get("maxSkew", 0)
            own.append(invalid("maxSkew", skew, "must be greater than zero", rule=SPREAD_SKEW))
        key = spread.get("topologyKey", "")
        if not key:
            own.append(required("topologyKey", "can not be empty", rule=SPREAD_KEY))
        when = spread.get("whenUnsatisfiable")
        for later in spreads[index + 1 :]:
            if (later.get("topologyKey", ""), later.get("whenUnsatisfiable")) == (key, when):
                pair = f"{{{key}, {when}}}"
                field = "{topologyKey, whenUnsatisfiable}"
                own.append(duplicate(field, pair, rule=SPREAD_TWICE))
                break
        findings += below(f"topologySpreadConstraints[{index}]", own)
    return findings


SPEC = KindSpec(
    "apps/v1", "Deployment", "deployments", lambda _: SHAPE, RULES, validate, read_nothing
)
