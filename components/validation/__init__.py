"""Validates manifests as the API server does, without a cluster.

Pure functions over plain manifests. Types, field paths, wording and order of the findings are those
of kube-apiserver. What a client cannot know (addresses and ports in use, quotas, webhooks,
permissions) is not validated. `components.validation.hazards` finds what the API server accepts but
does not work as intended.
"""

from ..core.findings import Finding
from .kinds import KINDS
from .refused import refusal
from .verdict import RULES, validate

__all__ = ["KINDS", "RULES", "Finding", "refusal", "validate"]
