"""Moved to `validation.hazards`; this name keeps working for a while."""

import warnings

from ....validation.hazards import HAZARDS, hazards

__all__ = ["HAZARDS", "hazards"]

warnings.warn(
    "components.core.validation.hazards is components.validation.hazards now",
    DeprecationWarning,
    stacklevel=2,
)
