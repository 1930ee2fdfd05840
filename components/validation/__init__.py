"""What the API server says about a manifest, said without one.

Pure functions over plain manifests, in agreement with kube-apiserver: types, field paths, wording
and order of the findings are its own. What a client cannot know (addresses and ports that are
taken, quotas, webhooks, rights) is not validated. What it accepts but does not work is found by
`components.core.validation.hazards`.
"""

from ..core.findings import Finding
from .kinds import KINDS
from .refused import refusal
from .verdict import RULES, validate

__all__ = ["KINDS", "RULES", "Finding", "refusal", "validate"]
