"""Kinds that are validated only in the form that components render.

Each module knows the fields that components write, and no others.
"""

from collections.abc import Mapping
from typing import Any

from ...core.findings import Finding
from ...core.versions import Rules
from ..kinds.kind_spec import KindSpec
from ..verdict import validate_as, validate_by
from . import (
    autoscaler,
    backend_tls_policy,
    deployment,
    disruption_budget,
    http_route,
    reference_grant,
    tcp_route,
)

__all__ = ["RENDERED", "validate_rendered"]

_SPECS = (
    deployment.SPEC,
    disruption_budget.SPEC,
    autoscaler.SPEC,
    http_route.SPEC,
    reference_grant.SPEC,
    backend_tls_policy.SPEC,
    tcp_route.SPEC,
)

RENDERED: Mapping[tuple[str, str], KindSpec] = {spec.key: spec for spec in _SPECS}
"""The kinds that components render and `validate` does not cover, by `apiVersion` and `kind`."""


def validate_rendered(rules: Rules, manifest: Mapping[str, Any]) -> list[Finding]:
    """Return all errors that the API server would report about a rendered object."""
    kind = RENDERED.get((str(manifest.get("apiVersion")), str(manifest.get("kind"))))
    return validate_by(rules, manifest) if kind is None else validate_as(kind, rules, manifest)
