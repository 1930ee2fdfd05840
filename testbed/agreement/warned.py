"""Compares what the API server warns of with the hazards that repeat it."""

import re
from collections.abc import Iterable, Iterator

from components.core.findings import Finding
from components.validation import KINDS
from components.validation.hazards import hazards
from components.validation.hazards.server_warnings import HAZARDS

from .server import Answer, Object

_UNKNOWN_FIELD = "unknown-field"
_COVERED = (
    (re.compile(r"v1 Endpoints is deprecated in v1\.33\+.*"), "endpoints-deprecated"),
    (re.compile(r"spec\.SessionAffinity is ignored for headless services"), "affinity-headless"),
    (
        re.compile(r"spec\.loadBalancerIP is ignored for headless services"),
        "load-balancer-ip-ignored",
    ),
    (re.compile(r"spec\.addressType: FQDN endpoints are deprecated"), "slice-of-names"),
    (re.compile(r"spec\.externalName is ignored when spec\.type is .*"), "external-name-ignored"),
)
"""Warnings that hazards word differently, by hazard."""
_UNREPEATED = re.compile(r"\.metadata\.ownerReferences contains duplicate entries.*")
"""A warning about an owner named twice, which manifests written by people never have."""


def disagreements(
    manifest: Object, findings: Iterable[Finding], answer: Answer
) -> Iterator[tuple[str, str]]:
    """Yield the warnings that only one of the two gives for an object that is created.

    Args:
        manifest: The object.
        findings: What `validate` says of it.
        answer: The API server's.
    """
    if not answer.accepted or (manifest.get("apiVersion"), manifest.get("kind")) not in KINDS:
        return
    found = [one for _, one in hazards([manifest])]
    codes = {one.code for one in found}
    ours = {worded(one) for one in found if one.code in HAZARDS}
    ours |= {f'unknown field "{one.path}"' for one in findings if one.code == _UNKNOWN_FIELD}
    theirs = {one.replace('."', '"') for one in answer.warnings}  # where a key has no name
    for text in sorted(theirs - ours):
        is_rare = _UNREPEATED.fullmatch(text) is not None
        if not is_rare and not any(
            form.fullmatch(text) and code in codes for form, code in _COVERED
        ):
            yield "only the API server warns", text
    for text in sorted(ours - theirs):
        yield "only we warn", text


def worded(finding: Finding) -> str:
    """Return a warning in the API server's words, which name fields only for addresses."""
    is_address = finding.detail.startswith(("IPv6", "non-standard"))
    return f"{finding.path}: {finding.detail}" if is_address else finding.detail
