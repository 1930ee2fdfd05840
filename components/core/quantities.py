"""Quantities: numbers with a unit, such as `500m` or `64Mi` (`apimachinery/pkg/api/resource`)."""

import re
from decimal import Decimal

__all__ = ["FORM", "parse_quantity"]

FORM = r"^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"
"""The regular expression in the API server's error about quantities."""

_QUANTITY = re.compile(
    r"([+-]?)(\d+\.?\d*|\.\d+)(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?\d{1,3}))?", re.ASCII
)
_BINARY = {f"{letter}i": 1 << 10 * power for power, letter in enumerate("KMGTPE", 1)}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}


def parse_quantity(text: str) -> Decimal | None:
    """Return the number that a quantity stands for, or None if it is not a quantity."""
    found = _QUANTITY.fullmatch(text)
    if found is None:
        return None
    sign, digits, binary, decimal, exponent = found.groups()
    value: Decimal = Decimal(digits) * (-1 if sign == "-" else 1)
    if binary:
        return value * _BINARY[binary]
    return value.scaleb(_DECIMAL[decimal] if decimal else int(exponent or 0))
