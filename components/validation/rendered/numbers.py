"""Numbers with a minimum."""

from ...core.findings import Finding, invalid
from ...core.rules import Rule
from ..walk import Decoded

__all__ = ["identity", "not_negative"]

_MOST_IDENTITIES = (1 << 31) - 1


def not_negative(holder: Decoded, field: str, rule: Rule) -> list[Finding]:
    """Validate that a number, if given, is not negative (`ValidateNonnegativeField`)."""
    number: int = holder.get(field, 0)
    if number >= 0:
        return []
    return [invalid(field, number, "must be greater than or equal to 0", rule=rule)]


def identity(holder: Decoded, field: str, rule: Rule) -> list[Finding]:
    """Validate the ID of a user or group, if given."""
    number: int = holder.get(field, 0)
    if 0 <= number <= _MOST_IDENTITIES:
        return []
    detail = f"must be between 0 and {_MOST_IDENTITIES}, inclusive"
    return [invalid(field, number, detail, rule=rule)]
