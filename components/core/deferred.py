"""Values that are not known while the program runs."""

from dataclasses import dataclass
from typing import cast


@dataclass(frozen=True, slots=True)
class Deferred:
    """Stands for a value that arrives later, such as the address of a machine still to be made.

    The core passes it through and judges nothing about it; the whole is judged once more when the
    value is there.
    """

    path: str
    """The field it was given for, such as `addresses[0]`."""


def is_known(value: object) -> bool:
    """Tell whether a value is there, all the way down."""
    if isinstance(value, Deferred):
        return False
    if isinstance(value, dict):
        return all(is_known(item) for item in cast("dict[str, object]", value).values())
    if isinstance(value, list):
        return all(is_known(item) for item in cast("list[object]", value))
    return True
