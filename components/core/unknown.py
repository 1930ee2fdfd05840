"""Values that are not known when the program runs."""

import re
from dataclasses import dataclass
from typing import cast

_OUTPUT = re.compile(
    r"Calling \W?(?:__str__|to\w+)\W? on an \W?Output|<pulumi\.output\.Output object", re.IGNORECASE
)
_LONGEST_WITHOUT = 27
"""The length up to which a text cannot match any pattern above, which saves time."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not known yet, such as the address of a machine still to be created.

    The core passes it through without validation, and validates everything again once it is known.
    """

    path: str
    """The field that it was given for, such as `addresses[0]`."""


def is_known(value: object) -> bool:
    """Return whether a value and everything in it is known."""
    if isinstance(value, Unknown):
        return False
    if isinstance(value, dict):
        return all(is_known(item) for item in cast("dict[str, object]", value).values())
    if isinstance(value, list):
        return all(is_known(item) for item in cast("list[object]", value))
    return True


def contains_output(text: str) -> bool:
    """Return whether an Output was converted to text, as an f-string does.

    Pulumi's SDKs replace it with a warning (`Calling __str__ on an Output[T] is not supported`; in
    Node.js `Calling [toString] on an [Output<T>]`), Python's `repr` with the object's address.
    """
    return len(text) > _LONGEST_WITHOUT and _OUTPUT.search(text) is not None
