"""Finds the errors that an object has whatever the values of its unknown fields are.

A field is unknown if its value has the wrong type, is an Output, or is filled in later. Rules see
it as absent, and absence has consequences of its own: a Service without `type` is a ClusterIP.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from ..core.findings import Finding, is_within

Guesses = Mapping[str, Sequence[Any]]
"""Values to try for a field if it is unknown, by its path without indexes: `spec.ports[].port`."""

_INDEX = re.compile(r"\[\d+\]")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def certain(
    findings: Sequence[Finding],
    decoded: Mapping[str, Any],
    unknown: Sequence[str],
    guesses: Guesses,
    validate: Callable[[dict[str, Any]], Sequence[Finding]],
) -> list[Finding]:
    """Return the findings that do not depend on unknown fields.

    Args:
        findings: The findings where these fields are absent.
        decoded: The object without these fields.
        unknown: The paths of these fields.
        guesses: The values to try.
        validate: Returns the findings of a decoded object.
    """
    lowered = [path.lower() for path in unknown]
    kept = [one for one in findings if not touches(one.path, lowered)]
    for guess in _guessed(decoded, unknown, guesses) if kept else ():
        found = {(one.path, one.code) for one in validate(guess)}
        kept = [one for one in kept if (one.path, one.code) in found]
    return kept


def touches(path: str, unknown: Sequence[str]) -> bool:
    """Return whether a path is that of an unknown field in lower case, or below or above one.

    Some paths of the API server differ from the field's name in case, such as
    `spec.LoadBalancerSourceRanges`.
    """
    path = path.lower()
    return any(is_within(path, one) or is_within(one, path) for one in unknown)


def _guessed(
    decoded: Mapping[str, Any], unknown: Sequence[str], guesses: Guesses
) -> Iterator[dict[str, Any]]:
    """Yield the object with each of the guesses in all its unknown fields."""
    tried = [(path, guesses.get(_INDEX.sub("[]", path), ())) for path in unknown]
    for number in range(max((len(values) for _, values in tried), default=0)):
        guess = deepcopy(dict(decoded))
        for path, values in tried:
            if values:
                _put(guess, path, values[number % len(values)])
        yield guess


def _put(holder: Any, path: str, value: Any) -> None:
    *outer, last = (name or int(index) for name, index in _STEP.findall(path))
    for step in outer:
        holder = holder[step]
    holder[last] = value
