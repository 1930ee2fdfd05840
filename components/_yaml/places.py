"""Places of fields in a text."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from ..core.findings import is_within


class Place(NamedTuple):
    """A line and a column, both counted from 1."""

    line: int
    column: int


_START = Place(1, 1)


class PlacedMap(dict[str, Any]):
    """A mapping with the places of itself and of its keys."""

    __slots__ = ("place", "places")

    def __init__(self, place: Place = _START) -> None:
        super().__init__()
        self.place = place
        self.places: dict[str, Place] = {}


class PlacedList(list[Any]):
    """A list with the places of itself and of its items."""

    __slots__ = ("place", "places")

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.places: list[Place] = []


def plain(value: Any) -> Any:
    """Return the same value in plain mappings and lists."""
    if isinstance(value, PlacedMap):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, PlacedList) else value


def locate(value: PlacedMap | PlacedList, path: str) -> Place:
    """Return the place of a field, or of its parent if the field is missing.

    It accepts the paths of the API server with their oddities: map keys in brackets or after a dot,
    letters of another case, lists without an index, annotations without `metadata`.
    """
    found = _follow(value, path)
    if found is value.place and path.startswith("annotations"):
        return _follow(value, f"metadata.{path}")
    return found


def _follow(value: Any, path: str) -> Place:
    place: Place = value.place
    rest = path
    while rest:
        if isinstance(value, PlacedMap):
            key, rest = _take_key(value, rest)
            if key is None:
                return place
            place, value = value.places[key], value[key]
        elif isinstance(value, PlacedList):
            index, rest = _take_index(rest)
            if not 0 <= index < len(value):
                return place
            place, value = value.places[index], value[index]
        else:
            return place
    return place


def _take_key(keys: Iterable[str], path: str) -> tuple[str | None, str]:
    """Split off the longest key that a path begins with."""
    begins = [key for key in keys if _begins(path, key)]
    if begins:
        longest = max(begins, key=len)
        return longest, path[len(longest) + 2 * path.startswith("[") :].removeprefix(".")
    word = path.partition(".")[0].partition("[")[0]
    alike = (key for key in keys if key.lower() == word.lower())
    return next(alike, None), path[len(word) :].removeprefix(".")


def _begins(path: str, key: str) -> bool:
    if path.startswith("["):
        return path.startswith(f"[{key}]")
    return is_within(path, key)


def _take_index(path: str) -> tuple[int, str]:
    """Split off an index; -1 if the path continues without one."""
    number, bracket, rest = path[1:].partition("]")
    if path.startswith("[") and bracket and number.isascii() and number.isdigit():
        return int(number), rest.removeprefix(".")
    return -1, path
