"""Values that are not known while the program runs."""

import re
from dataclasses import dataclass
from typing import cast

_OUTPUT = re.compile(
    r"Calling \W?(?:__str__|to\w+)\W? on an \W?Output|<pulumi\.output\.Output object", re.IGNORECASE
)
_LONGEST_WITHOUT = 27
"""Most texts are short, and a shorter one matches nothing of the above."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Stands for a value that arrives later, such as the address of a machine still to be made.

    The core passes it through and judges nothing about it; the whole is judged once more when the
    value is there.
    """

    path: str
    """The field it was given for, such as `addresses[0]`."""


def is_known(value: object) -> bool:
    """Return whether a value is there, all the way down."""
    if isinstance(value, Unknown):
        return False
    if isinstance(value, dict):
        return all(is_known(item) for item in cast("dict[str, object]", value).values())
    if isinstance(value, list):
        return all(is_known(item) for item in cast("list[object]", value))
    return True


def contains_output(text: str) -> bool:
    """Return whether an Output was converted to text, as an f-string does.

    Pulumi's SDKs put a warning in its place (`Calling __str__ on an Output[T] is not supported`, of
    Node `Calling [toString] on an [Output<T>]`), Python's `repr` the object's address.
    """
    return len(text) > _LONGEST_WITHOUT and _OUTPUT.search(text) is not None
