"""BackendTLSPolicy of gateway.networking.k8s.io/v1, as components render it.

(The schema and the CEL rules of the CustomResourceDefinition, standard channel.)
"""

from ...core import syntax
from ...core.findings import Finding, required, too_many
from ...core.rules import RuleBook
from ...core.versions import Rules
from .. import object_meta
from ..kinds.kind_spec import KindSpec
from ..shapes import STRING, ListOf, Struct
from ..walk import Decoded, against, below
from .unread import read_nothing

__all__ = ["SPEC"]

_REFERENCE = {"group": STRING, "kind": STRING, "name": STRING}

SHAPE = object_meta.with_spec(
    Struct(
        {
            "targetRefs": ListOf(Struct({**_REFERENCE, "sectionName": STRING})),
            "validation": Struct(
                {
                    "hostname": STRING,
                    "caCertificateRefs": ListOf(Struct(_REFERENCE)),
                    "wellKnownCACertificates": STRING,
                    "subjectAltNames": ListOf(Struct({"type": STRING, "hostname": STRING})),
                }
            ),
        }
    )
)

RULES = RuleBook()
HOSTNAME = RULES.rule("backend-tls-hostname", "The name in a backend's certificate is a DNS name.")
CA_NAME = RULES.rule("backend-tls-ca", "A CA of backends is in a ConfigMap with a name.")
NAMES = RULES.rule("backend-tls-names", "Other names in a certificate are DNS names.")
NAMES_MANY = RULES.rule("backend-tls-names-many", "At most 5 other names may be in a certificate.")

_MOST_NAMES = 5


def validate(new: Decoded, old: Decoded | None, rules: Rules, findings: list[Finding]) -> None:
    """Validate a BackendTLSPolicy that is created."""
    object_meta.check_metadata(new, old, syntax.dns_subdomain, rules, findings)
    findings += below("spec.validation", _validation(new.get("spec", {}).get("validation", {})))


def _validation(validation: Decoded) -> list[Finding]:
    findings = against("hostname", validation.get("hostname", ""), syntax.dns_subdomain, HOSTNAME)
    for index, reference in enumerate(validation.get("caCertificateRefs", [])):
        if not reference.get("name"):
            findings.append(required(f"caCertificateRefs[{index}].name", rule=CA_NAME))
    names: list[Decoded] = validation.get("subjectAltNames", [])
    if len(names) > _MOST_NAMES:
        findings.append(too_many("subjectAltNames", len(names), _MOST_NAMES, rule=NAMES_MANY))
    for index, name in enumerate(names):
        host: str = name.get("hostname", "")
        reasons = syntax.wildcard_subdomain if "*" in host else syntax.dns_subdomain
        findings += against(f"subjectAltNames[{index}].hostname", host, reasons, NAMES)
    return findings


SPEC = KindSpec(
    "gateway.networking.k8s.io/v1",
    "BackendTLSPolicy",
    "backendtlspolicies",
    lambda _: SHAPE,
    RULES,
    validate,
    read_nothing,
)
