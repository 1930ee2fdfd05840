"""Changes any field of a manifest, which may already be invalid."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random
from typing import Any

from .server import Object
from .vectors import NONSENSE

Fault = Callable[[Random, Object], None]
"""Changes a manifest so that it may break a rule."""

ABSENT = object()
"""In a pool of values: the field is removed."""


def setter(path: str, pool: Sequence[Any]) -> Fault:
    """Return a fault that sets a field to one of the values.

    In the path, `[*]` is any item of a list, added if there is none; `[+]` is a new item.
    """

    def put(random: Random, manifest: Object) -> None:
        assign(random, manifest, path, random.choice(pool))

    return put


def setters(fields: dict[str, Sequence[Any]]) -> list[Fault]:
    """Return a fault for each field."""
    return [setter(path, pool) for path, pool in fields.items()]


def assign(random: Random, manifest: Object, path: str, value: object) -> None:
    """Set a field to a value, unless a field on the path has another type."""
    steps = _steps(path)
    spot: Any = manifest
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        if isinstance(step, str):
            if not isinstance(spot, dict):
                return
            key: Any = step
        else:
            if not isinstance(spot, list):
                return
            key = _index(random, spot, add=step)
        if following is None:
            _put(spot, key, value)
            return
        if (spot.get(key) if isinstance(spot, dict) else spot[key]) is None:
            spot[key] = {} if isinstance(following, str) else []
        spot = spot[key]


def _put(spot: Any, key: Any, value: object) -> None:
    if value is not ABSENT:
        spot[key] = deepcopy(value)
    elif isinstance(spot, list):
        del spot[key]
    else:
        spot.pop(key, None)


def _steps(path: str) -> list[str | bool]:
    """Split `a.b[*].c` into a, b, False, c; `[+]` is True."""
    steps: list[str | bool] = []
    for part in path.split("."):
        name, _, index = part.partition("[")
        steps += [name, *([index == "+]"] if index else [])]
    return steps


def _index(random: Random, items: list[Any], *, add: bool) -> int:
    if add or not items:
        items.append(None)
        return len(items) - 1
    return random.randrange(len(items))


def repeat(path: str, **changes: Any) -> Fault:
    """Return a fault that repeats an item of a list with changes."""

    def copy(random: Random, manifest: Object) -> None:
        items = look_up(manifest, path)
        if isinstance(items, list) and items:
            item = deepcopy(random.choice(items))
            if isinstance(item, dict):
                item.update(deepcopy(changes))
            items.insert(random.randint(0, len(items)), item)

    return copy


def look_up(manifest: Object, path: str) -> Any:
    """Return a field below dictionaries, or None."""
    spot: Any = manifest
    for name in path.split("."):
        spot = spot.get(name) if isinstance(spot, dict) else None
    return spot


def anywhere(random: Random, manifest: Object) -> None:
    """Set any field of a manifest to a random value."""
    inside = [(spot, key) for spot, key in spots(manifest) if key not in {"apiVersion", "kind"}]
    if not inside:
        return
    spot, key = random.choice(inside)
    act = random.choice(("replace", "replace", "replace", "null", "delete", "wrap", "add", "case"))
    if act == "replace":
        spot[key] = deepcopy(random.choice(NONSENSE))
    elif act == "null":
        spot[key] = None
    elif act == "delete":
        del spot[key]
    elif act == "wrap":
        spot[key] = random.choice(([spot[key]], {"": spot[key]}, {"value": spot[key]}))
    elif isinstance(spot, dict) and isinstance(key, str):
        name = (
            key.swapcase() if act == "case" else random.choice(("unknown", "endpoints", "a.b", ""))
        )
        spot[name] = spot.pop(key) if act == "case" else deepcopy(random.choice(NONSENSE))
    else:
        spot.append(deepcopy(spot[key]))


def spots(value: Any) -> list[tuple[Any, Any]]:
    """Return every field and item below a value, as what holds it and its key."""
    keys = (
        range(len(value))
        if isinstance(value, list)
        else list(value)
        if isinstance(value, dict)
        else ()
    )
    return [spot for key in keys for spot in ((value, key), *spots(value[key]))]
