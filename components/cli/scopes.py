"""Groups the objects of a set of files that are linted together.

All objects are one group, unless some Service is declared more than once: overlays, environments
and chapters of a book declare the same names, and are separate groups.
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
    """Yield the groups in which objects are compared, as their numbers.

    All objects are one group if no Service is declared twice, else those of each folder, else those
    of each file. A Service that one file declares twice is also a group by itself, for hazards of
    its own manifest.
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
    """Return the Services that are declared more than once."""
    services = [number for number in numbers if subjects[number].kind == "Service"]
    counted = Counter((subjects[one].namespace, subjects[one].name) for one in services)
    return [one for one in services if counted[subjects[one].namespace, subjects[one].name] > 1]


def _folder(subject: Placed) -> str:
    return str(PurePath(subject.source).parent)


def _file(subject: Placed) -> str:
    return subject.source
