"""Moved to `validation`; this name keeps working for a while."""

import warnings

from ...validation import KINDS, RULES, Finding, validate

__all__ = ["KINDS", "RULES", "Finding", "validate"]

warnings.warn(
    "components.core.validation is components.validation now", DeprecationWarning, stacklevel=2
)
