"""Which objects of a set of files are validated together.

All of them, unless some Service is there more than once: overlays, environments and chapters of a
book declare the same names, and are sets of their own.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath
from typing import Protocol


class Placed(Protocol):
    """An object of a file."""

    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def namespace(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102


def scopes(subjects: Sequence[Placed]) -> Iterator[list[int]]:
    """Return the sets in which objects are compared, by their numbers.

    The whole is one set if no Service is in it twice, else each folder, else each file. A Service
    that is in one file twice is a set by itself too, for what its own manifest tells.
    """
    yield from _scopes(list(range(len(subjects))), subjects, (_folder, _file))


def _scopes(
    numbers: list[int], subjects: Sequence[Placed], levels: Sequence[Callable[[Placed], str]]
) -> Iterator[list[int]]:
    repeated = _repeated(numbers, subjects)
    if not repeated or not levels:
        yield numbers
        yield from ([number] for number in repeated)
        return
    groups: dict[str, list[int]] = {}
    for number in numbers:
        groups.setdefault(levels[0](subjects[number]), []).append(number)
    for group in groups.values():
        yield from _scopes(group, subjects, levels[1:])


def _repeated(numbers: list[int], subjects: Sequence[Placed]) -> list[int]:
    """Return the Services that are there more than once."""
    services = [number for number in numbers if subjects[number].kind == "Service"]
    counted = Counter((subjects[one].namespace, subjects[one].name) for one in services)
    return [one for one in services if counted[subjects[one].namespace, subjects[one].name] > 1]


def _folder(subject: Placed) -> str:
    return str(PurePath(subject.source).parent)


def _file(subject: Placed) -> str:
    return subject.source
